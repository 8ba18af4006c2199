import json
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal
from voice_separation.errors import SubmissionIncomplete
from voice_separation.index import documents
from voice_separation.index import keys as index_keys
from voice_separation.index.documents import Reason, Waiting
from voice_separation.uploads import Upload
from voicesep.console import FEW

CREATE_JOB = Requests(service="ci", method="POST", path="^/jobs$")


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
    assert terminal.bench.cloud.wait_until_idle(60)
    terminal.bench.reconciliation(pending_grace_seconds=0).run()
    terminal.bench.publication().publish()


def denied(terminal: Terminal, *names: str) -> None:
    """Let uploads wait for somebody to correct something."""
    bench = terminal.bench
    rule = bench.cloud.faults.add(Refuse(403, "AccessDenied"), CREATE_JOB)
    for name in names:
        with pytest.raises(SubmissionIncomplete):
            bench.submission(name).submit_all((bench.upload(f"incoming/{name}.mp3", name.encode()),))
    assert rule.struck
    bench.cloud.faults.clear()


def wait_since(terminal: Terminal, key: str, since: datetime) -> None:
    """Leave the note of an upload that has waited since then."""
    bench = terminal.bench
    bench.upload(key)
    head = bench.cloud.cos.get(BUCKET.name, key)
    upload = Upload(BUCKET, key, head.etag, head.size)
    note = Waiting(
        reason=Reason(error="PermissionDenied", code="AccessDenied", message="the role may not"),
        attempts=0,
        waiting_since=since,
        next_attempt_at=since + timedelta(days=9999),
        upload=documents.Upload.of(upload),
    )
    bench.cloud.cos.put(BUCKET.name, f"index/{index_keys.waiting(upload.id)}", note.content())


def lines_of(talk: str) -> list[str]:
    """What is told, without how far it is."""
    return [line for line in talk.splitlines() if not line.startswith("would retry: ")]


def jobs(terminal: Terminal) -> Counter[str]:
    return Counter(job.input_object for job in terminal.bench.cloud.ci.jobs())


def test_what_has_failed_is_submitted_again(failed: Terminal) -> None:
    result = failed.done("retry", "--failed")
    assert json.loads(result.stdout) == {"submitted": 3}
    assert set(jobs(failed).values()) == {2}
    assert "retried: 3 of 3" in result.stderr


def test_what_was_refused_is_submitted_too(failed: Terminal) -> None:
    assert json.loads(failed.done("retry", "--refused").stdout) == {"submitted": 1}
    assert jobs(failed)["incoming/refused.mp3"] == 1
    assert json.loads(failed.done("retry", "--refused").stdout) == {}


def test_what_waits_is_submitted_before_its_time(terminal: Terminal) -> None:
    denied(terminal, "a", "b", "c")
    assert json.loads(terminal.done("retry", "--waiting").stdout) == {"submitted": 3}
    assert set(jobs(terminal).values()) == {1}
    assert terminal.bench.stored("index/waiting/") == []
    assert json.loads(terminal.done("retry", "--waiting").stdout) == {}


def test_what_still_waits_for_somebody_to_correct_something_ends_with_1(terminal: Terminal) -> None:
    denied(terminal, "a")
    terminal.bench.cloud.faults.add(Refuse(403, "AccessDenied"), CREATE_JOB)
    result = terminal.run("retry", "--waiting")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"waiting": 1})
    assert "AccessDenied" in result.stderr
    assert len(terminal.bench.stored("index/waiting/")) == 1


def test_the_first_few_are_told_the_oldest_first_and_each_on_request(terminal: Terminal) -> None:
    keys = [f"incoming/{n}.mp3" for n in reversed(range(FEW + 3))]
    for minute, key in enumerate(keys):
        wait_since(terminal, key, datetime(2026, 11, 21, 8, minute, tzinfo=timezone.utc))
    told = [f"{key}: would be submitted, attempt 1" for key in keys]
    few = terminal.done("retry", "--waiting", "--dry-run")
    assert json.loads(few.stdout) == {"would be submitted": len(keys)}
    assert lines_of(few.stderr) == [*told[:FEW], "and 3 more: --verbose tells of each"]
    assert lines_of(terminal.done("retry", "--waiting", "--dry-run", "--verbose").stderr) == told


def test_names_come_from_standard_input_one_a_line(failed: Terminal) -> None:
    listed = failed.done("jobs", "--state", "failed", "--format", "jsonl").stdout.splitlines()
    names = "".join(f"{json.loads(line)['key']}\n" for line in listed)
    assert json.loads(failed.done("retry", "-", stdin=names).stdout) == {"submitted": 3}


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


@pytest.mark.parametrize(
    "arguments", [[], ["--failed", "--again"], ["--waiting", "--again"], ["--profile", "x", "--failed"]]
)
def test_wrong_usage_is_told(terminal: Terminal, arguments: list[str]) -> None:
    result = terminal.run("retry", *arguments)
    assert (result.exit_code, "Traceback" in result.output) == (2, False)


def test_what_nobody_knows_is_told_and_the_others_are_submitted(failed: Terminal) -> None:
    result = failed.run("retry", "incoming/none.mp3", "incoming/a.mp3")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"submitted": 1})
    assert "no object, no upload and no job incoming/none.mp3" in result.stderr
