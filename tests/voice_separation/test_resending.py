"""Notices are put back into the outbox, and whoever does it may die at any request."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from pytest_mock import MockerFixture

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.index.notice import Notice
from voice_separation.resending import Resending
from voice_separation.status import Row
from voice_separation.tencent.transport import Answer, Request, Session

NOTED_AT = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
REQUESTS = 5  # for one notice that was given up: two LISTs, GET, PUT, DELETE


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Fate:
    """Kills at the nth request: before it is carried out, or after."""

    at: int
    after: bool
    requests: int = 0

    def meets(self, mocker: MockerFixture) -> None:
        send = Session.send

        def fated(session: Session, request: Request) -> Answer:
            self.requests += 1
            if self.requests == self.at and not self.after:
                raise Killed
            answer = send(session, request)
            if self.requests == self.at:
                raise Killed
            return answer

        mocker.patch.object(Session, "send", fated)


def resending(bench: Workbench) -> Resending:
    call = bench.invocation()
    return Resending(call.reader(BUCKET), call.writer(BUCKET), call.clock)


def give_up(bench: Workbench) -> Notice:
    notice = Notice(
        job_id="j1", state="Failed", noted_at=NOTED_AT, next_attempt_at=NOTED_AT, attempts=9, failure="answered 500"
    )
    bench.invocation().writer(BUCKET).undelivered(notice)
    return notice


def put_back(bench: Workbench) -> list[Notice]:
    task = resending(bench)
    return list(task.resend(task.undelivered()))


def test_a_notice_that_was_given_up_is_due_at_once_with_every_try_before_it(bench: Workbench) -> None:
    given_up = give_up(bench)
    assert put_back(bench) == [given_up]
    (key,) = bench.stored()
    notice = Notice.model_validate_json(bench.read(key))
    assert key == "index/notices/j1/Failed.json"
    assert (notice.attempts, notice.failure, notice.noted_at) == (0, None, NOTED_AT)
    assert abs(notice.next_attempt_at - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_the_requests_that_it_is_killed_at_are_all_there_are(bench: Workbench, mocker: MockerFixture) -> None:
    give_up(bench)
    fate = Fate(at=0, after=False)
    fate.meets(mocker)
    put_back(bench)
    assert fate.requests == REQUESTS


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, REQUESTS + 1))
def test_killed_at_any_request_it_loses_no_notice_and_may_be_repeated(
    bench: Workbench, mocker: MockerFixture, at: int, after: bool
) -> None:
    give_up(bench)
    Fate(at, after).meets(mocker)
    with pytest.raises(Killed):
        put_back(bench)
    mocker.stopall()
    assert bench.stored()
    put_back(bench)
    assert bench.stored() == ["index/notices/j1/Failed.json"]


def test_only_jobs_that_have_ended_are_told(bench: Workbench) -> None:
    states = ("Success", "Failed", "Cancel", "Pending", "Waiting", "Refused", "Running")
    rows = [
        Row(state=state, key="a.mp3", at=NOTED_AT, upload_id=None, job_id=job_id, reason=None)
        for state in states
        for job_id in ("j1", None)
    ]
    assert [notice.state for notice in resending(bench).of(rows)] == ["Success", "Failed", "Cancel"]
