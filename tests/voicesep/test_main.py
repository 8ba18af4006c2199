import re

from pytest_mock import MockerFixture

from tests.voicesep.terminal import Terminal
from voicesep.main import main


def test_ctrl_c_ends_any_command_with_130_and_one_line(terminal: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("voicesep.commands.jobs.Status.index", side_effect=KeyboardInterrupt)
    result = terminal.run("jobs")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


def test_a_file_that_cannot_be_written_ends_any_command_with_1_and_one_line(
    terminal: Terminal, mocker: MockerFixture
) -> None:
    mocker.patch(
        "voicesep.commands.jobs.Status.index", side_effect=PermissionError(13, "Permission denied", "there/it.is")
    )
    result = terminal.run("jobs")
    assert (result.exit_code, result.stderr) == (1, "Error: there/it.is: Permission denied\n")


def test_the_summary_of_no_command_is_cut_off_on_a_narrow_terminal(terminal: Terminal) -> None:
    for group in ([], ["generate-event"], ["template"], ["queue"]):
        text = terminal.done(*group, "--help").stdout
        summaries = text.partition("Show this message and exit.")[2].splitlines()[1:]
        assert summaries
        assert [line for line in summaries if line.endswith("...") or len(line.split("  ")[-1]) >= 50] == []


def test_the_help_lists_every_command_once_by_what_it_is_for(terminal: Terminal) -> None:
    text = terminal.done("--help").stdout
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", text.partition("Every day:")[2], re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)
    assert re.findall(r"^([A-Z][a-z ]+):$", text, re.MULTILINE) == [
        "Options",
        "Every day",
        "Repair",
        "Deploy",
        "Develop",
    ]


def test_wrong_usage_ends_with_2_and_names_the_way_to_the_help(terminal: Terminal) -> None:
    result = terminal.run("jobs", "--colour")
    assert result.exit_code == 2
    assert "jobs --help" in result.stderr


def test_a_refusal_of_the_cloud_ends_with_1_and_one_line(terminal: Terminal) -> None:
    terminal.bench.cloud.cos.delete_bucket("media-1250000000")
    result = terminal.run("jobs")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "NoSuchBucket" in result.stderr
