import gzip
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.clock import Deadline
from voice_separation.index import keys, views
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.views import Index
from voice_separation.jobs.detail import JobDetail
from voice_separation.publication import READ_TOGETHER, SECONDS_TO_WRITE, Publication

HOUR = datetime(2026, 11, 21, 3, tzinfo=timezone.utc)


def entry(job_id: str, state: str = "Success", finished_at: datetime = HOUR) -> Entry:
    detail = JobDetail(job_id=job_id, state=state, end_time=finished_at)
    return entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)


def arrive(bench: Workbench, *entries: Entry, at: datetime) -> None:
    writer = bench.invocation().writer(BUCKET)
    for each in entries:
        writer.entry(each, arrived_at=at)


def publication(bench: Workbench, at: datetime) -> Publication:
    return replace(bench.publication(segment_grace_seconds=1800), clock=StoppedClock(at))


def published(bench: Workbench) -> Index:
    return Index.model_validate_json(bench.read("index/index.json"))


def rows(bench: Workbench, hour: datetime) -> list[str]:
    lines = gzip.decompress(bench.read(f"index/{keys.segment(hour)}")).splitlines()
    return [json.loads(line)["job_id"] for line in lines]


def test_nothing_at_all_is_published_as_an_empty_index(bench: Workbench) -> None:
    publication(bench, HOUR).publish()
    index = published(bench)
    assert (index.jobs, index.counts, index.newest, index.segments, index.complete_through) == (0, {}, (), (), None)


def test_the_app_began_when_its_index_was_first_published(bench: Workbench) -> None:
    publication(bench, HOUR + timedelta(minutes=7)).publish()
    publication(bench, HOUR + timedelta(minutes=8)).publish()
    assert published(bench).began_at == HOUR + timedelta(minutes=7)


def test_jobs_of_an_earlier_hour_do_not_move_the_beginning(bench: Workbench) -> None:
    publication(bench, HOUR + timedelta(minutes=7)).publish()
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=8)).publish()
    assert published(bench).began_at == HOUR + timedelta(minutes=7)


@pytest.mark.parametrize("before", ["of an older version", "gone"])
def test_an_index_that_does_not_say_when_the_app_began_is_taken_to_begin_with_its_first_hour(
    bench: Workbench, before: str
) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    arrive(bench, entry("j2"), at=HOUR + timedelta(hours=2))
    publication(bench, HOUR + timedelta(hours=2, minutes=5)).publish()
    if before == "gone":
        bench.cloud.cos.delete(BUCKET.name, "index/index.json")
    else:
        told = json.loads(bench.read("index/index.json"))
        del told["began_at"]
        bench.cloud.cos.put(BUCKET.name, "index/index.json", json.dumps(told).encode())
    publication(bench, HOUR + timedelta(days=3)).publish()
    assert published(bench).began_at == HOUR


def test_what_arrived_is_counted_listed_and_filed_by_hour(bench: Workbench) -> None:
    arrive(bench, entry("jb"), entry("ja", "Failed"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    index = published(bench)
    assert (index.jobs, index.counts) == (2, {"Failed": 1, "Success": 1})
    assert [each.job_id for each in index.newest] == ["jb", "ja"]
    assert rows(bench, HOUR) == ["ja", "jb"]
    (segment,) = index.segments
    assert (segment.key, segment.jobs, segment.sealed) == ("segments/2026-11-21/03.ndjson.gz", 2, False)
    assert index.complete_through is None


def test_an_hour_is_sealed_when_its_grace_is_over_and_read_no_more(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=89)).publish()
    assert published(bench).complete_through is None
    publication(bench, HOUR + timedelta(minutes=90)).publish()
    index = published(bench)
    assert index.complete_through == HOUR + timedelta(hours=1)
    assert index.segments[0].sealed
    bench.cloud.recorder.clear()
    publication(bench, HOUR + timedelta(minutes=91)).publish()
    assert not [asked for asked in bench.asked() if "log/" in asked]


def test_what_arrives_late_within_the_grace_is_still_filed(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=70)).publish()
    arrive(bench, entry("j2"), at=HOUR + timedelta(minutes=59))
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    assert rows(bench, HOUR) == ["j1", "j2"]
    assert published(bench).jobs == 2


def test_a_job_reported_again_in_a_later_hour_is_counted_once(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    arrive(bench, entry("j1"), entry("j2"), at=HOUR + timedelta(hours=2))
    publication(bench, HOUR + timedelta(hours=2, minutes=5)).publish()
    index = published(bench)
    assert (index.jobs, index.counts) == (2, {"Success": 2})
    assert rows(bench, HOUR + timedelta(hours=2)) == ["j2"]


def test_a_job_reported_again_days_later_is_counted_once(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    later = HOUR + timedelta(days=5)
    arrive(bench, entry("j1"), at=later)
    publication(bench, later + timedelta(minutes=5)).publish()
    assert published(bench).jobs == 1


def test_however_many_jobs_are_reported_again_an_earlier_segment_is_read_once(bench: Workbench) -> None:
    again = [entry(f"j{n}") for n in range(5)]
    arrive(bench, *again, at=HOUR)
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    arrive(bench, *again, at=HOUR + timedelta(hours=2))
    bench.cloud.recorder.clear()
    publication(bench, HOUR + timedelta(hours=2, minutes=5)).publish()
    assert bench.asked().count(f"cos GET /index/{keys.segment(HOUR)}") == 1
    assert published(bench).jobs == 5


def test_a_job_of_which_ci_says_no_time_is_still_counted_once(bench: Workbench) -> None:
    timeless = entry_of(JobDetail(job_id="j1", state="Failed"), bucket=BUCKET.name, region=BUCKET.region)
    arrive(bench, timeless, at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    arrive(bench, timeless, at=HOUR + timedelta(hours=2))
    publication(bench, HOUR + timedelta(hours=2, minutes=5)).publish()
    assert published(bench).jobs == 1


def test_only_what_is_new_is_read(bench: Workbench) -> None:
    arrive(bench, *[entry(f"j{n}") for n in range(5)], at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    arrive(bench, entry("jnew"), at=HOUR)
    bench.cloud.recorder.clear()
    publication(bench, HOUR + timedelta(minutes=6)).publish()
    read = [asked for asked in bench.asked() if asked.startswith("cos GET /index/log/")]
    assert read == ["cos GET /index/log/2026-11-21/03/jnew.json"]


def test_publishing_again_writes_the_same_segment_no_second_time(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    bench.cloud.recorder.clear()
    publication(bench, HOUR + timedelta(minutes=6)).publish()
    assert [asked for asked in bench.asked() if "PUT" in asked] == ["cos PUT /index/index.json"]


def test_a_slow_run_does_not_overwrite_the_index_of_a_later_one(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=10)).publish()
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    assert published(bench).generated_at == HOUR + timedelta(minutes=10)


def test_an_unreadable_index_is_published_anew_from_the_log(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    bench.cloud.cos.put(BUCKET.name, "index/index.json", b"not json")
    publication(bench, HOUR + timedelta(minutes=6)).publish()
    assert published(bench).jobs == 1


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_without_time_nothing_is_lost_and_nothing_is_sealed(bench: Workbench, seconds: float) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    late = publication(bench, HOUR + timedelta(hours=5))

    class NoTime:
        def remaining(self) -> float:
            return seconds

    deadline: Any = NoTime()
    replace(late, deadline=deadline).publish()
    assert published(bench).complete_through is None
    late.publish()
    assert published(bench).jobs == 1


def test_a_segment_that_a_slow_run_has_overwritten_is_written_again(bench: Workbench) -> None:
    arrive(bench, entry("j1"), entry("j2"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    stale = views.segment_content([entry("j1")])
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.segment(HOUR)}", stale)
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    assert rows(bench, HOUR) == ["j1", "j2"]
    assert published(bench).jobs == 2


@pytest.mark.parametrize(
    "damage", [b"", b"not gzip", gzip.compress(b"not json\n", mtime=0)], ids=["empty", "text", "lines"]
)
def test_a_damaged_segment_of_an_open_hour_is_made_anew(bench: Workbench, damage: bytes) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.segment(HOUR)}", damage)
    publication(bench, HOUR + timedelta(minutes=6)).publish()
    assert rows(bench, HOUR) == ["j1"]


def test_a_copy_that_nobody_can_read_is_replaced_by_the_entry_itself(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.log('j1', HOUR)}", b"damaged")
    publication(bench, HOUR + timedelta(minutes=95)).publish()
    assert rows(bench, HOUR) == ["j1"]
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.log('jlost', HOUR + timedelta(hours=1))}", b"damaged")
    publication(bench, HOUR + timedelta(minutes=155)).publish()
    assert published(bench).complete_through == HOUR + timedelta(hours=1)


def test_an_index_from_the_future_does_not_stop_publication(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(days=2)).publish()
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    assert published(bench).generated_at == HOUR + timedelta(minutes=5)


def test_the_app_did_not_begin_in_the_future(bench: Workbench) -> None:
    publication(bench, HOUR + timedelta(days=400)).publish()
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    assert published(bench).began_at == HOUR + timedelta(minutes=5)


def test_an_hour_that_is_not_whole_is_not_skipped_even_when_it_is_the_first(bench: Workbench) -> None:
    broken = f"index/{keys.log('jbroken', HOUR)}"
    bench.cloud.cos.put(BUCKET.name, broken, b"no entry")
    arrive(bench, entry("jlater"), at=HOUR + timedelta(hours=1))
    publication(bench, HOUR + timedelta(hours=5)).publish()
    assert published(bench).complete_through is None
    bench.cloud.cos.put(BUCKET.name, broken, entry("jbroken").content())
    publication(bench, HOUR + timedelta(hours=5, minutes=1)).publish()
    index = published(bench)
    assert (index.jobs, index.complete_through) == (2, HOUR + timedelta(hours=4))


def test_a_job_that_ended_long_ago_makes_publication_read_few_segments(bench: Workbench) -> None:
    hours = [HOUR + timedelta(hours=n) for n in range(0, 240, 3)]
    for n, hour in enumerate(hours):
        arrive(bench, entry(f"j{n}", finished_at=hour), at=hour)
    at = hours[-1] + timedelta(hours=3)
    publication(bench, at - timedelta(minutes=1)).publish()
    arrive(bench, entry("jold", finished_at=HOUR - timedelta(days=30)), at=at)
    asked = len(bench.asked())
    publication(bench, at + timedelta(minutes=1)).publish()
    read = [request for request in bench.asked()[asked:] if request.startswith("cos GET /index/segments/")]
    assert len(read) <= 20, "those of the two days before, of the 80 there are"
    assert published(bench).jobs == len(hours) + 1


def test_a_job_that_ended_just_now_is_looked_for_in_no_hour_before_it_ended(bench: Workbench) -> None:
    hours = [HOUR + timedelta(hours=n) for n in range(24)]
    for n, hour in enumerate(hours):
        arrive(bench, entry(f"j{n}", finished_at=hour), at=hour)
    now = hours[-1] + timedelta(minutes=10)
    publication(bench, now).publish()
    arrive(bench, entry("jnew", finished_at=now), at=now)
    asked = len(bench.asked())
    publication(bench, now + timedelta(minutes=1)).publish()
    read = {request for request in bench.asked()[asked:] if request.startswith("cos GET /index/segments/")}
    assert read == {f"cos GET /index/{keys.segment(hour)}" for hour in hours[-2:]}, "its own hour and the one before"


@pytest.mark.parametrize("key", ["log/readme.txt", "log/2026-02-30/03/j1.json", "log/2026-11-21/03/", "pending/a.txt"])
def test_what_somebody_else_has_put_there_is_left_alone(bench: Workbench, key: str) -> None:
    bench.cloud.cos.put(BUCKET.name, f"index/{key}", b"notes")
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    assert published(bench).jobs == 1
    assert f"index/{key}" in bench.stored("index/")


def test_a_job_that_arrives_under_two_hours_between_two_runs_is_counted_once(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    arrive(bench, entry("j1"), entry("j2"), at=HOUR + timedelta(hours=1))
    publication(bench, HOUR + timedelta(hours=1, minutes=5)).publish()
    assert published(bench).jobs == 2
    assert rows(bench, HOUR + timedelta(hours=1)) == ["j2"]


@pytest.mark.parametrize(
    "hours_after_its_end",
    [(-0.5, 10), (24, 24 * 10), (24 * 5, 24 * 6)],
    ids=["before it, by a clock that is slow", "soon, and long after", "long after, and soon again"],
)
def test_whenever_a_job_was_reported_first_it_is_found_there(
    bench: Workbench, hours_after_its_end: tuple[float, float]
) -> None:
    ended = HOUR + timedelta(minutes=10)
    for hours in hours_after_its_end:
        at = ended + timedelta(hours=hours)
        arrive(bench, entry("j1", finished_at=ended), at=at)
        publication(bench, at + timedelta(minutes=95)).publish()
    assert published(bench).jobs == 1


def test_a_job_that_has_succeeded_does_not_fail_by_a_message_that_comes_late(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    publication(bench, HOUR + timedelta(minutes=5)).publish()
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.log('j1', HOUR)}", entry("j1", "Failed").content())
    publication(bench, HOUR + timedelta(minutes=6)).publish()
    assert published(bench).counts == {"Success": 1}


def test_the_segment_of_an_hour_that_is_not_whole_is_not_sealed(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    bench.cloud.cos.put(BUCKET.name, f"index/{keys.log('jbroken', HOUR)}", b"no entry")
    publication(bench, HOUR + timedelta(hours=5)).publish()
    assert [segment.sealed for segment in published(bench).segments] == [False]


def test_without_time_no_hour_is_listed(bench: Workbench) -> None:
    arrive(bench, entry("j1"), at=HOUR)
    late = publication(bench, HOUR + timedelta(hours=5))
    late.publish()
    arrive(bench, entry("j2"), at=HOUR + timedelta(hours=5))
    bench.cloud.recorder.clear()
    replace(late, deadline=Deadline.after(SECONDS_TO_WRITE - 0.1, StoppedClock())).publish()
    listed = [request for request in bench.cloud.recorder.requests() if request.path == "/"]
    assert listed == []
    assert published(bench).jobs == 1


def test_time_that_runs_out_within_an_hour_leaves_the_hour_open_and_the_rest_to_the_next_run(bench: Workbench) -> None:
    arrive(bench, *[entry(f"j{n:02}") for n in range(READ_TOGETHER + 1)], at=HOUR)
    clock = StoppedClock()
    late = publication(bench, HOUR + timedelta(hours=1, minutes=40))

    def slowly(function: Any, items: Any) -> Any:
        clock.advance(10)
        return map(function, items)

    replace(late, deadline=Deadline.after(10, clock), many=slowly).publish()
    index = published(bench)
    assert (index.jobs, index.complete_through, index.segments[0].sealed) == (READ_TOGETHER, None, False)
    late.publish()
    assert published(bench).jobs == READ_TOGETHER + 1
