from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import uploads
from voice_separation.index import keys
from voice_separation.index.documents import Pending, Upload
from voice_separation.index.entries import entry_of
from voice_separation.jobs.detail import Input, JobDetail
from voice_separation.jobs.states import JobState
from voice_separation.status import Row, State, Status, Wanted
from voice_separation.tencent.cos import ListedObject

DAY = datetime(2026, 11, 21, tzinfo=timezone.utc)
ALL = Wanted()


def status(bench: Workbench, missing: list[str] | None = None) -> Status:
    heard = [] if missing is None else missing
    return Status(bench.invocation().reader(BUCKET), unreadable=heard.append)


def rows(bench: Workbench, wanted: Wanted = ALL) -> list[Row]:
    reading = status(bench)
    return list(reading.rows(wanted))


def told(bench: Workbench, wanted: Wanted = ALL) -> list[tuple[str, str | None]]:
    return [(row.state, row.key) for row in rows(bench, wanted)]


def report(bench: Workbench, job_id: str, state: JobState, hours: float) -> None:
    """File a job that ended, and was reported, so many hours after midnight."""
    at = DAY + timedelta(hours=hours)
    detail = JobDetail(
        job_id=job_id,
        state=state.value,
        code="ResourceNotSupported" if state is JobState.FAILED else None,
        message="no audio" if state is JobState.FAILED else None,
        end_time=at,
        input=Input(bucket_id=BUCKET.name, object=f"incoming/{job_id}.mp3"),
    )
    writer = bench.invocation().writer(BUCKET)
    writer.entry(entry_of(detail, bucket=BUCKET.name, region=BUCKET.region), arrived_at=at)


def note(bench: Workbench, job_id: str, upload_id: str) -> None:
    upload = Upload.of(uploads.Upload(BUCKET, f"incoming/{job_id}.mp3", "0" * 32, 7))
    pending = Pending(job_id=job_id, submitted_at=DAY, upload=upload.model_copy(update={"upload_id": upload_id}))
    bench.invocation().writer(BUCKET).pending(pending)


@pytest.fixture
def day(bench: Workbench) -> Workbench:
    """Three jobs in two hours, published."""
    report(bench, "j1", JobState.SUCCESS, 8.2)
    report(bench, "j2", JobState.FAILED, 8.7)
    report(bench, "j3", JobState.SUCCESS, 9.5)
    replace(bench.publication(), clock=StoppedClock(DAY + timedelta(hours=12))).publish()
    return bench


def test_what_has_ended_is_told_the_newest_first(day: Workbench) -> None:
    assert told(day) == [
        ("Success", "incoming/j3.mp3"),
        ("Failed", "incoming/j2.mp3"),
        ("Success", "incoming/j1.mp3"),
    ]
    assert [row.reason for row in rows(day)] == [None, "ResourceNotSupported: no audio", None]


@pytest.mark.parametrize(
    ("wanted", "jobs"),
    [
        (Wanted(state=State.FAILED), ["j2"]),
        (Wanted(since=DAY + timedelta(hours=8, minutes=30)), ["j3", "j2"]),
        (Wanted(since=DAY + timedelta(hours=9)), ["j3"]),
        (Wanted(since=DAY + timedelta(hours=10)), []),
        (Wanted(key="incoming/j1.mp3"), ["j1"]),
        (Wanted(key="*/j?.mp3"), ["j3", "j2", "j1"]),
        (Wanted(key="j1"), []),
    ],
    ids=["state", "since", "since the hour", "since later", "key", "pattern", "no part of a key"],
)
def test_rows_are_filtered(day: Workbench, wanted: Wanted, jobs: list[str]) -> None:
    assert [row.job_id for row in rows(day, wanted)] == jobs


def test_hours_before_the_time_asked_for_are_not_read(day: Workbench) -> None:
    day.cloud.recorder.clear()
    rows(day, Wanted(state=State.SUCCESS, since=DAY + timedelta(hours=9)))
    assert [path for path in day.asked() if "/index/segments/" in path] == [
        "cos GET /index/segments/2026-11-21/09.ndjson.gz"
    ]


def test_rows_are_read_while_they_are_told(day: Workbench) -> None:
    reading = status(day)
    day.cloud.recorder.clear()
    assert next(reading.rows(Wanted())).job_id == "j3"
    assert len([path for path in day.asked() if "/index/segments/" in path]) == 1


def test_open_uploads_are_told_by_where_they_stand(bench: Workbench) -> None:
    bench.submission().submit_all((bench.upload("incoming/pending.mp3"),))
    bench.submission().submit_all((bench.upload("incoming/empty.mp3", b""),))
    bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    bench.submission().submit_all((bench.upload("incoming/waiting.mp3"),))
    assert told(bench) == [
        ("Pending", "incoming/pending.mp3"),
        ("Waiting", "incoming/waiting.mp3"),
        ("Refused", "incoming/empty.mp3"),
    ]
    assert told(bench, Wanted(state=State.WAITING)) == [("Waiting", "incoming/waiting.mp3")]
    counts = status(bench).open_counts()
    assert (counts[State.PENDING], counts[State.WAITING], counts[State.REFUSED]) == (1, 1, 1)


def test_a_job_that_ended_after_the_last_publication_is_told_once_and_at_once(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload("incoming/bad.mp3"),))
    assert bench.cloud.wait_until_idle(60)
    call = bench.invocation()
    (detail,) = call.ci.describe_jobs(BUCKET, (str(outcome.job_id),)).details
    call.completion(BUCKET).store(detail)
    assert told(bench) == [("Failed", "incoming/bad.mp3")]
    bench.publication().publish()
    assert told(bench) == [("Failed", "incoming/bad.mp3")]


def test_jobs_that_have_ended_come_the_newest_first_whether_they_are_noted_still_or_not(day: Workbench) -> None:
    late = {"j6": 9.7, "j4": 9.1, "j5": 12.5, "j3": 9.5}  # j3 is published, its note was missed
    for n, (job_id, hours) in enumerate(late.items()):
        note(day, job_id, upload_id=f"{n:032x}")
        report(day, job_id, JobState.SUCCESS, hours)
    note(day, "jruns", upload_id="f" * 32)
    assert [row.job_id for row in rows(day)] == ["jruns", "j5", "j6", "j3", "j4", "j2", "j1"]


def test_a_job_that_is_published_while_rows_are_told_is_told_once(day: Workbench) -> None:
    note(day, "jruns", upload_id="0" * 32)
    note(day, "jends", upload_id="f" * 32)
    telling = status(day).rows(ALL)
    assert next(telling).job_id == "jruns"
    for job_id in ("jruns", "jends"):
        report(day, job_id, JobState.SUCCESS, 12.1)
        replace(day.publication(), clock=StoppedClock(DAY + timedelta(hours=12.2))).publish()
    for key in day.stored("index/pending/"):
        day.cloud.cos.delete(BUCKET.name, key)
    assert [row.job_id for row in telling] == ["jends", "j3", "j2", "j1"]


def test_a_job_whose_note_goes_while_notes_are_read_is_told_by_the_index(day: Workbench, mocker: MockerFixture) -> None:
    note(day, "jends", upload_id="f" * 32)
    listed = list(day.invocation().reader(BUCKET).list(keys.PENDING))

    def published_meanwhile(_self: Status, _folder: str) -> Iterator[list[ListedObject]]:
        report(day, "jends", JobState.SUCCESS, 12.1)
        replace(day.publication(), clock=StoppedClock(DAY + timedelta(hours=12.2))).publish()
        for place in listed:
            day.cloud.cos.delete(BUCKET.name, f"index/{place.key}")
        yield listed

    mocker.patch.object(Status, "_slices", published_meanwhile)
    assert [row.job_id for row in rows(day, Wanted(state=State.SUCCESS))] == ["jends", "j3", "j1"]


def test_a_segment_that_is_missing_or_damaged_is_named_and_the_rest_is_told(day: Workbench) -> None:
    missing: list[str] = []
    reading = status(day, missing)
    day.cloud.cos.put(BUCKET.name, "index/segments/2026-11-21/09.ndjson.gz", b"damaged")
    found = list(reading.rows(Wanted()))
    assert [row.job_id for row in found] == ["j2", "j1"]
    assert missing == ["segments/2026-11-21/09.ndjson.gz"]


def test_an_index_that_was_never_published_is_none(bench: Workbench) -> None:
    assert status(bench).index() is None
    assert rows(bench) == []
