import json
from collections import Counter

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.voicesep.terminal import Terminal


@pytest.fixture
def failed(terminal: Terminal) -> Terminal:
    """Three uploads have failed, one was refused; all is published."""
    bench = terminal.bench
    for name in ("a", "b", "c"):
        bench.submission(name).submit_all((bench.upload(f"incoming/{name}.mp3", name.encode()),))
    bench.submission("d", max_input_bytes=1).submit_all((bench.upload("incoming/refused.mp3"),))
    settle(terminal)
    return terminal


def settle(terminal: Terminal) -> None:
    assert terminal.bench.cloud.wait_until_idle(20)
    terminal.bench.reconciliation(pending_grace_seconds=0).run()
    terminal.bench.publication().publish()


def jobs(terminal: Terminal) -> Counter[str]:
    return Counter(job.input_object for job in terminal.bench.cloud.ci.jobs())


def test_what_has_failed_is_submitted_again(failed: Terminal) -> None:
    result = failed.done("retry", "--failed")
    assert json.loads(result.stdout) == {"submitted": 3}
    assert set(jobs(failed).values()) == {2}
    assert "retried: 3" in result.stderr


def test_what_was_refused_is_submitted_too(failed: Terminal) -> None:
    assert json.loads(failed.done("retry", "--refused").stdout) == {"submitted": 1}
    assert jobs(failed)["incoming/refused.mp3"] == 1
    assert json.loads(failed.done("retry", "--refused").stdout) == {}


def test_one_upload_is_named_by_its_key_or_its_job(failed: Terminal) -> None:
    (job_id,) = [job.job_id for job in failed.bench.cloud.ci.jobs() if job.input_object == "incoming/b.mp3"]
    assert json.loads(failed.done("retry", "incoming/a.mp3", job_id, "incoming/a.mp3").stdout) == {"submitted": 2}
    assert jobs(failed) == {"incoming/a.mp3": 2, "incoming/b.mp3": 2, "incoming/c.mp3": 1}


def test_a_dry_run_says_what_would_be_submitted_and_submits_nothing(failed: Terminal) -> None:
    before = failed.bench.stored()
    result = failed.done("retry", "--failed", "--refused", "--dry-run")
    assert json.loads(result.stdout) == {"would be submitted": 4}
    assert "incoming/a.mp3: would be submitted, attempt 2" in result.stderr
    assert (failed.bench.stored(), set(jobs(failed).values())) == (before, {1})


def test_repeated_it_finds_nothing_left_and_successes_outrank_failures(failed: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    failed.done("retry", "--failed")
    settle(failed)
    assert json.loads(failed.done("retry", "--failed").stdout) == {"skipped": 3}
    assert set(jobs(failed).values()) == {2}
    states = [json.loads(line)["state"] for line in failed.done("jobs", "--format", "jsonl").stdout.splitlines()]
    assert Counter(states) == {"Success": 3, "Failed": 3, "Refused": 1}
    assert failed.done("show", "incoming/a.mp3").stdout.startswith("incoming/a.mp3: Success")


def test_separated_again_only_on_request(failed: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    failed.done("retry", "incoming/a.mp3")
    settle(failed)
    result = failed.done("retry", "incoming/a.mp3")
    assert "it was separated already" in result.stderr
    assert json.loads(failed.done("retry", "incoming/a.mp3", "--again").stdout) == {"submitted": 1}
    assert jobs(failed)["incoming/a.mp3"] == 3


def test_a_failure_of_one_is_told_and_ends_with_1(failed: Terminal) -> None:
    failed.bench.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service="cos", method="PUT"))
    result = failed.run("retry", "incoming/a.mp3")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"failed": 1})
    assert "ServiceUnavailable" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--failed", "--again"], ["--profile", "x", "--failed"]])
def test_wrong_usage_is_told(terminal: Terminal, arguments: list[str]) -> None:
    result = terminal.run("retry", *arguments)
    assert (result.exit_code, "Traceback" in result.output) == (2, False)


def test_what_nobody_knows_is_told_and_the_others_are_submitted(failed: Terminal) -> None:
    result = failed.run("retry", "incoming/none.mp3", "incoming/a.mp3")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"submitted": 1})
    assert "no object, no upload and no job incoming/none.mp3" in result.stderr
