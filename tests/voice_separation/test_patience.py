"""What somebody has to correct: tried ever later, told as often as it is of use, given up where that loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from localcloud.faults import Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.errors import JobInvalid, Misconfigured, SubmissionIncomplete
from voice_separation.index.documents import Refused, Waiting
from voice_separation.instance import Invocation
from voice_separation.patience import GIVEN_UP_AFTER, is_given_up, next_attempt_at
from voice_separation.reconciliation import Reconciled
from voice_separation.retrying import Retrying
from voice_separation.story import Stories

KEY = "incoming/talk.mp3"
CREATE_JOB = Requests(service="ci", method="POST")
INVALID, DENIED = Refuse(400, "InvalidArgument"), Refuse(403, "AccessDenied")
NOW = datetime(2026, 11, 21, 3, 30).astimezone()


def refused(kind: type[Misconfigured | JobInvalid]) -> Misconfigured | JobInvalid:
    return kind("CreateMediaJobs", KEY, status=400, code="InvalidArgument", reason="no")


@pytest.mark.parametrize("kind", [Misconfigured, JobInvalid])
def test_what_is_to_be_corrected_is_tried_ever_later_up_to_six_hours(kind: type[Misconfigured | JobInvalid]) -> None:
    due, waits = NOW, []
    while due - NOW < timedelta(days=1):
        waits.append(next_attempt_at(due, refused(kind), since=NOW) - due)
        due += waits[-1]
    assert [wait.total_seconds() / 60 for wait in waits] == [5, 5, 10, 20, 40, 80, 160, 320, 360, 360, 360]


@pytest.mark.parametrize(
    ("kind", "hours", "over"),
    [(JobInvalid, 71.9, False), (JobInvalid, 72, True), (Misconfigured, 72, False), (Misconfigured, 72_000, False)],
)
def test_only_a_job_that_is_called_invalid_is_given_up_and_after_three_days(
    kind: type[Misconfigured | JobInvalid], hours: float, *, over: bool
) -> None:
    assert is_given_up(NOW, refused(kind), since=NOW - timedelta(hours=hours)) is over


@dataclass
class Days:
    """Days at the bench, in which the timer fires when somebody says so."""

    bench: Workbench
    begin: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begin = self.bench.invocation().clock.now()

    def call(self, after: timedelta) -> Invocation:
        return replace(self.bench.invocation(f"at-{after}"), clock=StoppedClock(self.begin + after))

    def refuse(self, fault: Refuse) -> None:
        self.bench.cloud.faults.clear()
        self.bench.cloud.faults.add(fault, CREATE_JOB)

    def upload(self) -> None:
        """Have it come, and find that CI does not take it."""
        with pytest.raises(SubmissionIncomplete):
            self.bench.submission().submit_all((self.bench.upload(KEY),))

    def reconcile(self, after: timedelta) -> Reconciled:
        return self.call(after).reconciliation(BUCKET).run()

    def until(self, end: timedelta) -> timedelta:
        """Reconcile whenever something is due; return when nothing waits any more, or it is the end."""
        at = timedelta(0)
        while (waiting := self.waiting()) and at < end:
            at = max(waiting.next_attempt_at - self.begin, at)
            self.reconcile(at)
        return at

    def waiting(self) -> Waiting | None:
        found = [Waiting.model_validate_json(self.bench.read(key)) for key in self.bench.stored("index/waiting/")]
        return found[0] if found else None

    def change_waiting(self, change: Callable[[Waiting], dict[str, Any]]) -> None:
        (key,) = self.bench.stored("index/waiting/")
        waiting = Waiting.model_validate_json(self.bench.read(key))
        self.bench.cloud.cos.put(BUCKET.name, key, waiting.model_copy(update=change(waiting)).content())

    def refusal(self) -> Refused:
        (key,) = self.bench.stored("index/refused/")
        return Refused.model_validate_json(self.bench.read(key))

    def told(self, event: str) -> list[str]:
        return [line["level"] for line in self.bench.lines.events() if line["event"] == event]

    def retry(self, after: timedelta) -> str:
        call = self.call(after)
        writer, completion = call.writer(BUCKET), call.completion(BUCKET)
        retrying = Retrying(BUCKET, call.cos, writer, completion, call.submitter(BUCKET), call.clock)
        story = Stories(BUCKET, call.cos, call.ci, call.reader(BUCKET), call.clock).find(KEY)
        (outcome,) = retrying.retry_all((story,))
        return outcome.result


@pytest.fixture
def days(bench: Workbench) -> Days:
    return Days(bench)


def test_a_job_that_ci_calls_invalid_is_told_once_and_waits_as_long_again_as_it_has_waited(days: Days) -> None:
    days.refuse(INVALID)
    days.upload()
    first = days.waiting()
    for minutes in (6, 20):
        assert days.reconcile(timedelta(minutes=minutes)).alarming == ()
    again = days.waiting()
    assert first
    assert again
    assert (first.attempts, again.attempts) == (1, 3)
    assert again.reason_since == first.reason_since
    assert timedelta(minutes=19) < again.next_attempt_at - (days.begin + timedelta(minutes=20)) < timedelta(minutes=21)
    assert days.told("upload.waiting") == ["ERROR", "WARNING", "WARNING"]


def test_after_three_days_it_is_refused_with_the_code_the_reason_and_what_to_do(days: Days) -> None:
    days.refuse(INVALID)
    days.upload()
    end = days.until(timedelta(days=30))
    assert GIVEN_UP_AFTER <= end < GIVEN_UP_AFTER + timedelta(hours=6)
    assert 15 < days.bench.asked().count("ci POST /jobs") < 25
    reason = days.refusal().reason
    assert (reason.error, reason.code) == ("JobInvalid", "InvalidArgument")
    assert reason.message.startswith("The local cloud was told to refuse")
    assert reason.message.endswith("`voicesep retry --refused` submits it)")
    assert days.bench.stored("index/waiting/") == []
    assert days.told("upload.refused") == ["ERROR"]
    assert days.told("upload.waiting").count("ERROR") == 1


def test_what_was_given_up_is_submitted_by_a_retry_once_it_is_corrected_and_has_three_days_again_until_then(
    days: Days,
) -> None:
    days.refuse(INVALID)
    days.upload()
    given_up = days.until(timedelta(days=30))
    assert days.retry(given_up + timedelta(days=1)) == "waiting"
    assert days.bench.stored("index/refused/") == []
    days.reconcile(given_up + timedelta(days=3))
    assert days.waiting()
    days.bench.cloud.faults.clear()
    assert days.retry(given_up + timedelta(days=3, hours=1)) == "submitted"
    assert days.bench.stored("index/waiting/") == days.bench.stored("index/refused/") == []


def test_the_same_content_uploaded_again_is_tried_again_after_it_was_given_up(days: Days) -> None:
    days.refuse(INVALID)
    days.upload()
    end = days.until(timedelta(days=30))
    days.bench.cloud.faults.clear()
    record = days.bench.upload(KEY)
    call = days.call(end + timedelta(seconds=1))
    submission = replace(days.bench.submission(), submitter=call.submitter)
    assert [outcome.result for outcome in submission.submit_all((record,))] == ["submitted"]


def test_what_the_role_may_not_do_is_told_every_time_and_never_refused(days: Days) -> None:
    days.refuse(DENIED)
    days.upload()
    days.until(timedelta(days=30))
    assert days.waiting()
    assert days.bench.stored("index/refused/") == []
    assert set(days.told("upload.waiting")) == {"ERROR"}
    assert len(days.reconcile(timedelta(days=31)).alarming) == 1


def test_the_patience_begins_with_its_own_reason_whatever_it_has_waited_for_before(days: Days) -> None:
    days.refuse(DENIED)
    days.upload()
    at = days.until(timedelta(days=4))
    days.refuse(INVALID)
    told = days.reconcile(at + timedelta(hours=6))
    assert [outcome.result for outcome in told.alarming] == ["waiting"]
    waiting = days.waiting()
    assert waiting
    assert waiting.reason_since
    assert waiting.reason_since - waiting.waiting_since > timedelta(days=4)
    days.reconcile(at + timedelta(days=2))
    assert days.waiting()


def test_the_same_refusal_in_other_words_is_no_other_reason_but_another_code_is(days: Days) -> None:
    days.refuse(INVALID)
    days.upload()
    days.change_waiting(lambda was: {"reason": was.reason.model_copy(update={"message": "other words"})})
    first = days.waiting()
    days.reconcile(timedelta(minutes=6))
    again = days.waiting()
    days.refuse(Refuse(400, "InvalidContent"))
    days.reconcile(timedelta(minutes=20))
    other = days.waiting()
    assert first
    assert again
    assert other
    assert first.reason_since == again.reason_since != other.reason_since
    assert days.told("upload.waiting") == ["ERROR", "WARNING", "ERROR"]


def test_a_note_of_an_earlier_version_counts_from_when_the_upload_began_to_wait(days: Days) -> None:
    days.refuse(INVALID)
    days.upload()
    days.change_waiting(lambda was: {"reason_since": None, "waiting_since": was.waiting_since - GIVEN_UP_AFTER})
    days.reconcile(timedelta(minutes=6))
    assert days.refusal().reason.code == "InvalidArgument"
