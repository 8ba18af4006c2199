from datetime import datetime, timedelta, timezone

from voice_separation.index import views
from voice_separation.index.entries import Entry, entry_of
from voice_separation.jobs.detail import JobDetail

HOUR = datetime(2026, 11, 21, 3, tzinfo=timezone.utc)


def entry(job_id: str, finished_at: datetime = HOUR) -> Entry:
    detail = JobDetail(job_id=job_id, state="Success", end_time=finished_at)
    return entry_of(detail, bucket="media-1250000000", region="ap-guangzhou")


def test_the_newest_are_two_hundred_whatever_the_size_of_the_index() -> None:
    entries = [entry(f"j{n:04}", finished_at=HOUR + timedelta(seconds=n)) for n in range(500)]
    newest = views.newest([*entries, *entries])
    assert [each.job_id for each in newest] == [f"j{n:04}" for n in range(499, 299, -1)]


def test_the_same_entries_make_the_same_bytes_in_any_order() -> None:
    entries = [entry("j1"), entry("j2"), entry("j3")]
    assert views.segment_content(entries) == views.segment_content(reversed(entries))
    assert [each.job_id for each in views.read_segment(views.segment_content(entries))] == ["j1", "j2", "j3"]


def test_the_bytes_of_a_segment_do_not_say_when_they_were_made() -> None:
    assert views.segment_content([entry("j1")])[4:8] == bytes(4), "MTIME (RFC 1952 §2.3)"
