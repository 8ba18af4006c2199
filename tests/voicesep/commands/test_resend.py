"""`voicesep resend`: what was given up, waits, or was told already is told once more, under the ids it had."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from localcloud.faults import Refuse, Requests
from tests.receiver import Listener, listening
from tests.support import load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from tests.voicesep.terminal import Terminal, told_of
from voice_separation.capability import Grant
from voice_separation.index import keys
from voice_separation.index.notice import Notice
from voice_separation.notices import PAUSES
from voice_separation.notifications import parse_notification
from voice_separation.uploads import Upload, user_data_of
from voicesep.console import FEW
from voicesep.running import announced

TALK = "incoming/talk.mp3"


@dataclass
class Desk:
    """An operator at a terminal, and a receiver that is told of jobs."""

    terminal: Terminal
    listener: Listener

    @property
    def bench(self) -> Workbench:
        return self.terminal.bench

    def upload(self, key: str = TALK) -> Upload:
        self.bench.upload(key)
        stored = self.bench.cloud.cos.get(BUCKET.name, key)
        return Upload(BUCKET, key, stored.etag, stored.size)

    def report(self, *job_ids: str, upload: Upload | None = None, **changes: Any) -> None:
        """Let CI report jobs that have ended; the receiver is told as far as it takes it."""
        tree = load_event("callback-workflow.json")
        job = {**tree["JobsDetail"][0], **changes}
        job["Input"] = {"BucketId": BUCKET.name, "Region": BUCKET.region, "Object": upload.key if upload else TALK}
        if upload:
            job["Operation"] = {**job["Operation"], "UserData": user_data_of(upload)}
        body = json.dumps({**tree, "JobsDetail": [{**job, "JobId": job_id} for job_id in job_ids]}).encode()
        self.bench.cloud.ci.restore(body)
        completion = self.bench.completion(**self.settings)
        completion.complete_all(parse_notification(body), Grant(None))

    def reconcile(self) -> None:
        self.bench.publication().publish()
        notices = self.bench.invocation("timer-1", **self.settings).notices(BUCKET)
        assert notices
        notices.send_due()

    @property
    def settings(self) -> dict[str, Any]:
        return {name.lower(): value for name, value in self.listener.settings.items()}

    def left(self) -> dict[str, Notice]:
        return self._notices("index/notices/")

    def given_up(self) -> dict[str, Notice]:
        return self._notices("index/undelivered/")

    def _notices(self, folder: str) -> dict[str, Notice]:
        read = (Notice.model_validate_json(self.bench.read(key)) for key in self.bench.stored(folder))
        return {notice.job_id: notice for notice in read}

    def told(self) -> list[str]:
        return sorted(post.id for post in self.listener.posts)

    def resend(self, *arguments: str, stdin: str | None = None) -> Result:
        return self.terminal.done("resend", *arguments, stdin=stdin)


@pytest.fixture
def desk(empty_project: Path, bench: Workbench) -> Iterator[Desk]:
    with listening() as listener, announced(empty_project, told_of(bench.cloud, **listener.settings)):
        yield Desk(Terminal(empty_project, bench), listener)


def waits(desk: Desk, key: str) -> None:
    """Upload what CI has no room for."""
    desk.bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    desk.bench.submission("request-2").submit_all((desk.bench.upload(key),))
    desk.bench.cloud.faults.clear()
    assert desk.bench.stored("index/waiting/")


def count(result: Result) -> int:
    told: dict[str, int] = json.loads(result.stdout)
    assert told.keys() == {"notices"}
    return told["notices"]


def test_what_was_given_up_is_told_by_the_next_reconcile_under_the_id_it_had(desk: Desk) -> None:
    desk.listener.answers(410)
    desk.report("j1", "j2")
    assert desk.given_up().keys() == {"j1", "j2"}
    result = desk.resend("--undelivered")
    assert count(result) == 2
    assert "j1 Success: the receiver answered 410" in result.stderr
    assert (desk.given_up(), [notice.attempts for notice in desk.left().values()]) == ({}, [0, 0])
    assert desk.told() == ["msg_j1_Success", "msg_j2_Success"]
    desk.listener.answers(204)
    desk.reconcile()
    assert desk.told() == ["msg_j1_Success"] * 2 + ["msg_j2_Success"] * 2
    assert (desk.left(), desk.given_up()) == ({}, {})
    assert count(desk.resend("--undelivered")) == 0


def test_what_is_told_again_has_every_try_before_it(desk: Desk) -> None:
    desk.listener.answers(410)
    desk.report("j1")
    (given_up,) = desk.given_up().values()
    tried = given_up.model_copy(update={"attempts": 1 + len(PAUSES)})
    desk.bench.cloud.cos.put(BUCKET.name, "index/undelivered/j1/Success.json", tried.content())
    desk.resend("--undelivered")
    desk.listener.answers(500)
    desk.reconcile()
    (notice,) = desk.left().values()
    assert (notice.attempts, notice.noted_at, desk.given_up()) == (1, given_up.noted_at, {})


def test_what_waits_for_its_turn_is_told_at_once(desk: Desk) -> None:
    desk.listener.answers(500)
    desk.report("j1")
    (waiting,) = desk.left().values()
    later = waiting.model_copy(update={"attempts": 5, "next_attempt_at": waiting.noted_at + timedelta(days=1)})
    desk.bench.cloud.cos.put(BUCKET.name, "index/notices/j1/Success.json", later.content())
    desk.listener.answers(204)
    desk.reconcile()
    assert len(desk.listener.posts) == 1
    assert count(desk.resend("--waiting")) == 1
    desk.reconcile()
    assert (len(desk.listener.posts), desk.left()) == (2, {})


def test_a_receiver_that_has_lost_what_it_heard_is_told_of_all_that_has_ended_since(desk: Desk) -> None:
    now = datetime.now(timezone.utc)
    for job_id, ended in (("jold", now - timedelta(days=3)), ("jnew", now - timedelta(hours=1))):
        at = ended.isoformat(timespec="seconds")
        desk.report(job_id, EndTime=at, CreationTime=at, StartTime=at)
    desk.bench.publication().publish()
    waits(desk, "incoming/waits.mp3")
    assert count(desk.resend("--since", "2h")) == 1
    assert count(desk.resend("--since", "7d", "--dry-run")) == 2
    assert desk.left().keys() == {"jnew"}
    desk.reconcile()
    assert desk.told() == ["msg_jnew_Success"] * 2 + ["msg_jold_Success"]


def test_since_narrows_what_was_given_up_or_waits(desk: Desk) -> None:
    desk.listener.answers(410)
    desk.report("j1", "j2")
    early = desk.given_up()["j1"].model_copy(update={"noted_at": datetime(2026, 1, 1, tzinfo=timezone.utc)})
    desk.bench.cloud.cos.put(BUCKET.name, "index/undelivered/j1/Success.json", early.content())
    assert count(desk.resend("--undelivered", "--waiting", "--since", "1h")) == 1
    assert (set(desk.given_up()), set(desk.left())) == ({"j1"}, {"j2"})


def test_a_job_is_named_by_its_id_and_an_upload_stands_for_its_jobs_that_have_ended(desk: Desk) -> None:
    upload = desk.upload()
    desk.bench.submission().submit_all((desk.bench.upload(TALK),))
    assert desk.bench.cloud.wait_until_idle(20)
    desk.report("jfailed", upload=upload, State="Failed")
    desk.report("jgood", upload=upload)
    desk.bench.publication().publish()
    assert desk.bench.stored(f"index/{keys.upload(upload.id, 'Success')}")
    desk.listener.posts.clear()
    assert count(desk.resend("jgood")) == 1
    assert count(desk.resend(upload.id, TALK, "-", stdin="jgood\njfailed\n")) == 2
    desk.reconcile()
    assert desk.told() == ["msg_jfailed_Failed", "msg_jgood_Success"]


def test_what_is_unknown_or_has_not_ended_is_said_the_rest_is_told_and_it_ends_with_1(desk: Desk) -> None:
    waits(desk, "incoming/waits.mp3")
    desk.report("j1")
    result = desk.terminal.run("resend", "jnobodyknows", "incoming/waits.mp3", "j1")
    assert (result.exit_code, count(result), set(desk.left())) == (1, 1, {"j1"})
    assert "jnobodyknows" in result.stderr
    assert "incoming/waits.mp3: no job of it has an entry" in result.stderr


def test_a_notice_that_cannot_be_read_is_left_and_said(desk: Desk) -> None:
    desk.bench.cloud.cos.put(BUCKET.name, "index/undelivered/jdamaged/Success.json", b"damaged")
    result = desk.terminal.run("resend", "--undelivered")
    assert (result.exit_code, count(result)) == (1, 0)
    assert "undelivered/jdamaged/Success.json is gone or damaged" in result.stderr
    assert len(desk.bench.stored("index/undelivered/")) == 1


def test_a_dry_run_says_what_would_be_told_and_changes_nothing(desk: Desk) -> None:
    desk.listener.answers(410)
    for n in range(FEW + 2):
        desk.report(f"j{n}")
    before = desk.bench.stored()
    result = desk.resend("--undelivered", "--dry-run")
    assert (count(result), desk.bench.stored()) == (FEW + 2, before)
    assert "and 2 more: --verbose tells of each" in result.stderr
    assert "reconcile tells" not in result.stderr
    assert desk.resend("--undelivered", "--dry-run", "--verbose").stderr.count("answered 410") == FEW + 2


def test_killed_half_way_it_may_be_repeated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.listener.answers(410)
    desk.report("j1", "j2", "j3")
    with monkeypatch.context() as patched:
        patched.setattr("voice_separation.index.writer.IndexWriter.remove", _killed)
        assert isinstance(desk.terminal.run("resend", "--undelivered").exception, KeyboardInterrupt | SystemExit)
    assert len(desk.given_up()) == 3
    assert desk.left()
    assert count(desk.resend("--undelivered")) == 3
    desk.listener.answers(204)
    desk.reconcile()
    assert set(desk.told()) == {"msg_j1_Success", "msg_j2_Success", "msg_j3_Success"}
    assert (desk.left(), desk.given_up()) == ({}, {})


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "arguments", [(), ("--dry-run",), ("j1", "--since", "1h"), ("--since", "yesterday"), ("",)], ids=range(5)
)
def test_what_makes_no_sense_is_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.terminal.run("resend", *arguments).exit_code == 2


def test_an_app_that_tells_nobody_says_so(terminal: Terminal) -> None:
    result = terminal.run("resend", "--undelivered")
    assert result.exit_code == 2
    assert "WEBHOOK_URL is not set" in result.stderr
