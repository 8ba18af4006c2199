"""Takeover, adoption, the waiting room: what happens when the straight way is blocked."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.errors import SubmissionIncomplete
from voice_separation.index.documents import Claim, Pending, Waiting
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.patience import LISTED_AFTER
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos


def documents(bench: Workbench, folder: str) -> list[bytes]:
    return [bench.read(key) for key in bench.stored(f"index/{folder}/")]


def die_before(mocker: MockerFixture, call: str) -> None:
    """The instance dies before it sends this request; what was sent before stays."""
    mocker.patch.object(Ci, call, side_effect=KeyboardInterrupt)


def age_claim(bench: Workbench, by: timedelta) -> None:
    """As if the only claim there is had been written so much earlier."""
    (key,) = bench.stored("index/claims/")
    claim = Claim.model_validate_json(bench.read(key))
    moments = {"claimed_at": claim.claimed_at - by, "lease_until": claim.lease_until - by}
    bench.cloud.cos.put(BUCKET.name, key, claim.model_copy(update=moments).content())


def let_lease_pass(bench: Workbench) -> None:
    """As if the only claim there is were long ago."""
    age_claim(bench, timedelta(days=40))


def throttle_reading_back(bench: Workbench) -> None:
    """COS takes the claim, and then has no time to tell it."""
    bench.cloud.faults.add(Refuse(503, "SlowDown"), Requests(service="cos", method="GET", path="/index/claims/"))


def test_a_claim_that_cannot_be_read_back_is_not_acted_on_and_the_upload_waits_until_ci_must_list_a_rival_s_job(
    bench: Workbench,
) -> None:
    throttle_reading_back(bench)
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert outcome.result == "waiting"
    assert "ci POST /jobs" not in bench.asked()
    (waiting,) = documents(bench, "waiting")
    told = Waiting.model_validate_json(waiting)
    assert (told.reason.error, told.attempts) == ("ClaimUnconfirmed", 1)
    assert told.next_attempt_at - told.waiting_since == LISTED_AFTER
    assert len(bench.stored("index/claims/")) == 1, "it may be a rival's"


def test_a_claim_that_is_gone_when_it_is_read_back_is_not_acted_on(bench: Workbench, mocker: MockerFixture) -> None:
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    sleep.side_effect = lambda _s: [bench.cloud.cos.delete(BUCKET.name, key) for key in bench.stored("index/claims/")]
    (outcome,) = bench.submission(claim_settle_seconds=1).submit_all((bench.upload(),))
    assert outcome.result == "held"
    assert "ci POST /jobs" not in bench.asked()


def test_a_claim_that_was_long_on_its_way_is_not_acted_on(bench: Workbench, mocker: MockerFixture) -> None:
    """In a bucket with versions it may have replaced one that was written, confirmed and acted on meanwhile."""
    claim = IndexWriter.claim

    def slowly(self: IndexWriter, *arguments: Any) -> bool:
        time.sleep(0.03)
        return claim(self, *arguments)

    mocker.patch.object(IndexWriter, "claim", slowly)
    (outcome,) = bench.submission(claim_settle_seconds=0.01).submit_all((bench.upload(),))
    assert (outcome.result, outcome.reason) == ("waiting", "ClaimUnconfirmed")
    assert "ci POST /jobs" not in bench.asked()


def test_a_retry_so_soon_that_ci_may_not_list_the_job_yet_waits(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    die_before(mocker, "create_job")
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert (outcome.result, outcome.reason) == ("waiting", "ClaimUnconfirmed")
    assert "ci POST /jobs" not in bench.asked()


def test_where_the_index_has_a_bucket_of_its_own_claims_are_looked_for_before_they_are_written(
    bench: Workbench,
) -> None:
    """HEAD of the upload does not tell whether that bucket keeps versions."""
    other = "index-1250000000"
    bench.cloud.cos.create_bucket(other, BUCKET.region)
    bench.cloud.cos.weaknesses = replace(bench.cloud.cos.weaknesses, once_versioned=frozenset({other}))
    record = bench.upload()
    (first,) = bench.submission("request-1", index_bucket=other).submit_all((record,))
    (second,) = bench.submission("request-2", index_bucket=other).submit_all((record,))
    assert [first.result, second.result] == ["submitted", "held"]
    assert bench.asked().count("ci POST /jobs") == 1


def test_a_claim_is_given_back_once_only(bench: Workbench, mocker: MockerFixture) -> None:
    """A second DELETE could take away what a rival has claimed after the first was carried out."""
    refused = errors.InputRefused("CreateMediaJobs", "a", status=400, code="ResourceNotSupported", reason="no")
    mocker.patch.object(Ci, "create_job", side_effect=refused)
    deletes = bench.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service="cos", method="DELETE"))
    bench.submission().submit_all((bench.upload(),))
    assert deletes.struck == 1
    assert len(documents(bench, "refused")) == 1


def test_a_retry_of_the_same_request_takes_over_at_once_and_adopts_the_job_that_was_submitted(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    put = Cos.put

    def dies_at_pending(self: Cos, bucket: Any, key: str, *arguments: Any, **named: Any) -> bool:
        if "/pending/" in key:
            raise KeyboardInterrupt
        return put(self, bucket, key, *arguments, **named)

    mocker.patch.object(Cos, "put", dies_at_pending)
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert outcome.result == "submitted"
    assert bench.asked().count("ci POST /jobs") == 1
    (pending,) = documents(bench, "pending")
    assert Pending.model_validate_json(pending).job_id == outcome.job_id
    assert "job.adopted" in bench.lines.text


def test_a_retry_that_finds_no_job_when_ci_must_list_it_submits_one(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    die_before(mocker, "create_job")
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    age_claim(bench, LISTED_AFTER)
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert outcome.result == "submitted"
    attempts = [Claim.model_validate_json(claim).attempt for claim in documents(bench, "claims")]
    assert attempts == [1, 2]


def test_another_request_leaves_a_live_claim_alone_and_takes_over_a_dead_one(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    die_before(mocker, "create_job")
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    assert [outcome.result for outcome in bench.submission("request-2").submit_all((record,))] == ["held"]
    let_lease_pass(bench)
    assert [outcome.result for outcome in bench.submission("request-2").submit_all((record,))] == ["submitted"]


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (errors.QueueSaturated, timedelta(0)),  # the timer's minute is pause enough
        (errors.QueuePaused, timedelta(0)),
        (errors.Throttled, timedelta(0)),
        (errors.Unavailable, LISTED_AFTER),  # there may be a job, which CI must be sure to list
        (errors.Unreachable, LISTED_AFTER),
    ],
)
def test_when_ci_cannot_take_it_an_upload_waits_and_the_event_succeeds(
    bench: Workbench, mocker: MockerFixture, error: type[errors.TencentRefusal], pause: timedelta
) -> None:
    refusal = error("CreateMediaJobs", "a", status=403, code=error.__name__, reason="not now")
    mocker.patch.object(Ci, "create_job", side_effect=refusal)
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert outcome.result == "waiting"
    (waiting,) = documents(bench, "waiting")
    told = Waiting.model_validate_json(waiting)
    assert (told.reason.error, told.attempts) == (error.__name__, 1)
    assert told.next_attempt_at - told.waiting_since == pause


def test_once_ci_has_no_room_it_is_not_asked_for_the_other_uploads_of_an_event(
    bench: Workbench, mocker: MockerFixture
) -> None:
    full = errors.QueueSaturated("CreateMediaJobs", "a", status=403, code="QueueSaturated", reason="full")
    create_job = mocker.patch.object(Ci, "create_job", side_effect=full)
    outcomes = bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in range(3)])
    assert [outcome.result for outcome in outcomes] == ["waiting"] * 3
    assert create_job.call_count == 1
    assert len(bench.stored("index/waiting/")) == 3


def test_the_claims_of_an_event_settle_in_one_wait(bench: Workbench, mocker: MockerFixture) -> None:
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    bench.submission(claim_settle_seconds=1).submit_all([bench.upload(f"incoming/{n}.mp3") for n in range(3)])
    sleep.assert_called_once()
    assert bench.asked().count("ci POST /jobs") == 3


def test_an_event_for_what_was_separated_so_long_ago_that_ci_has_forgotten_it_is_not_billed_again(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    bench.submission("request-1").submit_all((record,))
    assert bench.cloud.wait_until_idle(30)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    let_lease_pass(bench)
    mocker.patch.object(Ci, "list_jobs", return_value=iter(()))
    asked = len(bench.asked())
    (again,) = bench.submission("request-2").submit_all((record,))
    assert (again.result, again.reason) == ("skipped", "it was separated already")
    assert "ci POST /jobs" not in bench.asked()[asked:]


def test_of_two_that_were_let_through_only_the_one_whose_claim_has_stayed_submits(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    rival = bench.submission("request-2")
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    outcomes: list[str] = []

    def rival_writes_too(_seconds: float) -> None:
        sleep.side_effect = None
        for key in bench.stored("index/claims/"):
            bench.cloud.cos.delete(BUCKET.name, key)  # it had looked before ours was there
        outcomes.extend(outcome.result for outcome in rival.submit_all((record,)))

    sleep.side_effect = rival_writes_too
    outcomes.extend(outcome.result for outcome in bench.submission(claim_settle_seconds=1).submit_all((record,)))
    assert outcomes == ["submitted", "held"]
    assert bench.asked().count("ci POST /jobs") == 1


def test_a_wrong_configuration_waits_too_but_shows_red(bench: Workbench, mocker: MockerFixture) -> None:
    denied = errors.Misconfigured("CreateMediaJobs", "a", status=403, code="AccessDenied", reason="no")
    mocker.patch.object(Ci, "create_job", side_effect=denied)
    with pytest.raises(SubmissionIncomplete):
        bench.submission().submit_all((bench.upload(),))
    (waiting,) = documents(bench, "waiting")
    assert Waiting.model_validate_json(waiting).reason.code == "AccessDenied"


def test_whoever_submits_after_another_has_cancels_his_own_job(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    for key in bench.stored("index/claims/"):
        bench.cloud.cos.delete(BUCKET.name, key)  # as if both claims had been let through
    mocker.patch.object(Ci, "list_jobs", return_value=iter(()))
    cancel = mocker.patch.object(Ci, "cancel_job")
    (second,) = bench.submission("request-2").submit_all((record,))
    assert (second.result, second.job_id) == ("held", first.job_id)
    cancel.assert_called_once()
    assert "job.duplicate" in bench.lines.text


def test_a_second_job_that_cannot_be_cancelled_gets_its_own_note_so_that_its_entry_is_not_lost(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    for key in bench.stored("index/claims/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    assert bench.cloud.wait_until_idle(30)  # so that neither job can be cancelled any more
    (second,) = bench.submission("request-2").submit_all((record,))
    assert (second.result, second.job_id) == ("held", first.job_id)
    assert bench.cloud.wait_until_idle(30)
    assert len(bench.stored("index/pending/")) == 2
    bench.reconciliation(pending_grace_seconds=0).run()
    assert len(bench.stored("index/jobs/")) == len(bench.stored("index/log/")) == 2
    assert bench.stored("index/pending/") == []


def keep_versions(bench: Workbench) -> None:
    bench.cloud.cos.weaknesses = replace(bench.cloud.cos.weaknesses, once_versioned=frozenset({BUCKET.name}))


def test_in_a_bucket_with_versions_a_repeated_event_is_not_billed_again(
    bench: Workbench, mocker: MockerFixture
) -> None:
    """Put-if-absent is void there: every claim is let through, so the bucket's own headers must give it away."""
    mocker.patch("voice_separation.clock.SystemClock.sleep")
    keep_versions(bench)
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    (second,) = bench.submission("request-2").submit_all((record,))
    (retried,) = bench.submission("request-1").submit_all((record,))
    assert [first.result, second.result, retried.result] == ["submitted", "held", "submitted"]
    assert first.job_id == retried.job_id
    assert bench.asked().count("ci POST /jobs") == 1


def test_in_a_bucket_with_versions_the_last_of_two_claims_at_once_counts(
    bench: Workbench, mocker: MockerFixture
) -> None:
    keep_versions(bench)
    record = bench.upload()
    read = IndexReader.read
    rival = bench.submission("request-2")
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")

    def rival_comes(_seconds: float) -> None:
        sleep.side_effect = None
        sight = mocker.patch.object(IndexReader, "read", autospec=True)
        # It had looked before ours was there.
        sight.side_effect = lambda self, *what: read(self, *what) if sight.call_count > 1 else None
        rival.submit_all((record,))

    sleep.side_effect = rival_comes
    (ours,) = bench.submission("request-1", claim_settle_seconds=1).submit_all((record,))
    assert ours.result == "held"
    assert bench.asked().count("ci POST /jobs") == 1


def test_a_cancelled_duplicate_is_not_adopted_over_the_job_that_runs(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    (job,) = bench.invocation().ci.describe_jobs(BUCKET, (first.job_id or "",)).details
    running = job.model_copy(update={"job_id": "jrunning", "state": "Running"})
    cancelled = job.model_copy(update={"job_id": "jcancelled", "state": "Cancel"})
    mocker.patch.object(Ci, "list_jobs", side_effect=lambda *_: iter((cancelled, running)))
    for key in bench.stored("index/pending/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    (second,) = bench.submission("request-1").submit_all((record,))
    assert second.job_id == "jrunning"


def test_of_several_jobs_the_furthest_is_adopted(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    (job,) = bench.invocation().ci.describe_jobs(BUCKET, (first.job_id or "",)).details
    states = ("Submitted", "Success", "Running")
    jobs = [job.model_copy(update={"job_id": f"j{state.lower()}", "state": state}) for state in states]
    mocker.patch.object(Ci, "list_jobs", side_effect=lambda *_: iter(jobs))
    for key in bench.stored("index/pending/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    (second,) = bench.submission("request-1").submit_all((record,))
    assert second.job_id == "jsuccess"


def test_waiting_again_for_a_configuration_takes_ever_longer_up_to_six_hours() -> None:
    from voice_separation.patience import next_attempt_at

    now = datetime(2026, 11, 21, 3, 30).astimezone()
    denied = errors.Misconfigured("CreateMediaJobs", "a", status=403, code="AccessDenied", reason="no")
    minutes = [(next_attempt_at(now, denied, attempt) - now).total_seconds() / 60 for attempt in (1, 2, 3, 8, 99)]
    assert minutes == [5, 10, 20, 360, 360]
