"""The receiver of notices is told of every finished job, at least once, whatever becomes of those who tell it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture

from tests.receiver import SECRET, Listener, Post, Reply, listening
from tests.support import StoppedClock, load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.capability import Grant
from voice_separation.clock import Deadline, SystemClock
from voice_separation.completion import Completed
from voice_separation.errors import Unavailable
from voice_separation.index.entries import Entry
from voice_separation.index.keys import is_ours
from voice_separation.index.notice import Notice
from voice_separation.index.writer import IndexWriter
from voice_separation.notices import OWN_TURN, PAUSES, Notices
from voice_separation.notifications import parse_notification
from voice_separation.receiver import Receiver
from voice_separation.tencent.transport import Session

ANY = Grant(None)
IN_TIME = timedelta(minutes=2)
JOB = "jfinished"


@dataclass
class Office:
    """The workbench, a receiver, and what callbacks and timers do at the time that it is."""

    bench: Workbench
    listener: Listener
    later: timedelta = timedelta()

    @property
    def settings(self) -> dict[str, Any]:
        return {"webhook_url": self.listener.url, "webhook_secrets": SECRET}

    def report(self, *job_ids: str, **settings: Any) -> Completed:
        """Let CI report jobs, of which it says that they have finished, unless they are restored otherwise."""
        body = message(*(job_ids or (JOB,)))
        self.bench.cloud.ci.restore(body)
        reported = parse_notification(body)
        return self.bench.completion(**{**self.settings, **settings}).complete_all(reported, ANY)

    def notices(self, **settings: Any) -> Notices:
        """What the timer tells with; its clock shows `later` than it is, that of the receiver is right."""
        notices = self.bench.invocation("timer-1", **{**self.settings, **settings}).notices(BUCKET)
        assert notices
        return replace(notices, clock=StoppedClock(datetime.now(timezone.utc) + self.later))

    def fire(self) -> None:
        self.notices().send_due()

    def left(self) -> list[Notice]:
        return [Notice.model_validate_json(self.bench.read(key)) for key in self.bench.stored("index/notices/")]

    def given_up(self) -> list[Notice]:
        return [Notice.model_validate_json(self.bench.read(key)) for key in self.bench.stored("index/undelivered/")]

    def entry(self) -> Any:
        (key,) = self.bench.stored("index/jobs/")
        return json.loads(self.bench.read(key))

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.bench.lines.events() if line["event"] == event]

    def asked(self) -> list[str]:
        """The last requests to CI and COS: method and folder."""
        return [" ".join((asked.split()[1], *asked.split("/")[1:3])) for asked in self.bench.asked()]


def message(*job_ids: str, **changes: Any) -> bytes:
    """The vendor's workflow sample with jobs of ours."""
    tree = load_event("callback-workflow.json")
    job = tree["JobsDetail"][0]
    job["Input"] = {"BucketId": BUCKET.name, "Region": BUCKET.region, "Object": "incoming/talk.mp3"}
    tree["JobsDetail"] = [{**job, "JobId": job_id, **changes} for job_id in job_ids]
    return json.dumps(tree).encode()


@pytest.fixture
def office(bench: Workbench) -> Iterator[Office]:
    with listening() as listener:
        yield Office(bench, listener)


# Door 2 tells it at once ----------------------------------------------------------------------------------------------


def test_the_notice_is_written_before_the_entry_and_removed_when_it_was_taken(office: Office) -> None:
    assert office.report() is Completed.STORED
    assert office.asked() == [
        f"GET jobs {JOB}",
        "GET index jobs",
        "PUT index notices",
        "PUT index jobs",
        "PUT index log",
        "DELETE index notices",
    ]
    assert office.listener.times_told() == {JOB: 1}
    assert office.left() == []


def test_what_is_posted_is_the_entry_with_its_type_and_the_time_when_the_job_ended(office: Office) -> None:
    office.report()
    (post,) = office.listener.posts
    entry = office.entry()
    told = {"type": "voice_separation.job.finished", "timestamp": entry["finished_at"], "data": entry}
    assert post.verified() == told
    assert post.id == f"msg_{JOB}_Success"
    assert entry["schema"] == "voice-separation/entry/1"


def test_without_a_receiver_there_is_neither_a_notice_nor_a_request_more(office: Office) -> None:
    office.bench.cloud.ci.restore(message(JOB))
    office.bench.completion().complete_all(parse_notification(message(JOB)), ANY)
    assert office.asked() == [f"GET jobs {JOB}", "PUT index jobs", "PUT index log"]
    assert office.listener.posts == []


def test_a_job_that_is_reported_twice_is_told_once(office: Office) -> None:
    office.report()
    office.report()
    assert office.listener.times_told() == {JOB: 1}
    assert office.left() == []


def test_a_job_that_still_runs_is_not_told(office: Office) -> None:
    body = message(JOB, State="Running")
    office.bench.cloud.ci.restore(body)
    completion = office.bench.completion(**office.settings)
    assert completion.complete_all(parse_notification(body), ANY) is Completed.STILL_RUNNING
    assert (office.listener.posts, office.left()) == ([], [])


def test_a_job_of_which_ci_tells_no_times_is_told_with_that_of_the_notice(office: Office) -> None:
    body = message(JOB, EndTime="", CreationTime="")
    office.bench.cloud.ci.restore(body)
    completion = office.bench.completion(**office.settings, verify_callbacks=False)
    completion.complete_all(parse_notification(body), ANY)
    (post,) = office.listener.posts
    told_at = datetime.fromisoformat(post.verified()["timestamp"])
    assert abs(datetime.now(timezone.utc) - told_at) < timedelta(minutes=1)


@pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
def test_a_receiver_that_fails_is_no_failure_of_the_callback(office: Office, status: int) -> None:
    office.listener.answers(status)
    assert office.report() is Completed.STORED
    assert [notice.job_id for notice in office.left()] == [JOB]
    (line,) = office.logged("notice.delayed")
    assert (line["level"], line["job_id"], str(status) in line["reason"]) == ("WARNING", JOB, True)


def test_a_slow_receiver_holds_a_callback_up_for_a_short_time_only(office: Office) -> None:
    office.listener.reply = lambda _post: Reply(after_seconds=5.0)
    reported = parse_notification(message(JOB))
    office.bench.cloud.ci.restore(message(JOB))
    completion = office.bench.completion(**office.settings)
    clock = SystemClock()
    assert completion.notices
    completion = replace(completion, notices=replace(completion.notices, deadline=Deadline.after(2.0, clock)))
    assert completion.complete_all(reported, ANY) is Completed.STORED
    assert len(office.left()) == 1, "it would have been told, had it been waited for"


def test_a_callback_without_time_leaves_the_telling_to_the_timer(office: Office) -> None:
    office.bench.cloud.ci.restore(message(JOB))
    completion = office.bench.completion(**office.settings)
    assert completion.notices
    hurried = replace(completion.notices, deadline=Deadline.after(0.5, SystemClock()))
    replace(completion, notices=hurried).complete_all(parse_notification(message(JOB)), ANY)
    assert (office.listener.posts, len(office.left())) == ([], 1)


def test_of_several_jobs_each_is_told_until_the_receiver_fails(office: Office) -> None:
    office.listener.answers(204, 500)
    assert office.report("j1", "j2", "j3") is Completed.STORED
    assert office.listener.times_told() == {"j1": 1, "j2": 1}
    assert [notice.job_id for notice in office.left()] == ["j2", "j3"]


def test_a_notice_that_cannot_be_removed_is_no_failure_and_is_told_again_under_the_same_id(
    office: Office, mocker: MockerFixture
) -> None:
    down = Unavailable("DeleteObject", "a", status=503, code="ServiceUnavailable", reason="down")
    mocker.patch.object(IndexWriter, "remove", side_effect=down)
    assert office.report() is Completed.STORED
    mocker.stopall()
    office.later = IN_TIME
    office.fire()
    assert {post.id for post in office.listener.posts} == {f"msg_{JOB}_Success"}
    assert (len(office.listener.posts), office.left()) == (2, [])


def test_a_believed_failure_that_becomes_a_success_is_told_as_another_message(office: Office) -> None:
    completion = office.bench.completion(**office.settings, verify_callbacks=False)
    completion.complete_all(parse_notification(message(JOB, State="Failed")), ANY)
    completion.complete_all(parse_notification(message(JOB)), ANY)
    completion.complete_all(parse_notification(message(JOB, State="Failed")), ANY)
    assert [post.id for post in office.listener.posts] == [f"msg_{JOB}_Failed", f"msg_{JOB}_Success"]
    assert [post.verified()["data"]["state"] for post in office.listener.posts] == ["Failed", "Success"]


# Door 3 tells it again ------------------------------------------------------------------------------------------------


def test_what_was_not_taken_is_told_again_when_its_turn_has_come_and_not_before(office: Office) -> None:
    office.listener.answers(500, 204)
    office.report()
    office.fire()
    assert len(office.listener.posts) == 1
    office.later = IN_TIME
    office.fire()
    assert [post.id for post in office.listener.posts] == [f"msg_{JOB}_Success"] * 2
    assert office.left() == []
    assert [line["attempt"] for line in office.logged("notice.taken")] == [1]


def test_a_job_whose_callback_never_came_is_told_by_the_timer(office: Office) -> None:
    office.bench.cloud.ci.restore(message(JOB))
    completion = office.bench.invocation("timer-1", **office.settings).completion(BUCKET)
    completion.store(parse_notification(message(JOB))[0])
    assert office.listener.posts == []
    office.later = IN_TIME
    office.fire()
    assert office.listener.times_told() == {JOB: 1}


def test_the_pauses_grow_over_three_days_and_then_it_is_given_up_and_said_loudly(office: Office) -> None:
    office.listener.answers(500)
    office.report()
    pauses = []
    while office.left():
        (notice,) = office.left()
        office.later = notice.next_attempt_at - datetime.now(timezone.utc) + timedelta(seconds=5)
        pauses.append(notice.next_attempt_at - notice.noted_at)
        office.fire()
    assert len(office.listener.posts) == 2 + len(PAUSES)
    assert pauses[0] == OWN_TURN
    assert sorted(pauses) == pauses
    assert timedelta(days=3) < pauses[-1] < timedelta(days=4)
    (given_up,) = office.given_up()
    assert (given_up.job_id, given_up.attempts) == (JOB, 1 + len(PAUSES))
    assert given_up.failure == "the receiver answered 500, not 2xx"
    (line,) = office.logged("notice.undelivered")
    assert (line["level"], line["job_id"], line["attempt"]) == ("ERROR", JOB, 1 + len(PAUSES))


def test_who_answers_410_is_not_asked_again_neither_by_the_callback_nor_by_the_timer(office: Office) -> None:
    office.listener.answers(410)
    assert office.report("j1") is Completed.STORED
    office.listener.answers(500)
    office.report("j2")
    office.listener.answers(410)
    office.later = IN_TIME
    office.fire()
    office.fire()
    assert office.listener.times_told() == {"j1": 1, "j2": 2}
    assert (office.left(), [notice.job_id for notice in office.given_up()]) == ([], ["j1", "j2"])
    assert [line["level"] for line in office.logged("notice.undelivered")] == ["ERROR", "ERROR"]


def test_while_the_receiver_takes_nothing_it_is_asked_once_a_minute_and_each_notice_gets_its_turn(
    office: Office,
) -> None:
    office.listener.answers(500)
    for n in range(4):
        office.report(f"j{n}")
    office.listener.posts.clear()
    office.later = IN_TIME
    posts = []
    for _ in range(4):
        office.fire()
        posts.append(len(office.listener.posts))
    assert posts == [1, 2, 3, 4]
    assert [notice.attempts for notice in office.left()] == [1, 1, 1, 1]


def test_notices_whose_turn_has_not_come_make_a_receiver_that_is_down_hear_of_no_more_than_one(
    office: Office,
) -> None:
    office.listener.answers(500)
    office.report(*(f"a{n}" for n in range(8)))
    for notice in office.left():
        later = notice.model_copy(update={"next_attempt_at": notice.noted_at + timedelta(hours=2)})
        office.bench.invocation().writer(BUCKET).notice(later)
    office.report(*(f"b{n}" for n in range(10)))
    office.listener.posts.clear()
    office.later = IN_TIME
    office.fire()
    assert office.listener.times_told() == {"b0": 1}
    office.listener.answers(204)
    office.fire()
    assert office.listener.times_told() == {f"b{n}": 1 for n in range(10)}
    assert [notice.job_id for notice in office.left()] == [*(f"a{n}" for n in range(8)), "b0"]


def test_once_the_receiver_is_back_everything_is_told_in_one_run(office: Office) -> None:
    office.listener.answers(500)
    for n in range(20):
        office.report(f"j{n}")
    office.listener.posts.clear()
    office.listener.answers(204)
    office.later = IN_TIME
    office.fire()
    assert office.listener.times_told() == {f"j{n}": 1 for n in range(20)}
    assert office.left() == []


def test_one_job_that_the_receiver_cannot_take_keeps_no_other_from_being_told(office: Office) -> None:
    office.listener.reply = lambda post: Reply(500 if b'"j0"' in post.body else 204)
    for n in range(3):
        office.report(f"j{n}", webhook_url="http://127.0.0.1:1")
    office.later = IN_TIME
    office.fire()
    office.fire()
    assert [notice.job_id for notice in office.left()] == ["j0"]
    assert office.listener.times_told() == {"j0": 1, "j1": 1, "j2": 1}


def test_a_removal_that_fails_is_told_and_tried_again_by_the_next_timer(office: Office, mocker: MockerFixture) -> None:
    office.report(webhook_url="http://127.0.0.1:1")
    office.later = IN_TIME
    down = Unavailable("DeleteObject", "a", status=503, code="ServiceUnavailable", reason="down")
    mocker.patch.object(IndexWriter, "remove", side_effect=down)
    office.fire()
    assert [notice.attempts for notice in office.left()] == [0]
    assert "ServiceUnavailable" in office.logged("notice.delayed")[-1]["reason"]
    mocker.stopall()
    office.fire()
    assert (office.listener.times_told(), office.left()) == ({JOB: 2}, [])


def test_without_time_the_timer_tells_nobody_and_counts_no_try(office: Office) -> None:
    office.report(webhook_url="http://127.0.0.1:1")
    office.later = IN_TIME
    office.bench.cloud.recorder.clear()
    replace(office.notices(), deadline=Deadline.after(0.0, SystemClock())).send_due()
    assert not [asked for asked in office.bench.asked() if "/index/notices/" in asked], "none was read"
    assert (office.listener.posts, [notice.attempts for notice in office.left()]) == ([], [0])


def test_a_notice_that_was_read_when_time_was_up_is_not_told_and_counts_no_try(office: Office) -> None:
    office.report(webhook_url="http://127.0.0.1:1")
    office.later = IN_TIME

    class UpAfterReading:
        left = iter([60.0])

        def remaining(self) -> float:
            return next(self.left, 0.0)

    deadline: Any = UpAfterReading()
    replace(office.notices(), deadline=deadline).send_due()
    assert (office.listener.posts, [notice.attempts for notice in office.left()]) == ([], [0])


def test_a_notice_whose_job_has_no_entry_is_not_told_and_one_day_given_up(office: Office) -> None:
    now = datetime.now(timezone.utc)
    orphan = Notice(job_id=JOB, state="Success", noted_at=now, next_attempt_at=now, attempts=len(PAUSES))
    office.bench.invocation().writer(BUCKET).notice(orphan)
    office.fire()
    assert (office.listener.posts, office.left()) == ([], [])
    assert [notice.failure for notice in office.given_up()] == ["the job has no entry yet"]


def test_a_notice_that_cannot_be_read_is_removed_and_said(office: Office) -> None:
    office.bench.cloud.cos.put(BUCKET.name, "index/notices/jdamaged/Success.json", b"damaged")
    office.fire()
    assert office.bench.stored("index/notices/") == []
    assert [line["document"] for line in office.logged("document.unreadable")] == ["notices/jdamaged/Success.json"]


def test_two_timers_at_once_tell_everything_and_leave_nothing(office: Office) -> None:
    for n in range(5):
        office.report(f"j{n}", webhook_url="http://127.0.0.1:1")
    office.later = IN_TIME
    both = [threading.Thread(target=office.fire) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    told = office.listener.times_told()
    assert set(told) == {f"j{n}" for n in range(5)}
    assert max(told.values()) <= 2
    assert office.left() == []


def test_the_index_takes_notices_for_its_own_and_publishes_none_of_them(office: Office) -> None:
    office.report(webhook_url="http://127.0.0.1:1")
    (key,) = [key.removeprefix("index/") for key in office.bench.stored("index/notices/")]
    assert is_ours(key)
    assert is_ours(key.replace("notices/", "undelivered/"))
    assert office.bench.publication().publish().jobs == 1


# Whoever dies ---------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The instance is no more."""


@dataclass
class Fate:
    """Kills at the nth of all requests, to COS, CI and the receiver: before it is carried out, or after."""

    at: int
    after: bool
    requests: int = 0

    def meets(self, mocker: MockerFixture, cls: type, method: str) -> None:
        original = getattr(cls, method)

        def fated(*arguments: Any, **named: Any) -> Any:
            self.requests += 1
            is_last = self.requests == self.at
            if is_last and not self.after:
                raise Killed
            try:
                return original(*arguments, **named)
            finally:
                if is_last:
                    raise Killed

        mocker.patch.object(cls, method, fated)


def fated(mocker: MockerFixture, at: int, *, after: bool) -> Fate:
    fate = Fate(at, after)
    fate.meets(mocker, Session, "send")
    fate.meets(mocker, Receiver, "tell")
    return fate


REQUESTS = 7  # of a callback that tells the receiver; a test counts them


def test_a_callback_that_tells_the_receiver_sends_so_many_requests(office: Office, mocker: MockerFixture) -> None:
    fate = fated(mocker, at=0, after=False)
    office.report()
    assert fate.requests == REQUESTS


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, REQUESTS + 1))
def test_a_callback_killed_at_any_request_loses_no_notice_once_the_job_is_stored_again(
    office: Office, mocker: MockerFixture, at: int, after: bool
) -> None:
    fated(mocker, at, after=after)
    with pytest.raises(Killed):
        office.report()
    mocker.stopall()
    repaired(office)
    assert set(office.listener.times_told()) == {JOB}
    assert {post.id for post in office.listener.posts} == {f"msg_{JOB}_Success"}
    assert len(office.listener.posts) <= 2


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("status", "requests"), [(204, 5), (500, 5), (410, 6)])
def test_a_timer_killed_at_any_request_loses_no_notice(
    office: Office, mocker: MockerFixture, status: int, requests: int, after: bool
) -> None:
    for at in range(1, requests + 1):
        job_id = f"j{at}"
        office.report(job_id, webhook_url="http://127.0.0.1:1")
        office.listener.answers(status)
        office.later = IN_TIME
        fate = fated(mocker, at, after=after)
        with pytest.raises(Killed):
            office.fire()
        mocker.stopall()
        assert fate.requests == at
        office.listener.answers(204)
        repaired(office)
        told = {post.verified()["data"]["job_id"] for post in office.listener.posts}
        assert job_id in told | {notice.job_id for notice in office.given_up()}
        assert office.left() == []


def repaired(office: Office) -> None:
    """What reconcile does of a job whose callback died, and what its next runs tell."""
    office.bench.cloud.ci.restore(message(JOB))
    (detail,) = parse_notification(message(JOB))
    completion = office.bench.invocation("timer-2", **office.settings).completion(BUCKET)
    if not completion.is_filed(detail):
        completion.store(detail)
    office.later += timedelta(hours=1)
    office.fire()


def test_the_receiver_is_not_told_of_a_job_before_it_has_its_entry(office: Office, mocker: MockerFixture) -> None:
    seen: list[bool] = []

    def looks_it_up(post: Post) -> Reply:
        job_id = post.verified()["data"]["job_id"]
        seen.append(any(key.endswith(f"/{job_id}.json") for key in office.bench.stored("index/jobs/")))
        return Reply()

    office.listener.reply = looks_it_up
    office.report("j1", "j2")
    mocker.patch.object(Receiver, "tell", side_effect=Killed)
    with pytest.raises(Killed):
        office.report("j3")
    mocker.stopall()
    office.later = IN_TIME
    office.fire()
    assert seen == [True, True, True]
    assert Entry.model_validate(office.listener.posts[-1].verified()["data"]).job_id == "j3"
