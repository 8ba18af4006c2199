from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.index import keys
from voice_separation.index.entries import Entry, entry_of
from voice_separation.index.views import hour_start
from voice_separation.jobs.detail import JobDetail
from voice_separation.outcomes import Outcome
from voice_separation.retrying import Retrying
from voice_separation.story import Stories, Story
from voice_separation.uploads import Upload

KEY = "incoming/talk.mp3"


def stories(bench: Workbench) -> Stories:
    call = bench.invocation()
    return Stories(BUCKET, call.cos, call.ci, call.reader(BUCKET), call.clock)


def submitted(bench: Workbench, key: str = KEY) -> Outcome:
    (outcome,) = bench.submission().submit_all((bench.upload(key),))
    assert bench.cloud.wait_until_idle(60)
    return outcome


def retried(bench: Workbench) -> str:
    """Retry the upload, which fails again; return its new job."""
    call = bench.invocation("somebody")
    retrying = Retrying(
        BUCKET, call.cos, call.writer(BUCKET), call.completion(BUCKET), call.submitter(BUCKET), call.clock
    )
    (outcome,) = retrying.retry_all((stories(bench).find(KEY),))
    assert outcome.job_id
    publish(bench)
    return outcome.job_id


def publish(bench: Workbench) -> None:
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()


@pytest.fixture
def failed_twice(bench: Workbench, mocker: MockerFixture) -> tuple[str, str]:
    """The two jobs of an upload, both published, and forgotten by CI."""
    first = submitted(bench).job_id
    assert first
    publish(bench)
    second = retried(bench)
    mocker.patch.object(bench.cloud.ci._jobs, "_jobs", {})
    return first, second


def told(story: Story) -> tuple[str | None, int, tuple[str, ...]]:
    return story.upload.upload_id if story.upload else None, len(story.claims), story.ended


def test_an_upload_is_found_by_its_key_its_upload_id_and_its_job(bench: Workbench) -> None:
    outcome = submitted(bench)
    assert outcome.upload_id
    assert outcome.job_id
    expected = (outcome.upload_id, 1, (outcome.job_id,))
    for named in (KEY, outcome.upload_id, outcome.job_id):
        assert told(stories(bench).find(named)) == expected


def test_a_job_is_found_by_a_key_that_may_look_at_no_object_of_its_name(bench: Workbench) -> None:
    outcome = submitted(bench)
    assert outcome.job_id
    bench.cloud.faults.add(Refuse(403, "AccessDenied"), Requests(service="cos", path=f"^/{outcome.job_id}$"))
    assert told(stories(bench).find(outcome.job_id)) == (outcome.upload_id, 1, (outcome.job_id,))


def test_one_whose_object_was_deleted_is_found_too(bench: Workbench) -> None:
    outcome = submitted(bench)
    bench.cloud.cos.delete(BUCKET.name, KEY)
    assert told(stories(bench).find(KEY)) == (outcome.upload_id, 1, (outcome.job_id,))


def test_the_same_key_with_new_content_is_another_story(bench: Workbench) -> None:
    first = submitted(bench)
    bench.upload(KEY, b"new")
    story = stories(bench).find(KEY)
    assert story.upload
    assert story.upload.upload_id != first.upload_id
    assert (story.claims, story.jobs, story.in_a_word) == ((), (), "Unseen")


def test_a_key_with_all_that_keys_may_have_is_found(bench: Workbench) -> None:
    key = "incoming/a b+c%20/ü 音.mp3"
    outcome = submitted(bench, key)
    assert told(stories(bench).find(key)) == (outcome.upload_id, 1, (outcome.job_id,))


def test_the_job_of_somebody_else_is_told_without_an_upload(bench: Workbench) -> None:
    entry = entry_of(JobDetail(job_id="jother", state="Success"), bucket=BUCKET.name, region=BUCKET.region)
    call = bench.invocation()
    call.writer(BUCKET).entry(entry, arrived_at=call.clock.now())
    story = stories(bench).find("jother")
    assert (story.upload, story.entries, story.succeeded) == (None, (entry,), True)


def test_a_job_younger_than_cis_list_is_found_by_its_note(bench: Workbench) -> None:
    bench.cloud.ci.list_lag_seconds = 3600
    outcome = submitted(bench)
    assert stories(bench).find(KEY).ended == (outcome.job_id,)


def test_a_claim_without_a_job_is_somebody_at_work_until_its_lease_is_over(bench: Workbench) -> None:
    bench.upload(KEY)
    call = bench.invocation("somebody")
    head = call.cos.head(BUCKET, KEY)
    call.submitter(BUCKET).claims.take(Upload(BUCKET, KEY, head.etag, head.size))
    story = stories(bench).find(KEY)
    assert story.is_claimed(call.clock.now())
    assert not story.is_claimed(call.clock.now() + timedelta(minutes=16))


def test_the_hours_in_which_a_job_was_reported_are_told(bench: Workbench) -> None:
    outcome = submitted(bench)
    call = bench.invocation()
    detail = call.ci.describe_jobs(BUCKET, (str(outcome.job_id),)).details[0]
    now = call.clock.now()
    replace(call.completion(BUCKET), clock=StoppedClock(now)).store(detail)
    (entry,) = stories(bench).find(KEY).entries
    assert stories(bench).arrivals(entry) == (hour_start(now),)


def test_a_retried_job_is_told_by_the_claim_of_the_next_when_ci_has_forgotten_it(
    bench: Workbench, failed_twice: tuple[str, str]
) -> None:
    story = stories(bench).find(KEY)
    assert story.ended == tuple(sorted(failed_twice))
    assert [claim.retry_of for claim in story.claims] == [(), failed_twice[:1]]


def test_the_last_job_is_told_though_an_earlier_one_has_its_place_among_the_uploads(
    bench: Workbench, failed_twice: tuple[str, str]
) -> None:
    first, second = failed_twice
    entry = Entry.model_validate_json(bench.read(f"index/{keys.job(first)}"))
    bench.invocation().writer(BUCKET).entry_of_upload(entry)
    later = replace(stories(bench), clock=StoppedClock(stories(bench).clock.now() + timedelta(minutes=16)))
    assert set(later.find(KEY).ended) == {first, second}


def test_no_segment_is_read_for_a_story_whose_last_job_is_named(
    bench: Workbench, failed_twice: tuple[str, str]
) -> None:
    bench.cloud.recorder.clear()
    later = replace(stories(bench), clock=StoppedClock(stories(bench).clock.now() + timedelta(minutes=16)))
    assert set(later.find(KEY).ended) == set(failed_twice)
    assert not [asked for asked in bench.asked() if "index.json" in asked or "/segments/" in asked]
