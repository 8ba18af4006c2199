"""Takeover, adoption, the waiting room: what happens when the straight way is blocked."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.claims import Claims
from voice_separation.errors import SubmissionIncomplete
from voice_separation.index.documents import Claim, Pending, Waiting
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.jobs.listing import JobFilter
from voice_separation.outcomes import Candidate
from voice_separation.patience import LISTED_AFTER
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos
from voice_separation.uploads import ObjectCreated

FULL = errors.QueueSaturated("CreateMediaJobs", "a", status=403, code="QueueSaturated", reason="full")


def documents(bench: Workbench, folder: str) -> list[bytes]:
    return [bench.read(key) for key in bench.stored(f"index/{folder}/")]


def die_before(mocker: MockerFixture, call: str) -> None:
    """The instance dies before it sends this request; what was sent before stays."""
    mocker.patch.object(Ci, call, side_effect=KeyboardInterrupt)


def upload_whose_try_died(bench: Workbench, mocker: MockerFixture, request_id: str = "request-1") -> ObjectCreated:
    """Upload an object, and let the invocation for it die when it is claimed and has no job yet."""
    record = bench.upload()
    die_before(mocker, "create_job")
    with pytest.raises(KeyboardInterrupt):
        bench.submission(request_id).submit_all((record,))
    mocker.stopall()
    return record


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
    (outcome,) = bench.submission(claim_settle_seconds=10).submit_all((bench.upload(),))
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


def test_a_claim_that_was_long_on_its_way_and_has_not_stayed_leaves_the_upload_to_whoever_took_its_place(
    bench: Workbench, mocker: MockerFixture
) -> None:
    claim = IndexWriter.claim

    def slowly_and_replaced(self: IndexWriter, ours: Claim) -> bool:
        time.sleep(0.03)
        claim(self, ours)
        (key,) = bench.stored("index/claims/")
        bench.cloud.cos.put(BUCKET.name, key, ours.model_copy(update={"nonce": "a rival's"}).content())
        return False

    mocker.patch.object(IndexWriter, "claim", slowly_and_replaced)
    (outcome,) = bench.submission(claim_settle_seconds=0.01).submit_all((bench.upload(),))
    assert outcome.result == "held"
    assert bench.stored("index/waiting/") == []


def test_a_retry_so_soon_that_ci_may_not_list_the_job_yet_waits(bench: Workbench, mocker: MockerFixture) -> None:
    record = upload_whose_try_died(bench, mocker)
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
    record = upload_whose_try_died(bench, mocker)
    age_claim(bench, LISTED_AFTER)
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert outcome.result == "submitted"
    attempts = [Claim.model_validate_json(claim).attempt for claim in documents(bench, "claims")]
    assert attempts == [1, 2]


def test_of_several_tries_the_last_tells_whether_ci_may_hide_a_job(bench: Workbench, mocker: MockerFixture) -> None:
    record = bench.upload()
    die_before(mocker, "create_job")
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    age_claim(bench, LISTED_AFTER)
    with pytest.raises(KeyboardInterrupt):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert (outcome.result, outcome.reason) == ("waiting", "ClaimUnconfirmed")


def test_what_a_damaged_claim_says_of_its_attempt_does_not_lead_back(bench: Workbench, mocker: MockerFixture) -> None:
    record = upload_whose_try_died(bench, mocker)
    let_lease_pass(bench)
    (key,) = bench.stored("index/claims/")
    damaged = Claim.model_validate_json(bench.read(key)).model_copy(update={"attempt": 7})
    bench.cloud.cos.put(BUCKET.name, key, damaged.content())
    (outcome,) = bench.submission("request-2").submit_all((record,))
    assert outcome.result == "submitted"
    assert [key.rpartition("/")[2] for key in bench.stored("index/claims/")] == ["1.json", "2.json"]


def test_an_event_that_comes_twice_costs_three_requests_more(bench: Workbench) -> None:
    record = bench.upload()
    bench.submission("request-1").submit_all((record,))
    bench.cloud.recorder.clear()
    (again,) = bench.submission("request-2").submit_all((record,))
    assert again.result == "held"
    assert [asked.rpartition("/")[0] for asked in bench.asked()] == [
        "cos HEAD /incoming",
        f"cos PUT /index/claims/{again.upload_id}",
        f"cos GET /index/claims/{again.upload_id}",
    ]


def test_another_request_leaves_a_live_claim_alone_and_takes_over_a_dead_one(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = upload_whose_try_died(bench, mocker)
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
    create_job = mocker.patch.object(Ci, "create_job", side_effect=FULL)
    outcomes = bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in range(3)])
    assert [outcome.result for outcome in outcomes] == ["waiting"] * 3
    assert create_job.call_count == 1
    assert len(bench.stored("index/waiting/")) == 3


def test_the_claims_of_an_event_settle_in_one_wait(bench: Workbench, mocker: MockerFixture) -> None:
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    bench.submission(claim_settle_seconds=10).submit_all([bench.upload(f"incoming/{n}.mp3") for n in range(3)])
    sleep.assert_called_once()
    assert bench.asked().count("ci POST /jobs") == 3


@pytest.mark.parametrize(("room", "call"), [(Claims, "take"), (Ci, "create_job")], ids=["claiming", "submitting"])
def test_what_nobody_foresaw_fails_the_one_upload_after_the_others_were_tried(
    bench: Workbench, mocker: MockerFixture, room: type[Any], call: str
) -> None:
    foreseen = getattr(room, call)
    calls: list[Any] = []

    def unforeseen_once(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 1:
            raise ValueError("no telling what is in here")
        return foreseen(*arguments, **named)

    mocker.patch.object(room, call, unforeseen_once)
    with pytest.raises(SubmissionIncomplete, match=r"1 of 2 uploads .* incoming/1\.mp3: ValueError$"):
        bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in (1, 2)])
    assert len(calls) == 2
    assert len(bench.stored("index/pending/")) == 1
    assert "no telling" not in bench.lines.text


def test_where_nothing_was_claimed_nobody_waits(bench: Workbench, mocker: MockerFixture) -> None:
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    bench.submission(claim_settle_seconds=10).submit_all((bench.upload(content=b""),))
    sleep.assert_not_called()


@pytest.mark.parametrize("state", ["Success", "Failed"])
def test_an_event_for_what_was_separated_so_long_ago_that_ci_has_forgotten_it_is_not_billed_again(
    bench: Workbench, mocker: MockerFixture, state: str
) -> None:
    if state == "Success":
        mocker.patch("localcloud.ci.job_runner.run_job", return_value=())
    record = bench.upload()
    bench.submission("request-1").submit_all((record,))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    assert bench.publication().publish().counts == {state: 1}
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
    outcomes.extend(outcome.result for outcome in bench.submission(claim_settle_seconds=10).submit_all((record,)))
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
    assert bench.cloud.wait_until_idle(60)  # so that neither job can be cancelled any more
    (second,) = bench.submission("request-2").submit_all((record,))
    assert (second.result, second.job_id) == ("held", first.job_id)
    assert bench.cloud.wait_until_idle(60)
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


def test_in_a_bucket_with_versions_ci_is_asked_for_a_job_even_before_the_first_attempt(bench: Workbench) -> None:
    """Nobody can tell what has become of an earlier claim there: somebody has removed it, say."""
    keep_versions(bench)
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    for key in bench.stored("index/claims/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    (second,) = bench.submission("request-2").submit_all((record,))
    assert (second.result, second.job_id) == ("submitted", first.job_id)
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
    (ours,) = bench.submission("request-1", claim_settle_seconds=10).submit_all((record,))
    assert ours.result == "held"
    assert bench.asked().count("ci POST /jobs") == 1


def test_where_only_the_claim_s_own_answer_tells_of_versions_it_is_not_acted_on_and_the_next_is_looked_for_first(
    bench: Workbench, mocker: MockerFixture
) -> None:
    keep_versions(bench)
    head = Cos.head

    def from_before_versions(self: Cos, *where: Any) -> Any:
        return replace(head(self, *where), versioned=False)

    mocker.patch.object(Cos, "head", from_before_versions)
    outcomes = bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in (1, 2)])
    assert [outcome.result for outcome in outcomes] == ["waiting", "submitted"]
    of_the_second = [asked.split()[1] for asked in bench.asked() if f"/claims/{outcomes[1].upload_id}/" in asked]
    assert of_the_second == ["GET", "PUT", "GET"]


def hide_versions(bench: Workbench, bucket: str = BUCKET.name) -> None:
    """Put-if-absent is void, and nothing tells it: so it may be where versioning is suspended."""
    weak = replace(bench.cloud.cos.weaknesses, once_versioned=frozenset({bucket}), versions_untold=True)
    bench.cloud.cos.weaknesses = weak


def test_where_nobody_tells_of_versions_two_events_at_once_are_one_job(bench: Workbench, mocker: MockerFixture) -> None:
    hide_versions(bench)
    record = bench.upload()
    rival = bench.submission("request-2")
    sleep = mocker.patch("voice_separation.clock.SystemClock.sleep")
    outcomes: list[str] = []

    def rival_comes(_seconds: float) -> None:
        sleep.side_effect = None
        outcomes.extend(outcome.result for outcome in rival.submit_all((record,)))

    sleep.side_effect = rival_comes
    outcomes.extend(outcome.result for outcome in bench.submission(claim_settle_seconds=10).submit_all((record,)))
    assert outcomes == ["submitted", "held"]
    assert bench.asked().count("ci POST /jobs") == 1


def test_where_nobody_tells_of_versions_an_event_that_comes_again_later_is_billed_again(bench: Workbench) -> None:
    """The worst that docs/reliability.md tells of: two jobs, one note, and an entry of the second in any case."""
    hide_versions(bench)
    record = bench.upload()
    (first,) = bench.submission("request-1").submit_all((record,))
    (second,) = bench.submission("request-2").submit_all((record,))
    assert [first.result, second.result] == ["submitted", "submitted"]
    assert first.job_id != second.job_id
    (note,) = documents(bench, "pending")
    assert Pending.model_validate_json(note).job_id == second.job_id
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    assert [key.rpartition("/")[2] for key in bench.stored("index/jobs/")] == [f"{second.job_id}.json"]
    bench.completion().store(bench.invocation().ci.describe_jobs(BUCKET, (str(first.job_id),)).details[0])
    assert bench.publication().publish().jobs == 2, "its callback brings the entry of the first"


def test_an_index_in_a_bucket_of_its_own_does_not_need_to_be_told_of_versions(bench: Workbench) -> None:
    other = "index-1250000000"
    bench.cloud.cos.create_bucket(other, BUCKET.region)
    hide_versions(bench, other)
    record = bench.upload()
    (first,) = bench.submission("request-1", index_bucket=other).submit_all((record,))
    (second,) = bench.submission("request-2", index_bucket=other).submit_all((record,))
    assert [first.result, second.result] == ["submitted", "held"]


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
    jobs = [job.model_copy(update={"job_id": f"j{n}", "state": state}) for n, state in enumerate(states)]
    mocker.patch.object(Ci, "list_jobs", side_effect=lambda *_: iter(jobs))
    for key in bench.stored("index/pending/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    (second,) = bench.submission("request-1").submit_all((record,))
    assert second.job_id == "j1"


def test_the_job_of_other_content_under_the_same_key_is_not_adopted(bench: Workbench, mocker: MockerFixture) -> None:
    bench.submission("request-1").submit_all((bench.upload(content=b"as it was before"),))
    record = upload_whose_try_died(bench, mocker, "request-2")
    for key in bench.stored("index/claims/"):
        claim = Claim.model_validate_json(bench.read(key))
        earlier = {"claimed_at": claim.claimed_at - LISTED_AFTER}
        bench.cloud.cos.put(BUCKET.name, key, claim.model_copy(update=earlier).content())
    listed = mocker.spy(Ci, "list_jobs")
    (outcome,) = bench.submission("request-2").submit_all((record,))
    assert outcome.result == "submitted"
    assert listed.call_args.args[2] == JobFilter(input_object="incoming/talk.mp3"), "those of all keys are too many"
    assert bench.asked().count("ci POST /jobs") == 2


def test_an_event_that_comes_again_leaves_an_upload_that_waits_to_the_waiting_room(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = bench.upload()
    denied = errors.Misconfigured("CreateMediaJobs", "a", status=403, code="AccessDenied", reason="no")
    mocker.patch.object(Ci, "create_job", side_effect=denied)
    with pytest.raises(SubmissionIncomplete):
        bench.submission("request-1").submit_all((record,))
    mocker.stopall()
    age_claim(bench, LISTED_AFTER)
    before = documents(bench, "waiting")
    (outcome,) = bench.submission("request-1").submit_all((record,))
    assert (outcome.result, outcome.reason) == ("held", "it waits already")
    assert documents(bench, "waiting") == before
    assert not [asked for asked in bench.asked() if asked.startswith("ci ")]
    assert len(bench.stored("index/claims/")) == 1, "the second is given back, for the waiting room to take"


def test_an_event_that_comes_again_when_there_is_no_room_leaves_the_place_in_the_waiting_room_as_it_is(
    bench: Workbench, mocker: MockerFixture
) -> None:
    waits, fresh = bench.upload("incoming/1.mp3"), bench.upload("incoming/2.mp3")
    lost = errors.Unreachable("CreateMediaJobs", "a", status=0, code="ProtocolError", reason="no answer came")
    create_job = mocker.patch.object(Ci, "create_job", side_effect=lost)
    bench.submission("request-1").submit_all((waits,))
    before = documents(bench, "waiting")
    create_job.side_effect = FULL
    outcomes = bench.submission("request-1").submit_all((fresh, waits))
    assert [outcome.result for outcome in outcomes] == ["waiting", "held"]
    assert before[0] in documents(bench, "waiting")


def test_without_room_a_claim_is_given_back_only_where_it_has_stayed(bench: Workbench, mocker: MockerFixture) -> None:
    """A rival's, who has taken the place of ours meanwhile and submits, must not be taken away."""
    mocker.patch.object(Ci, "create_job", side_effect=FULL)
    bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in (1, 2)])
    places = [Waiting.model_validate_json(each) for each in documents(bench, "waiting")]
    submitter = bench.invocation("timer-1", claim_settle_seconds=10).submitter(BUCKET)
    candidates = [Candidate(each.upload.to_upload(), bench.head(each.upload.key), each) for each in places]

    def rival_writes_too(_seconds: float) -> None:
        key = f"index/claims/{candidates[1].upload.id}/2.json"
        ours = Claim.model_validate_json(bench.read(key))
        bench.cloud.cos.put(BUCKET.name, key, ours.model_copy(update={"nonce": "a rival's"}).content())

    mocker.patch("voice_separation.clock.SystemClock.sleep", side_effect=rival_writes_too)
    assert [outcome.result for outcome in submitter.submit_all(candidates)] == ["waiting", "held"]
    claims = [Claim.model_validate_json(claim) for claim in documents(bench, "claims")]
    assert [claim.nonce for claim in claims if claim.attempt == 2] == ["a rival's"]


def test_an_event_that_comes_again_for_what_waits_gives_only_its_own_claim_back(
    bench: Workbench, mocker: MockerFixture
) -> None:
    mocker.patch.object(Ci, "create_job", side_effect=FULL)
    record = bench.upload()
    (waits,) = bench.submission("request-1").submit_all((record,))

    def rival_writes_too(_seconds: float) -> None:
        key = f"index/claims/{waits.upload_id}/2.json"
        ours = Claim.model_validate_json(bench.read(key))
        bench.cloud.cos.put(BUCKET.name, key, ours.model_copy(update={"nonce": "a rival's"}).content())

    mocker.patch("voice_separation.clock.SystemClock.sleep", side_effect=rival_writes_too)
    (again,) = bench.submission("request-1", claim_settle_seconds=10).submit_all((record,))
    assert (again.result, again.reason) == ("held", "it is claimed already")
    assert len(bench.stored("index/claims/")) == 2


def test_a_claim_is_kept_where_the_refusal_cannot_be_noted(bench: Workbench, mocker: MockerFixture) -> None:
    """Given back first, and nobody would know that CI was asked."""
    no = errors.InputRefused("CreateMediaJobs", "a", status=400, code="ResourceNotSupported", reason="no media")
    mocker.patch.object(Ci, "create_job", side_effect=no)
    refuse = Requests(service="cos", method="PUT", path="/index/refused/")
    bench.cloud.faults.add(Refuse(503, "ServiceUnavailable"), refuse)
    with pytest.raises(SubmissionIncomplete):
        bench.submission().submit_all((bench.upload(),))
    assert len(bench.stored("index/claims/")) == 1


def test_a_retry_whose_place_in_the_waiting_room_nobody_can_read_submits(
    bench: Workbench, mocker: MockerFixture
) -> None:
    record = upload_whose_try_died(bench, mocker)
    age_claim(bench, LISTED_AFTER)
    (claim,) = bench.stored("index/claims/")
    bench.cloud.cos.put(BUCKET.name, f"index/waiting/{claim.split('/')[2]}.json", b"not json")
    assert [outcome.result for outcome in bench.submission("request-1").submit_all((record,))] == ["submitted"]
