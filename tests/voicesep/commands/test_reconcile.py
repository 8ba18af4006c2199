import json
from datetime import datetime, timedelta, timezone

from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.beginning import let_it_have_begun
from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal

FOUND = {"unclaimed": 1, "dead": 0, "earlier": 0, "complete": True}
CREATE_JOB = Requests(service="ci", method="POST")


def test_what_waits_is_submitted_and_the_index_is_published(terminal: Terminal) -> None:
    bench = terminal.bench
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), CREATE_JOB)
    bench.submission().submit_all((bench.upload(),))
    bench.cloud.faults.clear()
    assert json.loads(terminal.done("reconcile", "--dry-run").stdout) == {"pending": 0, "waiting": 1, "refused": 0}
    done = json.loads(terminal.done("reconcile").stdout)
    assert (done["submitted"], done["waiting"]) == (1, 0)
    assert "index/index.json" in bench.stored()


def test_the_audit_finds_what_no_event_came_for(terminal: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("voice_separation.audit.EVENT_MAY_COME", timedelta(0))
    terminal.done("reconcile")
    terminal.bench.upload()
    planned = json.loads(terminal.done("reconcile", "--audit", "--dry-run").stdout)
    assert planned == {"pending": 0, "waiting": 0, "refused": 0, **FOUND}
    done = json.loads(terminal.done("reconcile", "--audit").stdout)
    assert FOUND.items() <= done.items()
    assert done["submitted"] == 1


def test_the_audit_counts_what_was_there_before_the_app(terminal: Terminal, mocker: MockerFixture) -> None:
    mocker.patch("voice_separation.audit.EVENT_MAY_COME", timedelta(0))
    terminal.bench.upload()
    let_it_have_begun(terminal.bench.cloud, BUCKET.name, datetime.now(timezone.utc) + timedelta(hours=1))
    for options in (["--dry-run"], []):
        found = json.loads(terminal.done("reconcile", "--audit", *options).stdout)
        assert (found["unclaimed"], found["earlier"]) == (0, 1)
    assert not terminal.bench.cloud.ci.jobs()


def test_what_somebody_has_to_correct_ends_with_1_after_all_else_is_done(terminal: Terminal) -> None:
    bench = terminal.bench
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), CREATE_JOB, times=1)
    bench.submission().submit_all((bench.upload(),))
    bench.cloud.faults.add(Refuse(403, "AccessDenied"), CREATE_JOB)
    result = terminal.run("reconcile")
    assert result.exit_code == 1
    assert "incoming/talk.mp3" in result.stderr
    assert "AccessDenied" in result.stderr
    assert "index/index.json" in bench.stored()
