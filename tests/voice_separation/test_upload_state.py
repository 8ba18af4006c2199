from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from voice_separation.index.documents import Claim, Pending, Reason, Refused, Upload, Waiting
from voice_separation.index.entries import Entry, EntryInput
from voice_separation.jobs.states import JobState, rank
from voice_separation.upload_state import Evidence, UploadState, weightier_entry

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
UPLOAD = Upload(upload_id="0" * 32, bucket="media-1", region="r", key="incoming/a.mp3", etag="e", size_bytes=1)
REASON = Reason(error="QueueSaturated", code="QueueSaturated", message="full")

moments = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
claims = st.builds(
    Claim,
    attempt=st.integers(1, 3),
    nonce=st.sampled_from("abc"),
    request_id=st.sampled_from(["r1", "r2"]),
    claimed_at=moments,
    lease_until=moments,
    upload=st.just(UPLOAD),
)
waitings = st.builds(
    Waiting,
    reason=st.just(REASON),
    attempts=st.integers(1, 3),
    waiting_since=moments,
    next_attempt_at=moments,
    upload=st.just(UPLOAD),
)
refusals = st.builds(Refused, reason=st.just(REASON), refused_at=moments, upload=st.just(UPLOAD))
pendings = st.builds(Pending, job_id=st.sampled_from(["j1", "j2"]), submitted_at=moments, upload=st.just(UPLOAD))
entries = st.builds(
    Entry,
    job_id=st.sampled_from(["j1", "j2"]),
    state=st.sampled_from([state.value for state in JobState]),
    code=st.none(),
    message=st.none(),
    upload_id=st.just("0" * 32),
    input=st.just(EntryInput(bucket="media-1", region="r", key="incoming/a.mp3")),
    outputs=st.just(()),
    created_at=st.none(),
    started_at=st.none(),
    finished_at=st.none() | moments,
    media=st.none(),
    template=st.none(),
    queue_id=st.none(),
    user_data=st.none(),
    workflow=st.none(),
)
evidence = st.builds(
    Evidence,
    claim=st.none() | claims,
    waiting=st.none() | waitings,
    refused=st.none() | refusals,
    pending=st.none() | pendings,
    entry=st.none() | entries,
)


@given(evidence, evidence)
def test_it_does_not_matter_which_evidence_comes_first(one: Evidence, other: Evidence) -> None:
    assert one.merge(other) == other.merge(one)


@given(evidence, evidence, evidence)
def test_it_does_not_matter_how_evidence_is_gathered(one: Evidence, two: Evidence, three: Evidence) -> None:
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(evidence)
def test_the_same_evidence_twice_says_no_more(one: Evidence) -> None:
    assert one.merge(one) == one


@given(evidence, evidence)
def test_more_evidence_never_leads_back(one: Evidence, other: Evidence) -> None:
    assert one.merge(other).state >= max(one.state, other.state)


@given(entries, entries)
def test_a_finished_job_never_regresses(one: Entry, other: Entry) -> None:
    weightier = weightier_entry(one, other)
    assert weightier is not None
    assert rank(weightier.state) == max(rank(one.state), rank(other.state))


def claim(**changes: object) -> Claim:
    fields = {
        "attempt": 1,
        "nonce": "n",
        "request_id": "theirs",
        "claimed_at": NOW,
        "lease_until": NOW + timedelta(minutes=15),
        "upload": UPLOAD,
    }
    return Claim.model_validate({**fields, **changes})


def test_a_live_claim_of_another_is_left_alone_until_its_lease_has_passed() -> None:
    held = Evidence(claim=claim())
    assert not held.may_be_claimed(now=NOW, request_id="ours")
    assert not held.may_be_claimed(now=NOW + timedelta(minutes=15), request_id="ours")
    assert held.may_be_claimed(now=NOW + timedelta(minutes=15, seconds=1), request_id="ours")


def test_a_claim_of_the_same_request_is_of_a_try_that_died() -> None:
    assert Evidence(claim=claim(request_id="ours")).may_be_claimed(now=NOW, request_id="ours")


def test_an_upload_that_runs_is_refused_or_is_finished_is_not_claimed_again() -> None:
    pending = Pending(job_id="j1", submitted_at=NOW, upload=UPLOAD)
    refused = Refused(reason=REASON, refused_at=NOW, upload=UPLOAD)
    assert Evidence().state is UploadState.UNSEEN
    assert Evidence().may_be_claimed(now=NOW, request_id="ours")
    for later in (Evidence(pending=pending), Evidence(refused=refused)):
        assert not later.may_be_claimed(now=NOW, request_id="ours")
