from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Effect, LoseAnswer, Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import uploads
from voice_separation.index import keys
from voice_separation.index.documents import Pending, Upload
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.views import Index
from voice_separation.jobs.detail import Input, JobDetail, Operation
from voice_separation.publication import Publication

NOON = datetime(2026, 11, 21, 12, 30, tzinfo=timezone.utc)
UPLOAD = uploads.Upload(BUCKET, "incoming/talk.mp3", "0" * 32, 7)
CHINA = timezone(timedelta(hours=8))


def note(bench: Workbench, job_id: str = "j1", at: datetime = NOON, upload: uploads.Upload = UPLOAD) -> str:
    pending = Pending(job_id=job_id, submitted_at=at, upload=Upload.of(upload))
    bench.invocation().writer(BUCKET).pending(pending)
    return f"index/{keys.pending(upload.id, at)}"


def ended(job_id: str = "j1", at: datetime | None = NOON, upload: uploads.Upload = UPLOAD) -> Entry:
    detail = JobDetail(
        job_id=job_id,
        state="Success",
        creation_time=at and at.astimezone(CHINA),
        end_time=NOON,
        input=Input(bucket_id=BUCKET.name, object=upload.key),
        operation=Operation(user_data=uploads.user_data_of(upload)),
    )
    return entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)


def report(bench: Workbench, *entries: Entry) -> None:
    for entry in entries:
        bench.invocation().writer(BUCKET).entry(entry, arrived_at=NOON)


def publication(bench: Workbench, minutes: int = 1, **settings: Any) -> Publication:
    return replace(bench.publication(**settings), clock=StoppedClock(NOON + timedelta(minutes=minutes)))


def noted(bench: Workbench) -> list[str]:
    return bench.stored("index/pending/")


def test_the_note_of_a_job_goes_once_the_index_tells_of_the_job(bench: Workbench) -> None:
    key = note(bench)
    report(bench, ended())
    bench.cloud.recorder.clear()
    publication(bench).publish()
    assert noted(bench) == []
    written = [asked for asked in bench.asked() if asked.split()[1] in {"PUT", "DELETE"}]
    assert written == [
        f"cos PUT /index/{keys.upload(UPLOAD.id, 'Success')}",
        f"cos PUT /index/{keys.segment(NOON.replace(minute=0))}",
        "cos PUT /index/index.json",
        f"cos DELETE /{key}",
    ]


def test_the_note_of_a_job_that_has_not_ended_stays(bench: Workbench) -> None:
    other = replace(UPLOAD, key="incoming/other.mp3")
    kept = note(bench, "j2", upload=other)
    note(bench)
    report(bench, ended())
    publication(bench).publish()
    assert noted(bench) == [kept]


def test_the_note_of_a_newer_job_of_the_same_upload_stays(bench: Workbench) -> None:
    kept = note(bench, "jretry", at=NOON + timedelta(minutes=2))
    report(bench, ended())
    publication(bench, minutes=3).publish()
    assert noted(bench) == [kept]
    assert Pending.model_validate_json(bench.read(kept)).job_id == "jretry"


@pytest.mark.parametrize(
    ("created_at", "noted_at"),
    [
        (NOON.replace(minute=59), NOON.replace(hour=13, minute=0)),
        (NOON.replace(minute=0), NOON.replace(hour=11, minute=59)),
    ],
    ids=["the hour after", "the hour before"],
)
def test_a_note_of_the_neighbouring_hour_is_found(bench: Workbench, created_at: datetime, noted_at: datetime) -> None:
    note(bench, at=noted_at)
    report(bench, ended(at=created_at))
    publication(bench).publish()
    assert noted(bench) == []


def test_a_job_of_which_ci_says_no_time_or_that_others_have_submitted_has_no_note_to_look_for(
    bench: Workbench,
) -> None:
    kept = note(bench)
    others = ended("j2").model_copy(update={"upload_id": None})
    report(bench, ended(at=None), others)
    publication(bench).publish()
    assert noted(bench) == [kept]


def test_what_another_run_has_published_is_left_to_reconcile(bench: Workbench, mocker: MockerFixture) -> None:
    kept = note(bench)
    report(bench, ended())
    file = Publication._file

    def meanwhile(self: Publication, *arguments: Any) -> Any:
        mocker.stopall()
        publication(bench, minutes=5).publish()
        note(bench)
        return file(self, *arguments)

    mocker.patch.object(Publication, "_file", autospec=True, side_effect=meanwhile)
    publication(bench).publish()
    assert noted(bench) == [kept]


@pytest.mark.parametrize("effect", [Refuse(503, "ServiceUnavailable"), LoseAnswer()], ids=["refused", "unanswered"])
def test_a_removal_that_fails_is_not_repeated_and_stops_nothing(bench: Workbench, effect: Effect) -> None:
    note(bench)
    report(bench, ended())
    rule = bench.cloud.faults.add(effect, Requests(service="cos", method="DELETE"))
    publication(bench).publish()
    assert rule.struck == 1
    assert Index.model_validate_json(bench.read("index/index.json")).jobs == 1


def test_without_time_a_note_stays(bench: Workbench) -> None:
    kept = note(bench)
    report(bench, ended())
    late = publication(bench)
    assert late.notes

    class NoTime:
        def remaining(self) -> float:
            return 1.0

    deadline: Any = NoTime()
    replace(late, notes=replace(late.notes, deadline=deadline)).publish()
    assert noted(bench) == [kept]


def test_what_publication_has_missed_reconcile_removes(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert bench.cloud.wait_until_idle(60)
    call = bench.invocation()
    (detail,) = call.ci.describe_jobs(BUCKET, (str(outcome.job_id),)).details
    call.completion(BUCKET).store(detail)
    replace(bench.publication(), notes=None).publish()
    assert len(noted(bench)) == 1
    bench.reconciliation(pending_grace_seconds=0).run()
    assert noted(bench) == []


def test_where_senders_are_believed_notes_stay_until_ci_was_asked(bench: Workbench) -> None:
    kept = note(bench)
    report(bench, ended())
    publication(bench, verify_callbacks=False).publish()
    assert noted(bench) == [kept]


def test_of_many_notes_none_is_left(bench: Workbench) -> None:
    others = [replace(UPLOAD, key=f"incoming/{n}.mp3") for n in range(40)]
    for n, upload in enumerate(others):
        note(bench, f"j{n}", upload=upload)
        report(bench, ended(f"j{n}", upload=upload))
    publication(bench).publish()
    assert noted(bench) == []


def looked_for(bench: Workbench) -> list[str]:
    return [asked for asked in bench.asked() if asked.startswith("cos GET /index/pending/")]


def test_the_note_of_a_job_that_this_app_did_not_start_is_looked_for_nowhere(bench: Workbench) -> None:
    detail = JobDetail(job_id="jtheirs", state="Success", creation_time=NOON, end_time=NOON)
    report(bench, entry_of(detail, bucket=BUCKET.name, region=BUCKET.region))
    bench.cloud.recorder.clear()
    publication(bench).publish()
    assert looked_for(bench) == []


def test_a_note_that_was_found_is_looked_for_no_further(bench: Workbench) -> None:
    full_hour = NOON + timedelta(minutes=28)
    note(bench, at=full_hour)
    report(bench, ended(at=full_hour))
    bench.cloud.recorder.clear()
    publication(bench).publish()
    assert len(looked_for(bench)) == 1
    assert noted(bench) == []
