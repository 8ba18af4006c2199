from pytest_mock import MockerFixture

from tests.voicesep.terminal import Terminal


def test_ctrl_c_ends_any_command_with_130_and_one_line(terminal: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("voicesep.jobs.Status.index", side_effect=KeyboardInterrupt)
    result = terminal.run("jobs")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


def test_wrong_usage_ends_with_2_and_names_the_way_to_the_help(terminal: Terminal) -> None:
    result = terminal.run("jobs", "--colour")
    assert result.exit_code == 2
    assert "jobs --help" in result.stderr


def test_a_refusal_of_the_cloud_ends_with_1_and_one_line(terminal: Terminal) -> None:
    terminal.bench.cloud.cos.delete_bucket("media-1250000000")
    result = terminal.run("jobs")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "NoSuchBucket" in result.stderr
