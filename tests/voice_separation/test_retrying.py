import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.ci.pace import Manual
from localcloud.faults import Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.index.documents import Waiting
from voice_separation.index.entries import Entry
from voice_separation.instance import Invocation
from voice_separation.outcomes import Outcome
from voice_separation.retrying import Retrying
from voice_separation.story import Stories, Story
from voice_separation.tencent.transport import Session

KEY = "incoming/talk.mp3"
LATER = timedelta(hours=1)  # when the lease of every claim is over


@dataclass
class Course:
    """An upload, and its jobs, which end when they are told to."""

    bench: Workbench
    pace: Manual = field(default_factory=Manual)

    def fail_once(self) -> None:
        """Have its first job fail, because its object was away when CI came for it."""
        self.bench.submission().submit_all((self.bench.upload(KEY),))
        self.bench.cloud.cos.delete(BUCKET.name, KEY)
        self.end(self.jobs[0])
        self.bench.upload(KEY)

    @property
    def jobs(self) -> list[str]:
        return [job.job_id for job in self.bench.cloud.ci.jobs()]

    def end(self, job_id: str) -> None:
        self.pace.advance(job_id)
        self.pace.advance(job_id)
        assert self.bench.cloud.wait_until_idle(60)

    def call(self, *, later: bool = False, request_id: str = "voicesep-1") -> Invocation:
        call = self.bench.invocation(request_id)
        return replace(call, clock=StoppedClock(call.clock.now() + LATER)) if later else call

    def stories(self, *, later: bool = False) -> Stories:
        call = self.call(later=later)
        return Stories(BUCKET, call.cos, call.ci, call.reader(BUCKET), call.clock)

    def story(self) -> Story:
        return self.stories().find(KEY)

    def retry(self, *, later: bool = False, again: bool = False, request_id: str = "voicesep-1") -> Outcome:
        call = self.call(later=later, request_id=request_id)
        retrying = Retrying(
            bucket=BUCKET,
            cos=call.cos,
            writer=call.writer(BUCKET),
            completion=call.completion(BUCKET),
            submitter=call.submitter(BUCKET),
            clock=call.clock,
            again=again,
        )
        (outcome,) = retrying.retry_all((self.stories(later=later).find(KEY),))
        return outcome

    def reconcile(self, *, later: bool = False) -> None:
        self.call(later=later, request_id="timer-1").reconciliation(BUCKET).run()

    def finish_and_publish(self) -> None:
        self.bench.reconciliation(pending_grace_seconds=0).run()
        self.bench.publication().publish()

    def entries(self) -> dict[str, str]:
        found = [Entry.model_validate_json(self.bench.read(key)) for key in self.bench.stored("index/jobs/")]
        return {entry.job_id: entry.state for entry in found}


@pytest.fixture
def course() -> Iterator[Course]:
    pace = Manual()
    with LocalCloud(Options(pace=pace)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        course = Course(Workbench(cloud), pace)
        course.fail_once()
        yield course


def test_a_failed_upload_gets_a_new_job_and_keeps_the_entry_of_the_old_one(course: Course) -> None:
    first = course.jobs[0]
    outcome = course.retry()
    assert (outcome.result, outcome.job_id) == ("submitted", course.jobs[1])
    assert course.entries() == {first: "Failed"}  # whose callback never came: stored on the way
    assert len(course.bench.stored("index/log/")) == 1
    assert course.bench.stored("index/waiting/") == []
    (note,) = course.bench.stored("index/pending/")
    assert json.loads(course.bench.read(note))["job_id"] == course.jobs[1]


def test_the_failure_may_be_published_long_since(course: Course) -> None:
    course.finish_and_publish()
    assert course.bench.stored("index/uploads/")[0].endswith("/Failed.json")
    assert course.retry().result == "submitted"
    assert len(course.jobs) == 2


def test_a_retried_success_shows_and_outranks_the_failure(course: Course, mocker: MockerFixture) -> None:
    mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    course.finish_and_publish()
    course.retry()
    course.end(course.jobs[1])
    course.finish_and_publish()
    story = course.story()
    assert (story.in_a_word, sorted(course.entries().values())) == ("Success", ["Failed", "Success"])
    assert [key.rpartition("/")[2] for key in course.bench.stored("index/uploads/")] == ["Failed.json", "Success.json"]
    index = json.loads(course.bench.read("index/index.json"))
    assert index["counts"] == {"Failed": 1, "Success": 1}
    assert course.retry().reason == "it was separated already"


def test_a_success_is_separated_again_when_asked_for(course: Course, mocker: MockerFixture) -> None:
    mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    course.retry()
    course.end(course.jobs[1])
    course.finish_and_publish()
    assert course.retry(again=True).job_id == course.jobs[2]


def test_what_failed_twice_can_be_tried_a_third_time(course: Course) -> None:
    for attempt in (2, 3):
        assert course.retry().result == "submitted"
        course.end(course.jobs[attempt - 1])
    assert len(course.jobs) == 3
    assert course.story().attempts == 3


def test_while_a_job_runs_there_is_nothing_to_retry(course: Course) -> None:
    course.retry()
    outcome = course.retry(request_id="voicesep-2")
    assert (outcome.result, outcome.reason) == ("skipped", f"its job {course.jobs[1]} has not ended")
    assert len(course.jobs) == 2


def test_two_at_the_same_moment_submit_one_job(course: Course) -> None:
    call_one, call_two = course.call(request_id="voicesep-1"), course.call(request_id="voicesep-2")
    story = course.story()
    outcomes = []
    for call in (call_one, call_two):
        retrying = Retrying(
            BUCKET, call.cos, call.writer(BUCKET), call.completion(BUCKET), call.submitter(BUCKET), call.clock
        )
        outcomes += list(retrying.retry_all((story,)))  # both have seen the same
    assert [outcome.result for outcome in outcomes] == ["submitted", "held"]
    assert len(course.jobs) == 2


def test_without_room_it_waits_and_the_timer_submits_it_in_spite_of_the_failed_job(course: Course) -> None:
    rule = course.bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    assert course.retry().result == "waiting"
    assert rule.struck == 1
    course.bench.cloud.faults.clear()
    course.reconcile(later=True)
    assert len(course.jobs) == 2
    assert course.bench.stored("index/waiting/") == []


def test_what_waits_for_a_correction_is_due_at_once(course: Course) -> None:
    course.bench.cloud.faults.add(Refuse(403, "AccessDenied"), Requests(service="ci", method="POST"))
    assert course.retry().result == "waiting"
    (waiting,) = [Waiting.model_validate_json(course.bench.read(key)) for key in course.bench.stored("index/waiting/")]
    assert waiting.retry_of == (course.jobs[0],)
    course.bench.cloud.faults.clear()
    assert course.retry(request_id="voicesep-2").result == "submitted"
    assert len(course.jobs) == 2


def test_what_waits_keeps_since_when_and_why_it_waits_and_its_attempts_through_a_retry_in_vain(course: Course) -> None:
    course.bench.cloud.faults.add(Refuse(403, "AccessDenied"), Requests(service="ci", method="POST"))
    course.retry()
    (key,) = course.bench.stored("index/waiting/")
    was = Waiting.model_validate_json(course.bench.read(key))
    long_ago = was.waiting_since - timedelta(days=5)
    older = {"waiting_since": long_ago, "reason_since": long_ago + timedelta(days=1), "attempts": 7}
    course.bench.cloud.cos.put(BUCKET.name, key, was.model_copy(update=older).content())
    assert course.retry(request_id="voicesep-2").result == "waiting"
    now = Waiting.model_validate_json(course.bench.read(key))
    assert (now.waiting_since, now.reason_since, now.attempts) == (*list(older.values())[:2], 8)


def test_one_upload_that_cannot_be_looked_at_stops_no_other(bench: Workbench) -> None:
    records = [bench.upload(f"incoming/{n}.mp3") for n in (1, 2)]
    bench.submission(max_input_bytes=1).submit_all(records)
    course = Course(bench)
    stories = [course.stories().find(record.keys[0]) for record in records]
    bench.cloud.faults.add(Refuse(403, "AccessDenied"), Requests(service="cos", path="/incoming/1.mp3"))
    call = course.call()
    retrying = Retrying(
        BUCKET, call.cos, call.writer(BUCKET), call.completion(BUCKET), call.submitter(BUCKET), call.clock
    )
    outcomes = list(retrying.retry_all(stories))
    assert [(outcome.result, outcome.key) for outcome in outcomes] == [
        ("failed", "incoming/1.mp3"),
        ("submitted", "incoming/2.mp3"),
    ]


def test_a_refused_upload_is_tried_again(bench: Workbench) -> None:
    bench.submission(max_input_bytes=1).submit_all((bench.upload(KEY),))
    assert len(bench.stored("index/refused/")) == 1
    assert Course(bench).retry().result == "submitted"
    assert bench.stored("index/refused/") == []


def first_of(bench: Workbench, asked: str) -> int:
    return next(at for at, each in enumerate(bench.asked()) if each.startswith(asked))


def test_what_has_ended_is_filed_and_its_note_gone_before_the_upload_waits_again(course: Course) -> None:
    """Else the note of the next job would find the last one's in its place, and that job be cancelled."""
    bench = course.bench
    bench.cloud.recorder.clear()
    course.retry()
    steps = ("cos PUT /index/jobs/", "cos DELETE /index/pending/", "cos PUT /index/waiting/", "ci POST /jobs")
    assert sorted(steps, key=lambda step: first_of(bench, step)) == list(steps)


def test_a_refused_upload_waits_before_its_refusal_goes(bench: Workbench) -> None:
    """Else it would be nowhere, should the command be killed in between."""
    bench.submission(max_input_bytes=1).submit_all((bench.upload(KEY),))
    bench.cloud.recorder.clear()
    Course(bench).retry()
    assert first_of(bench, "cos PUT /index/waiting/") < first_of(bench, "cos DELETE /index/refused/")


def test_a_job_that_ci_has_forgotten_is_no_obstacle(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload(KEY),))
    (note,) = bench.stored("index/pending/")
    assert bench.cloud.wait_until_idle(60)
    bench.cloud.ci._jobs._jobs.clear()
    assert Course(bench).retry().result == "submitted"
    assert json.loads(bench.read(note))["job_id"] == bench.cloud.ci.jobs()[0].job_id


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda bench: bench.cloud.cos.delete(BUCKET.name, KEY), "the object is gone"),
        (lambda bench: bench.upload(KEY, b"other"), "the object was replaced; its new content is another upload"),
    ],
    ids=["deleted", "replaced"],
)
def test_what_is_not_there_any_more_cannot_be_retried(course: Course, change: Any, reason: str) -> None:
    story = course.story()
    change(course.bench)
    call = course.call()
    retrying = Retrying(
        BUCKET, call.cos, call.writer(BUCKET), call.completion(BUCKET), call.submitter(BUCKET), call.clock
    )
    (outcome,) = retrying.retry_all((story,))
    assert (outcome.result, outcome.reason) == ("skipped", reason)
    assert len(course.jobs) == 1


def test_what_is_being_submitted_is_left_alone(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload(KEY)
    mocker.patch("voice_separation.tencent.ci.Ci.create_job", side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.submission("somebody").submit_all((record,))
    mocker.stopall()
    assert Course(bench).retry().reason == "it is being submitted"


# Killed anywhere --------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("published", [False, True], ids=["not published", "published"])
def test_killed_at_any_of_its_requests_it_can_be_repeated_and_nothing_is_billed_twice(
    mocker: MockerFixture, *, carried_out: bool, published: bool
) -> None:
    point = 0
    while True:
        pace = Manual()
        with LocalCloud(Options(pace=pace)) as cloud:
            cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
            course = Course(Workbench(cloud), pace)
            course.fail_once()
            if published:
                course.finish_and_publish()
            if not _retry_killed_at(course, point, mocker, carried_out=carried_out):
                break
            course.reconcile(later=True)
            course.retry(later=True, request_id="voicesep-2")
            course.reconcile(later=True)
            assert _end_state(course) == END_STATE, f"request {point + 1}"
            point += 1
    assert point > 10


def _retry_killed_at(course: Course, point: int, mocker: MockerFixture, *, carried_out: bool) -> bool:
    """Retry, and die at a request; tell whether there was such a request."""
    send, sent = Session.send, 0

    def deadly(session: Session, request: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == point + 1:
            try:
                if carried_out:
                    send(session, request)
            finally:
                raise Killed
        return send(session, request)

    patched = mocker.patch.object(Session, "send", deadly)
    try:
        course.retry()
    except Killed:
        return True
    finally:
        mocker.stop(patched)
    return False


def _end_state(course: Course) -> dict[str, Any]:
    bench = course.bench
    first, *others = course.jobs
    notes = {json.loads(bench.read(key))["job_id"] for key in bench.stored("index/pending/")}
    return {
        "billed": 1 + len(others),
        "the first has its entry": course.entries().get(first),
        "filed": len(bench.stored("index/log/")),
        "noted": notes == set(others),
        "waiting": len(bench.stored("index/waiting/")),
    }


END_STATE = {"billed": 2, "the first has its entry": "Failed", "filed": 1, "noted": True, "waiting": 0}
