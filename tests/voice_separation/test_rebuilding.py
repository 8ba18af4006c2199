import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.clock import MovableClock, stopped_at
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.views import Index
from voice_separation.jobs.detail import Input, JobDetail, Operation
from voice_separation.publication import Publication
from voice_separation.rebuilding import Rebuilding, Rebuilt
from voice_separation.uploads import Upload, user_data_of

HOUR = datetime(2026, 11, 21, 3, tzinfo=timezone.utc)
GRACE = timedelta(minutes=30)


class Archive(Workbench):
    """A bench in which it is as late as wanted, for COS too, so that entries are stored when they arrive."""

    def __init__(self, cloud: LocalCloud, clock: MovableClock) -> None:
        super().__init__(cloud)
        self.clock = clock

    def wait_until(self, at: datetime) -> None:
        self.clock.advance((at - self.clock()).total_seconds())

    def arrive(self, *job_ids: str, at: datetime, state: str = "Success") -> None:
        self.wait_until(at)
        for job_id in job_ids:
            self.invocation().writer(BUCKET).entry(entry(job_id, state, at), arrived_at=at)

    def publish(self) -> Index:
        return replace(self.publication(), clock=StoppedClock(self.clock()), grace=GRACE).publish()

    def rebuilding(self) -> Rebuilding:
        call = self.invocation()
        return Rebuilding(call.reader(BUCKET), call.writer(BUCKET), StoppedClock(self.clock()), GRACE)

    def rebuild(self) -> Rebuilt:
        rebuilding = self.rebuilding()
        return rebuilding.run(rebuilding.plan())

    def lose(self, *folders: str) -> None:
        for key in [key for folder in folders for key in self.stored(f"index/{folder}")]:
            self.cloud.cos.delete(BUCKET.name, key)

    def views(self) -> dict[str, bytes]:
        return {key: self.read(key) for key in self.stored() if key.startswith(("index/segments/", "index/index"))}

    def rows(self) -> list[str]:
        """Every job in every segment, as often as it is there."""
        contents = [self.read(key) for key in self.stored("index/segments/")]
        return sorted(json.loads(line)["job_id"] for each in contents for line in gzip.decompress(each).splitlines())


@pytest.fixture
def archive() -> Iterator[Archive]:
    clock = MovableClock(stopped_at(HOUR))
    with LocalCloud(Options(clock=clock)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        yield Archive(cloud, clock)


def entry(job_id: str, state: str, finished_at: datetime) -> Entry:
    detail = JobDetail(job_id=job_id, state=state, end_time=finished_at)
    return entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)


def three_hours_of_jobs(archive: Archive) -> None:
    """Two hours with jobs that are sealed, an hour without any between them, and one that is open."""
    archive.arrive("j1", "j2", at=HOUR + timedelta(minutes=10))
    archive.arrive("j3", at=HOUR + timedelta(minutes=50), state="Failed")
    archive.arrive("j4", at=HOUR + timedelta(hours=2))
    archive.arrive("j5", at=HOUR + timedelta(hours=4))


def test_a_rebuild_writes_byte_for_byte_what_publication_wrote(archive: Archive) -> None:
    three_hours_of_jobs(archive)
    archive.publish()
    published = archive.views()
    archive.lose("log/", "segments/", "index.json")
    rebuilt = archive.rebuild()
    assert archive.views() == published
    assert (rebuilt.index.jobs, rebuilt.index.counts) == (5, {"Failed": 1, "Success": 4})
    assert [segment.sealed for segment in rebuilt.index.segments] == [True, True, False]
    assert rebuilt.index.complete_through == HOUR + timedelta(hours=3)
    assert (rebuilt.removed, rebuilt.unreadable) == (0, ())


def test_a_rebuild_keeps_when_the_app_began(archive: Archive) -> None:
    began_at = archive.publish().began_at
    archive.arrive("j1", at=HOUR + timedelta(days=2))
    archive.publish()
    assert archive.rebuild().index.began_at == began_at == HOUR


def test_where_no_index_says_when_the_app_began_it_is_with_its_earliest_job(archive: Archive) -> None:
    archive.arrive("jothers", at=HOUR + timedelta(hours=2))
    upload = Upload(BUCKET, "incoming/talk.mp3", "0" * 32, 7)
    submitted_at = HOUR + timedelta(minutes=20)
    detail = JobDetail(
        job_id="jours",
        state="Success",
        creation_time=submitted_at.astimezone(timezone(timedelta(hours=8))),
        end_time=HOUR + timedelta(hours=3),
        input=Input(bucket_id=BUCKET.name, object=upload.key),
        operation=Operation(user_data=user_data_of(upload)),
    )
    ours = entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)
    archive.wait_until(HOUR + timedelta(hours=3))
    archive.invocation().writer(BUCKET).entry(ours, arrived_at=archive.clock())
    began_at = archive.rebuild().index.began_at
    assert began_at == submitted_at
    assert json.loads(archive.read("index/index.json"))["began_at"] == "2026-11-21T03:20:00+00:00"


def test_publication_goes_on_after_a_rebuild_and_counts_no_job_twice(archive: Archive) -> None:
    three_hours_of_jobs(archive)
    archive.lose("segments/", "index.json")
    archive.rebuild()
    archive.arrive("j6", at=HOUR + timedelta(hours=4, minutes=20))
    index = archive.publish()
    assert (index.jobs, archive.rows()) == (6, ["j1", "j2", "j3", "j4", "j5", "j6"])
    archive.wait_until(HOUR + timedelta(hours=6))
    assert archive.publish().complete_through == HOUR + timedelta(hours=5)
    assert archive.rows() == ["j1", "j2", "j3", "j4", "j5", "j6"]


def test_a_job_stored_just_after_the_hour_it_was_logged_in_is_filed_once(archive: Archive) -> None:
    at = HOUR + timedelta(minutes=59, seconds=59)
    archive.wait_until(HOUR + timedelta(hours=1))
    archive.invocation().writer(BUCKET).entry(entry("j1", "Success", at), arrived_at=at)
    archive.rebuild()
    assert archive.publish().jobs == 1
    assert archive.rows() == ["j1"]


def test_a_job_reported_again_moves_to_its_later_hour_and_the_segment_it_leaves_empty_goes(archive: Archive) -> None:
    archive.arrive("j1", at=HOUR)
    archive.arrive("j2", at=HOUR + timedelta(hours=2))
    archive.publish()
    archive.wait_until(HOUR + timedelta(hours=3))
    archive.invocation().writer(BUCKET).entry(entry("j1", "Success", HOUR), arrived_at=archive.clock())
    rebuilt = archive.rebuild()
    assert rebuilt.removed == 1
    assert [segment.hour for segment in rebuilt.index.segments] == [HOUR + timedelta(hours=n) for n in (2, 3)]
    assert archive.rows() == ["j1", "j2"]


def test_a_rebuild_that_is_killed_leaves_the_index_as_it_was_and_can_be_repeated(archive: Archive) -> None:
    three_hours_of_jobs(archive)
    archive.publish()
    published = archive.views()
    archive.lose("segments/")
    rebuilding = archive.rebuilding()

    def killed(_jobs: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilding.run(rebuilding.plan(), killed)
    assert archive.read("index/index.json") == published["index/index.json"]
    archive.rebuild()
    assert archive.views() == published


def test_what_is_no_entry_is_told_and_left_out(archive: Archive) -> None:
    archive.arrive("j1", at=HOUR)
    archive.cloud.cos.put(BUCKET.name, "index/jobs/00/broken.json", b"{}")
    archive.cloud.cos.put(BUCKET.name, f"index/{keys.job('half')}", b'{"job_id"')
    archive.cloud.cos.put(BUCKET.name, "index/jobs/zz/j1.json", archive.read(f"index/{keys.job('j1')}"))
    rebuilt = archive.rebuild()
    assert set(rebuilt.unreadable) == {keys.job("half"), "jobs/00/broken.json", "jobs/zz/j1.json"}
    assert archive.rows() == ["j1"]


def test_progress_adds_up_to_the_plan_which_writes_nothing(archive: Archive) -> None:
    three_hours_of_jobs(archive)
    before = archive.stored()
    rebuilding = archive.rebuilding()
    plan = rebuilding.plan()
    assert archive.stored() == before
    assert {hour: len(ids) for hour, ids in plan.hours.items()} == {
        HOUR: 3,
        HOUR + timedelta(hours=2): 1,
        HOUR + timedelta(hours=4): 1,
    }
    filed: list[int] = []
    rebuilding.run(plan, filed.append)
    assert sum(filed) == plan.jobs == 5


def test_where_there_is_no_entry_nothing_is_rebuilt_and_nothing_removed(archive: Archive) -> None:
    archive.cloud.cos.put(BUCKET.name, "index/segments/2026-11-21/03.ndjson.gz", b"a view of what was lost")
    with pytest.raises(errors.NothingToRebuild, match=r"index/jobs/ of media-1250000000"):
        archive.rebuild()
    assert archive.stored() == ["index/segments/2026-11-21/03.ndjson.gz"]


def test_publication_leaves_the_index_that_a_rebuild_has_written_meanwhile(
    archive: Archive, mocker: MockerFixture
) -> None:
    three_hours_of_jobs(archive)
    archive.publish()
    archive.lose("jobs/", "segments/")
    archive.invocation().writer(BUCKET).entry(entry("j7", "Success", HOUR), arrived_at=archive.clock())
    rebuilt: list[Rebuilt] = []

    def meanwhile(*_: object) -> tuple[tuple[Entry, ...], bool]:
        rebuilt.append(archive.rebuild())
        return (), True

    mocker.patch.object(Publication, "_file", side_effect=meanwhile)
    archive.publish()
    assert Index.model_validate_json(archive.read("index/index.json")) == rebuilt[-1].index
    assert rebuilt[-1].index.jobs == 1
