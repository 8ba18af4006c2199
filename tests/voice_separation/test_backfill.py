import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.backfill import MOST_FAILURES_IN_A_ROW, Backfill, Course, Pace, Wanted, probable_seconds
from voice_separation.concurrency import in_flight
from voice_separation.index import keys
from voice_separation.outcomes import Outcome
from voice_separation.tencent.cos import Cos, ListedObject
from voice_separation.uploads import Upload

ALL = Wanted("incoming/")
CREATE_JOB = Requests(service="ci", method="POST")


def backfill(bench: Workbench, parallel: int = 4, request_id: str = "voicesep-1") -> Backfill:
    call = bench.invocation(request_id)
    return Backfill(
        settings=call.settings,
        bucket=BUCKET,
        cos=call.cos,
        reader=call.reader(BUCKET),
        submitter=lambda: call.submitter(BUCKET),
        clock=call.clock,
        looking=in_flight(parallel),
        submitting=in_flight(parallel),
    )


def run(task: Backfill, wanted: Wanted = ALL, longest_wait: float = 60.0, **more: Any) -> Course:
    return task.run(wanted, Pace(task.clock, 10_000), longest_wait=longest_wait, **more)


def fill(bench: Workbench, uploads: int) -> None:
    for number in range(uploads):
        bench.upload(f"incoming/{number:04}.mp3", str(number).encode())


def jobs(bench: Workbench) -> int:
    return len(bench.cloud.ci.jobs())


def test_what_nobody_has_claimed_is_submitted_and_the_rest_is_left_alone(bench: Workbench) -> None:
    fill(bench, 5)
    bench.submission().submit_all((bench.upload("incoming/seen.mp3"),))
    bench.upload("incoming/notes.txt")
    bench.upload("separated/incoming/0.mp3/voice.mp3")
    course = run(backfill(bench))
    assert (course.counts, course.stopped) == ({"submitted": 5, "seen": 1}, None)
    assert jobs(bench) == 6


def test_repeated_it_submits_nothing_twice(bench: Workbench) -> None:
    fill(bench, 5)
    run(backfill(bench))
    assert run(backfill(bench)).counts == {"seen": 5}
    assert jobs(bench) == 5


def test_two_at_once_submit_each_upload_once(bench: Workbench) -> None:
    fill(bench, 12)
    courses = list(in_flight(2)(lambda each: run(backfill(bench, request_id=each)), ("voicesep-1", "voicesep-2")))
    assert sum(course.counts["submitted"] for course in courses) == 12
    assert jobs(bench) == 12


def test_refused_and_waiting_uploads_are_no_news(bench: Workbench) -> None:
    bench.upload("incoming/empty.mp3", b"")
    assert run(backfill(bench)).counts == {"refused": 1}
    assert run(backfill(bench)).counts == {"seen": 1}


def test_a_plan_counts_what_would_be_submitted_and_writes_nothing(bench: Workbench) -> None:
    fill(bench, 3)
    bench.submission().submit_all((bench.upload("incoming/seen.mp3"),))
    before = bench.stored()
    plan = backfill(bench).plan(ALL)
    assert (plan.uploads, plan.size_bytes, plan.seen) == (3, 3, 1)
    assert bench.stored() == before


def test_the_limit_is_of_submitted_uploads_not_of_those_that_are_claimed_already(bench: Workbench) -> None:
    fill(bench, 6)
    assert run(backfill(bench), Wanted("incoming/", limit=2)).counts == {"submitted": 2}
    course = run(backfill(bench), Wanted("incoming/", limit=2))
    assert course.counts["submitted"] == 2
    assert jobs(bench) == 4


def test_another_prefix_is_taken_at_its_word_but_never_what_this_app_writes(bench: Workbench) -> None:
    bench.upload("archive/old.mp3")
    bench.upload("separated/old.mp3")
    assert run(backfill(bench), Wanted("archive/")).counts == {"submitted": 1}
    assert run(backfill(bench), Wanted("")).counts == {"seen": 1}


def test_older_objects_are_left_out(bench: Workbench) -> None:
    fill(bench, 2)
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert backfill(bench).plan(Wanted("incoming/", since=later)).uploads == 0
    assert backfill(bench).plan(Wanted("incoming/", since=later - timedelta(hours=2))).uploads == 2


def test_an_object_that_was_deleted_meanwhile_is_skipped(bench: Workbench, mocker: MockerFixture) -> None:
    row = ListedObject("incoming/gone.mp3", "etag", 3, datetime.now(timezone.utc))
    mocker.patch.object(Cos, "list", return_value=iter([row]))
    assert run(backfill(bench)).counts == {"skipped": 1}


def test_no_more_are_submitted_than_the_pace_allows() -> None:
    clock = StoppedClock()
    pace = Pace(clock, per_second=4)
    for _ in range(9):
        pace.wait()
    assert clock.elapsed == pytest.approx(2.0)


# CI has no room ---------------------------------------------------------------------------------------------------


class ReconcilingClock(StoppedClock):
    """Time passes by sleeping, and the timer runs meanwhile, after so many looks in vain."""

    def __init__(self, bench: Workbench, looks_in_vain: int) -> None:
        super().__init__(at=datetime.now(timezone.utc))
        self._bench, self._left = bench, looks_in_vain

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds >= 1:
            self._left -= 1
            if self._left == 0:
                self._bench.cloud.faults.clear()
                self._bench.reconciliation().run()


def test_without_room_it_goes_on_when_the_timer_has_submitted_what_waits(bench: Workbench) -> None:
    fill(bench, 6)
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), CREATE_JOB, after=2)
    clock = ReconcilingClock(bench, looks_in_vain=3)
    course = run(replace(backfill(bench, parallel=1), clock=clock))
    assert (course.counts, course.stopped) == ({"submitted": 5, "waiting": 1}, None)
    assert jobs(bench) == 6


def test_without_room_for_too_long_it_stops_and_the_rest_is_as_it_was(bench: Workbench) -> None:
    fill(bench, 6)
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), CREATE_JOB, after=2)
    course = run(replace(backfill(bench, parallel=1), clock=StoppedClock()), longest_wait=600)
    assert course.stopped == "CI has no room for more"
    assert course.counts == {"submitted": 2, "waiting": 1}
    assert len([key for key in bench.stored() if key.startswith("index/claims/")]) == 3
    bench.cloud.faults.clear()
    assert run(backfill(bench)).counts == {"submitted": 3, "seen": 3}


def test_at_a_wrong_configuration_it_stops_at_once(bench: Workbench) -> None:
    fill(bench, 6)
    bench.cloud.faults.add(Refuse(403, "AccessDenied"), CREATE_JOB)
    course = run(backfill(bench, parallel=1))
    assert course.counts["waiting"] <= 2  # one may have begun when the first came back
    assert "AccessDenied" in (course.stopped or "")


def test_one_job_that_ci_calls_invalid_is_left_behind_and_many_in_a_row_stop_it(bench: Workbench) -> None:
    fill(bench, MOST_FAILURES_IN_A_ROW + 3)
    bench.cloud.faults.add(Refuse(400, "InvalidArgument"), CREATE_JOB, times=1)
    clock = StoppedClock()
    course = run(replace(backfill(bench, parallel=1), clock=clock), Wanted("incoming/", limit=3))
    assert (course.counts, course.stopped) == ({"submitted": 2, "waiting": 1}, None)
    assert max(clock.slept) < 1, "nobody waits for room"
    bench.cloud.faults.add(Refuse(400, "InvalidArgument"), CREATE_JOB)
    assert "InvalidArgument" in str(run(backfill(bench, parallel=1)).stopped)


def test_failures_in_a_row_stop_it() -> None:
    course = Course()
    refused = errors.Unavailable("HeadObject", "a", status=503, code="ServiceUnavailable", reason="later")
    for _ in range(MOST_FAILURES_IN_A_ROW - 1):
        course.add(Outcome("failed", error=refused))
    course.add(Outcome("submitted"))
    assert course.stopped is None
    for _ in range(MOST_FAILURES_IN_A_ROW):
        course.add(Outcome("failed", error=refused))
    assert "ServiceUnavailable" in str(course.stopped)


def test_a_list_that_breaks_off_stops_it_with_what_was_begun_done(bench: Workbench, mocker: MockerFixture) -> None:
    fill(bench, 3)
    listed = list(bench.invocation().cos.list(BUCKET, "incoming/"))

    def broken(*_: object, **__: object) -> Iterator[ListedObject]:
        yield from listed
        raise errors.Unavailable("GetBucket", "a", status=503, code="ServiceUnavailable", reason="later")

    mocker.patch.object(Cos, "list", side_effect=broken)
    course = run(backfill(bench, parallel=1))
    assert "ServiceUnavailable" in str(course.stopped)
    assert jobs(bench) == course.counts["submitted"] >= 1


def test_interrupted_it_ends_what_has_begun_and_can_be_repeated(bench: Workbench) -> None:
    fill(bench, 8)
    heard: list[str] = []
    course = run(
        backfill(bench, parallel=2),
        hear=lambda result, _upload: heard.append(result),
        interrupted=lambda: len(heard) >= 2,
    )
    assert course.stopped == "interrupted"
    assert 2 <= course.counts["submitted"] == jobs(bench) < 8
    assert run(backfill(bench)).counts["submitted"] == 8 - course.counts["submitted"]
    assert jobs(bench) == 8


# A large bucket ---------------------------------------------------------------------------------------------------

OBJECTS = 100_000


class Everything(Cos):
    """A bucket with a hundred thousand recordings, every second of them claimed; rows are made when they are read."""

    def __init__(self) -> None:
        object.__setattr__(self, "listed", 0)  # Cos is frozen

    def list(self, _bucket: object, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        assert not after
        stored_at = datetime(2026, 11, 21, tzinfo=timezone.utc)
        for number in range(OBJECTS):
            object.__setattr__(self, "listed", number + 1)
            yield ListedObject(f"{prefix}{number:06}.mp3", f"{number:032x}", 1000, stored_at)

    def get(self, _bucket: object, key: str) -> bytes:
        claimed = int(key.removeprefix(f"index/{keys.CLAIMS}")[:1], 16) % 2 if keys.CLAIMS in key else False
        if claimed:
            return b"{}"
        raise errors.ObjectNotFound("GetObject", key, status=404, code="NoSuchKey", reason="it is not there")


def test_memory_does_not_grow_with_the_bucket(bench: Workbench) -> None:
    cos = Everything()
    small = backfill(bench)
    task = replace(small, cos=cos, reader=replace(small.reader, cos=cos), looking=map, submitting=map)
    tracemalloc.start()
    try:
        plan = task.plan(ALL)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert plan.uploads + plan.seen == OBJECTS
    assert plan.uploads > OBJECTS / 3
    assert peak < 1_000_000  # bytes; the rows alone would be some 40 million


def test_no_more_is_listed_than_is_asked_for(bench: Workbench) -> None:
    cos = Everything()
    small = backfill(bench)
    task = replace(small, cos=cos, reader=replace(small.reader, cos=cos))
    assert task.plan(Wanted("incoming/", limit=10)).uploads == 10
    assert vars(cos)["listed"] < 100


@pytest.mark.parametrize(
    ("key", "size", "seconds"),
    [("a.mp3", 16_000 * 60, 60), ("a.WAV", 176_400 * 60, 60), ("a.mp4", 250_000 * 60, 60), ("a", 16_000, 1)],
)
def test_a_duration_is_guessed_from_size_and_format(key: str, size: int, seconds: float) -> None:
    assert probable_seconds(Upload(BUCKET, key, "etag", size)) == pytest.approx(seconds)
