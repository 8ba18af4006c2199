import json
import re

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.support import SAMPLE
from tests.voicesep.terminal import Terminal
from voicesep.running import LOG, STATE

KEY = "incoming/talk over music.mp3"


@pytest.fixture
def separated(terminal: Terminal) -> Terminal:
    bench = terminal.bench
    bench.submission("request-of-the-event").submit_all((bench.upload(KEY, SAMPLE.read_bytes()),))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    return terminal


def test_the_whole_story_is_told_by_key_upload_and_job(separated: Terminal) -> None:
    told = json.loads(separated.done("show", KEY, "--format", "json").stdout)
    (job,) = told["jobs"]
    assert (told["state"], job["state"], job["entry"]["state"]) == ("Success", "Success", "Success")
    assert [claim["request_id"] for claim in told["claims"]] == ["request-of-the-event"]
    assert [output["stem"] for output in job["entry"]["outputs"]] == ["voice", "background"]
    assert len(job["arrivals"]) == 1
    for named in (told["upload"]["upload_id"], job["job_id"]):
        assert json.loads(separated.done("show", named, "--format", "json").stdout) == told


def test_as_text_it_reads_in_the_order_of_events(separated: Terminal) -> None:
    lines = [line.strip() for line in separated.done("show", KEY).stdout.splitlines()]
    assert lines[0] == f"{KEY}: Success"
    begins = [line.split()[0] for line in lines[1:]]
    assert begins == ["upload", "bucket", "claim", "job", "reported", "finished", "voice", "background"]


def test_the_functions_log_lines_are_told_those_of_this_upload_only(separated: Terminal) -> None:
    upload_id = json.loads(separated.done("show", KEY, "--format", "json").stdout)["upload"]["upload_id"]
    lines = [
        {"event": "job.submitted", "level": "INFO", "upload_id": upload_id, "job_id": "j1"},
        {"event": "job.submitted", "level": "INFO", "upload_id": "another", "job_id": "j2"},
    ]
    kept = [
        {"at": "2026-11-21T03:30:00+00:00", "function": "submit", "request_id": "r", "line": json.dumps(line)}
        for line in lines
    ]
    log = separated.project / STATE / LOG
    log.write_text("".join(f"{json.dumps(line)}\n" for line in kept))
    text = separated.done("show", KEY).stdout
    assert "submit: job.submitted job_id=j1" in text
    assert "j2" not in text


def test_a_waiting_and_a_refused_upload_say_why(terminal: Terminal) -> None:
    bench = terminal.bench
    bench.submission().submit_all((bench.upload("incoming/empty.mp3", b""),))
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    bench.submission().submit_all((bench.upload("incoming/later.mp3"),))
    assert "refused" in terminal.done("show", "incoming/empty.mp3").stdout
    assert "the object is empty" in terminal.done("show", "incoming/empty.mp3").stdout
    waiting = terminal.done("show", "incoming/later.mp3").stdout
    assert re.search(r"waits     since .*: QueueSaturated: .*", waiting)
    assert "next attempt from" in waiting


def settle(terminal: Terminal) -> None:
    assert terminal.bench.cloud.wait_until_idle(60)
    terminal.bench.reconciliation(pending_grace_seconds=0).run()
    terminal.bench.publication().publish()


def test_what_failed_was_retried_failed_again_and_succeeded_has_three_jobs_though_ci_has_forgotten_them(
    terminal: Terminal, mocker: MockerFixture
) -> None:
    bench = terminal.bench
    bench.submission().submit_all((bench.upload(KEY),))
    settle(terminal)
    terminal.done("retry", KEY)
    settle(terminal)
    mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    terminal.done("retry", KEY)
    settle(terminal)
    ids = [job.job_id for job in bench.cloud.ci.jobs()]
    mocker.patch.object(bench.cloud.ci._jobs, "_jobs", {})
    told = json.loads(terminal.done("show", KEY, "--format", "json").stdout)
    assert told["state"] == "Success"
    assert {job["job_id"]: job["state"] for job in told["jobs"]} == dict(
        zip(ids, ("Failed", "Failed", "Success"), strict=True)
    )
    assert [set(claim["retry_of"]) for claim in told["claims"]] == [set(), set(ids[:1]), set(ids[:2])]
    (second,) = [line for line in terminal.done("show", KEY).stdout.splitlines() if "claim 2" in line]
    assert second.endswith(f", in spite of {ids[0]}")


def test_what_nobody_knows_ends_with_1_and_one_line(terminal: Terminal) -> None:
    result = terminal.run("show", "incoming/none.mp3")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "no object, no upload and no job incoming/none.mp3" in result.stderr
