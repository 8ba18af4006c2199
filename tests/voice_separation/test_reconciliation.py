from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.clock import MovableClock, stopped_at
from tests.support import StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.bucket import Bucket
from voice_separation.claims import Claims
from voice_separation.clock import Deadline
from voice_separation.index.documents import Claim, Reason, Refused, Waiting
from voice_separation.index.entries import Entry, entry_of
from voice_separation.jobs.answer import Jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.outcomes import Outcome
from voice_separation.reconciliation import Reconciliation
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos, ListedObject

SATURATED = errors.QueueSaturated("CreateMediaJobs", "a", status=403, code="QueueSaturated", reason="full")
DENIED = errors.Misconfigured("CreateMediaJobs", "a", status=403, code="AccessDenied", reason="no")


def put_to_wait(bench: Workbench, mocker: MockerFixture, *keys: str, error: errors.TencentRefusal = SATURATED) -> None:
    mocker.patch.object(Ci, "create_job", side_effect=error)
    for key in keys:
        try:
            bench.submission(f"request-{key}").submit_all((bench.upload(key),))
        except errors.SubmissionIncomplete:
            continue
    mocker.stopall()


def let_time_pass(bench: Workbench) -> None:
    """Make every waiting upload due, without changing its turn."""
    for key in bench.stored("index/waiting/"):
        waiting = Waiting.model_validate_json(bench.read(key))
        due = waiting.model_copy(update={"next_attempt_at": waiting.waiting_since - timedelta(hours=1)})
        bench.cloud.cos.put(BUCKET.name, key, due.content())


def test_what_waits_is_submitted_when_its_time_has_come_and_not_before(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", error=DENIED)
    assert bench.reconciliation().run().submitted == 0
    let_time_pass(bench)
    done = bench.reconciliation().run()
    assert (done.submitted, done.waiting) == (1, 0)
    assert bench.stored("index/waiting/") == []
    assert len(bench.stored("index/pending/")) == 1
    assert bench.asked().count("ci POST /jobs") == 1


def test_the_room_drains_oldest_first_and_stops_at_the_first_that_finds_no_room(
    bench: Workbench, mocker: MockerFixture
) -> None:
    keys = [f"incoming/{n}.mp3" for n in range(4)]
    put_to_wait(bench, mocker, *keys)
    asked: list[str] = []

    def takes_two(_self: Ci, _bucket: Any, request: Any) -> JobDetail:
        if len(asked) == 2:
            raise SATURATED
        asked.append(request.object)
        return JobDetail(job_id=f"j{len(asked)}", state="Submitted")

    # one at a time, so that each stands at its own second
    listed = bench.invocation().reader(BUCKET)
    order = {key: n for n, key in enumerate(keys)}
    rows = list(listed.list("waiting/"))
    by_id = {Waiting.model_validate_json(bench.read(f"index/{row.key}")).upload.upload_id: row for row in rows}
    let_time_pass(bench)

    def aged(_self: Any, _folder: str, **_page: str) -> list[Any]:
        fresh = []
        for upload_id, row in by_id.items():
            key = Waiting.model_validate_json(bench.read(f"index/waiting/{upload_id}.json")).upload.key
            fresh.append(replace(row, last_modified=row.last_modified + timedelta(seconds=order[key])))
        return fresh

    mocker.patch("voice_separation.index.reader.IndexReader.list", aged)
    mocker.patch.object(Ci, "create_job", takes_two)
    mocker.patch.object(Ci, "describe_jobs")
    reconciliation = bench.reconciliation()
    submitted, waiting, _ = reconciliation._drain(lambda: True)
    assert asked == keys[:2]
    assert (submitted, waiting) == (2, 2)


def test_an_upload_that_finds_no_room_again_keeps_its_turn_and_gives_its_claim_back(
    bench: Workbench, mocker: MockerFixture
) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    let_time_pass(bench)
    before = bench.read(bench.stored("index/waiting/")[0])
    mocker.patch.object(Ci, "create_job", side_effect=SATURATED)
    bench.reconciliation().run()
    assert bench.read(bench.stored("index/waiting/")[0]) == before
    assert len(bench.stored("index/claims/")) == 1


def test_an_upload_that_waits_again_still_tells_since_when(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    (key,) = bench.stored("index/waiting/")
    first = Waiting.model_validate_json(bench.read(key))
    long_ago = first.model_copy(update={"waiting_since": first.waiting_since - timedelta(hours=5)})
    bench.cloud.cos.put(BUCKET.name, key, long_ago.content())
    mocker.patch.object(Ci, "create_job", side_effect=DENIED)
    bench.reconciliation().run()
    again = Waiting.model_validate_json(bench.read(key))
    assert (again.attempts, again.reason.code) == (2, "AccessDenied")
    assert again.waiting_since == long_ago.waiting_since


def test_an_entry_whose_copy_was_filed_under_the_hour_before_is_not_filed_twice() -> None:
    """The clocks of COS and of the function that filed it were on either side of a full hour."""
    just_after = MovableClock(stopped_at(datetime(2026, 11, 21, 4, 2, tzinfo=timezone.utc)))
    with LocalCloud(Options(clock=just_after)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        bench = Workbench(cloud)
        (outcome,) = bench.submission().submit_all((bench.upload(),))
        assert cloud.wait_until_idle(60)
        (detail,) = bench.invocation().ci.describe_jobs(BUCKET, (outcome.job_id or "",)).details
        entry = entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)
        bench.invocation().writer(BUCKET).entry(entry, arrived_at=just_after() - timedelta(minutes=4))
        assert bench.reconciliation(pending_grace_seconds=0).run().finished == 1
        assert bench.stored("index/log/") == [f"index/log/2026-11-21/03/{entry.job_id}.json"]


def test_jobs_that_stay_open_do_not_keep_those_behind_them_from_being_asked_for(
    bench: Workbench, mocker: MockerFixture
) -> None:
    uploads = [bench.upload(f"incoming/{n}.mp3", f"{n}".encode()) for n in range(30)]
    bench.submission().submit_all(uploads)
    asked: set[str] = set()

    def one_slice_only(_self: Ci, _bucket: Bucket, ids: tuple[str, ...]) -> Jobs:
        asked.update(ids)
        return Jobs(tuple(JobDetail(job_id=each, state="Pause") for each in ids))

    mocker.patch.object(Ci, "describe_jobs", one_slice_only)
    chances = Random(1)  # noqa: S311 - it is to be repeatable, and guards nothing
    for _ in range(40):
        reconciliation = replace(bench.reconciliation(pending_grace_seconds=0), chance=chances.random)
        looks = iter((True, False))
        reconciliation._finish_overdue(lambda: next(looks))  # noqa: B023 - called before the next round
    assert len(asked) == 30


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_with_time_enough_every_overdue_job_is_asked_for_wherever_it_begins(bench: Workbench, chance: float) -> None:
    bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3", f"{n}".encode()) for n in range(12)])
    assert bench.cloud.wait_until_idle(60)
    reconciliation = replace(bench.reconciliation(pending_grace_seconds=0), chance=lambda: chance)
    assert reconciliation.run().finished == 12


def test_a_place_that_names_no_region_there_can_be_stops_no_other(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", "incoming/2.mp3")
    key, _ = bench.stored("index/waiting/")
    waiting = Waiting.model_validate_json(bench.read(key))
    nowhere = waiting.upload.model_copy(update={"region": "nowhere"})
    bench.cloud.cos.put(BUCKET.name, key, waiting.model_copy(update={"upload": nowhere}).content())
    done = bench.reconciliation().run()
    assert done.submitted == 1
    assert [outcome.key for outcome in done.alarming] == [key.removeprefix("index/")]


def test_after_a_lost_answer_the_job_that_ci_has_is_adopted(bench: Workbench, mocker: MockerFixture) -> None:
    lost = errors.Unreachable("CreateMediaJobs", "a", status=0, code="ProtocolError", reason="no answer came")
    create = Ci.create_job

    def carried_out_but_lost(self: Ci, *arguments: Any) -> JobDetail:
        create(self, *arguments)
        raise lost

    mocker.patch.object(Ci, "create_job", carried_out_but_lost)
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    mocker.stopall()
    assert outcome.result == "waiting"
    let_time_pass(bench)
    assert bench.reconciliation().run().submitted == 1
    assert bench.asked().count("ci POST /jobs") == 1


def test_an_object_that_went_or_changed_while_it_waited_is_refused_with_the_reason(
    bench: Workbench, mocker: MockerFixture
) -> None:
    put_to_wait(bench, mocker, "incoming/gone.mp3", "incoming/new.mp3")
    bench.cloud.cos.delete(BUCKET.name, "incoming/gone.mp3")
    bench.upload("incoming/new.mp3", b"other content")
    let_time_pass(bench)
    bench.reconciliation().run()
    assert bench.stored("index/waiting/") == []
    reasons = {
        Refused.model_validate_json(bench.read(key)).reason.message.split()[3] for key in bench.stored("index/refused/")
    }
    assert reasons == {"deleted", "replaced"}


def test_a_wrong_configuration_is_told_after_everything_else_was_tried(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", error=DENIED)
    let_time_pass(bench)
    mocker.patch.object(Ci, "create_job", side_effect=DENIED)
    done = bench.reconciliation().run()
    assert [outcome.result for outcome in done.alarming] == ["waiting"]
    waiting = Waiting.model_validate_json(bench.read(bench.stored("index/waiting/")[0]))
    assert waiting.attempts == 2


def finished_without_callback(bench: Workbench) -> str:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert bench.cloud.wait_until_idle(60)
    return outcome.job_id or ""


def test_a_job_whose_callback_never_came_is_finished_as_a_callback_would(bench: Workbench) -> None:
    job_id = finished_without_callback(bench)
    done = bench.reconciliation(pending_grace_seconds=0).run()
    assert (done.finished, done.still_open) == (1, 0)
    entry = Entry.model_validate_json(bench.read(bench.stored("index/jobs/")[0]))
    assert (entry.job_id, entry.state) == (job_id, "Failed")  # the sample content is no media
    assert len(bench.stored("index/log/")) == 1
    assert bench.stored("index/pending/") == []


def test_a_job_is_not_asked_for_before_its_grace_is_over(bench: Workbench) -> None:
    finished_without_callback(bench)
    assert bench.reconciliation(pending_grace_seconds=600).run().finished == 0
    assert len(bench.stored("index/pending/")) == 1


def test_a_job_that_its_callback_has_stored_is_only_tidied_up(bench: Workbench) -> None:
    job_id = finished_without_callback(bench)
    call = bench.invocation()
    bench.completion().store(call.ci.describe_jobs(BUCKET, (job_id,)).details[0])
    written = len([request for request in bench.asked() if request.startswith("cos PUT /index/log/")])
    bench.reconciliation(pending_grace_seconds=0).run()
    assert len([request for request in bench.asked() if request.startswith("cos PUT /index/log/")]) == written
    assert bench.stored("index/pending/") == []


def test_an_entry_without_its_copy_in_the_log_gets_it(bench: Workbench) -> None:
    """Whoever stored it died between the two."""
    job_id = finished_without_callback(bench)
    bench.completion().store(bench.invocation().ci.describe_jobs(BUCKET, (job_id,)).details[0])
    for key in bench.stored("index/log/"):
        bench.cloud.cos.delete(BUCKET.name, key)
    bench.reconciliation(pending_grace_seconds=0).run()
    assert [key.rpartition("/")[2] for key in bench.stored("index/log/")] == [f"{job_id}.json"]
    assert bench.stored("index/pending/") == []


def test_a_job_that_ci_has_forgotten_is_told_and_not_submitted_again(bench: Workbench, mocker: MockerFixture) -> None:
    forgotten = JobDetail(job_id="jforgotten", state="Submitted")
    mocker.patch.object(Ci, "create_job", return_value=forgotten)
    bench.submission().submit_all((bench.upload(),))
    mocker.stopall()
    bench.reconciliation(pending_grace_seconds=0).run()
    (refused,) = [Refused.model_validate_json(bench.read(key)) for key in bench.stored("index/refused/")]
    assert "jforgotten" in refused.reason.message
    assert bench.stored("index/pending/") == []


def test_a_run_that_has_no_time_leaves_everything_as_it_is(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    let_time_pass(bench)
    reconciliation = bench.reconciliation()
    assert reconciliation._drain(lambda: False) == (0, 1, ())
    assert reconciliation._finish_overdue(lambda: False) == (0, 0)


@pytest.mark.parametrize("runs", [2, 3])
def test_running_again_changes_nothing(bench: Workbench, mocker: MockerFixture, runs: int) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    let_time_pass(bench)
    for _ in range(runs):
        bench.reconciliation(pending_grace_seconds=0).run()
        assert bench.cloud.wait_until_idle(60)
    assert bench.asked().count("ci POST /jobs") == 1
    assert len(bench.stored("index/jobs/")) == 1


def test_one_upload_that_cannot_be_looked_at_stops_no_other(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", "incoming/2.mp3")
    head = Cos.head

    def refused_for_one(self: Cos, bucket: Any, key: str) -> Any:
        if key == "incoming/1.mp3":
            raise errors.Misconfigured("HeadObject", key, status=403, code="AccessDenied", reason="no")
        return head(self, bucket, key)

    mocker.patch.object(Cos, "head", refused_for_one)
    done = bench.reconciliation().run()
    assert done.submitted == 1
    assert [outcome.key for outcome in done.alarming] == [bench.stored("index/waiting/")[0].removeprefix("index/")]


@pytest.mark.parametrize("folder", ["waiting", "pending/2026-11-21/03"])
def test_a_document_that_nobody_can_read_is_told_and_removed(bench: Workbench, folder: str) -> None:
    bench.cloud.cos.put(BUCKET.name, f"index/{folder}/{'0' * 32}.json", b"not json")
    bench.reconciliation(pending_grace_seconds=0).run()
    assert bench.stored("index/") == []
    assert "document.unreadable" in bench.lines.text


def test_an_answer_that_leaves_a_job_out_destroys_nothing(bench: Workbench, mocker: MockerFixture) -> None:
    finished_without_callback(bench)
    mocker.patch.object(Ci, "describe_jobs", return_value=Jobs(()))
    assert bench.reconciliation(pending_grace_seconds=0).run().finished == 0
    assert len(bench.stored("index/pending/")) == 1
    assert bench.stored("index/refused/") == []


def test_what_is_of_another_bucket_is_left_to_its_own_reconcile(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    finished_without_callback(bench)
    others = replace(bench.reconciliation(pending_grace_seconds=0), bucket=Bucket("other-1250000000", BUCKET.region))
    describe = mocker.patch.object(Ci, "describe_jobs")
    done = others.run()
    describe.assert_not_called()
    assert (done.submitted, done.finished) == (0, 0)
    assert len(bench.stored("index/pending/")) == 1


def test_the_kill_switch_stops_the_waiting_room_and_the_audit_but_not_what_runs_already(
    bench: Workbench, mocker: MockerFixture
) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    finished_without_callback(bench)
    done = bench.reconciliation(enabled=False, pending_grace_seconds=0).run()
    assert (done.submitted, done.finished) == (0, 1)
    assert bench.audit(enabled=False).run().complete is False


def test_a_billed_job_is_not_forgotten_when_its_object_goes_while_it_waits(
    bench: Workbench, mocker: MockerFixture
) -> None:
    lost = errors.Unreachable("CreateMediaJobs", "a", status=0, code="ProtocolError", reason="no answer came")
    create = Ci.create_job

    def carried_out_but_lost(self: Ci, *arguments: Any) -> JobDetail:
        create(self, *arguments)
        raise lost

    mocker.patch.object(Ci, "create_job", carried_out_but_lost)
    bench.submission().submit_all((bench.upload(),))
    mocker.stopall()
    bench.cloud.cos.delete(BUCKET.name, "incoming/talk.mp3")
    assert bench.reconciliation().run().submitted == 0, "CI might not list the job yet"
    reconciliation = bench.reconciliation()
    later = StoppedClock(reconciliation.clock.now() + timedelta(minutes=3))
    assert replace(reconciliation, clock=later).run().submitted == 1
    assert bench.stored("index/refused/") == []
    assert len(bench.stored("index/pending/")) == 1


def test_the_room_is_not_asked_any_further_once_there_is_no_room(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", "incoming/2.mp3", "incoming/3.mp3")
    create_job = mocker.patch.object(Ci, "create_job", side_effect=SATURATED)
    bench.reconciliation().run()
    assert create_job.call_count == 1


@pytest.mark.parametrize("folder", ["pending", "waiting", "claims"])
def test_a_stray_object_stops_neither_the_minute_s_work_nor_the_audit(bench: Workbench, folder: str) -> None:
    bench.cloud.cos.put(BUCKET.name, f"index/{folder}/readme.txt", b"notes")
    bench.cloud.cos.put(BUCKET.name, f"index/{folder}/x/readme.txt", b"notes")
    bench.reconciliation(pending_grace_seconds=0).run()
    assert bench.audit().run().complete
    assert len(bench.stored(f"index/{folder}/")) == 2


def test_a_note_that_is_only_listed_still_is_no_damage(bench: Workbench, mocker: MockerFixture) -> None:
    """LIST shows for a while what the last run has removed (436/7734)."""
    gone = ListedObject(f"pending/2026-11-21/03/{'0' * 32}.json", "", 0, datetime(2026, 11, 21, tzinfo=timezone.utc))
    mocker.patch("voice_separation.index.reader.IndexReader.list", side_effect=lambda *_, **__: iter((gone,)))
    bench.reconciliation(pending_grace_seconds=0).run()
    assert "document.unreadable" not in bench.lines.text
    assert not [asked for asked in bench.asked() if asked.startswith("cos DELETE")]


def test_a_job_that_ci_has_forgotten_and_whose_entry_is_there_is_not_lost(
    bench: Workbench, mocker: MockerFixture
) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert bench.cloud.wait_until_idle(60)
    reported = bench.invocation().ci.describe_jobs(BUCKET, (outcome.job_id or "",)).details
    bench.completion().store(reported[0])
    unknown = Jobs((), (outcome.job_id or "",))
    mocker.patch.object(Ci, "describe_jobs", return_value=unknown)
    assert bench.reconciliation(pending_grace_seconds=0).run().finished == 1
    assert bench.stored("index/refused/") == bench.stored("index/pending/") == []


def test_an_upload_that_somebody_else_submits_keeps_its_place_until_that_is_done(
    bench: Workbench, mocker: MockerFixture
) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3")
    let_time_pass(bench)
    mocker.patch.object(Claims, "take", side_effect=errors.ClaimHeld("it is another's"))
    bench.reconciliation().run()
    assert len(bench.stored("index/waiting/")) == 1


def has_come_meanwhile(bench: Workbench, outcome: Outcome, *retry_of: str, attempts: int = 0) -> None:
    """As if the audit, or somebody's retry, had found the upload just before it was submitted."""
    (claim,) = [Claim.model_validate_json(bench.read(key)) for key in bench.stored(f"index/claims/{outcome.upload_id}")]
    reason = Reason(error="Unclaimed", code="", message="no event came for it")
    at = claim.claimed_at
    waiting = Waiting(
        reason=reason,
        attempts=attempts,
        waiting_since=at,
        next_attempt_at=at,
        retry_of=retry_of,
        upload=claim.upload,
    )
    bench.invocation().writer(BUCKET).waiting(waiting)


def test_what_waits_still_when_its_job_is_noted_leaves_at_once(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    has_come_meanwhile(bench, outcome)
    done = bench.reconciliation().run()
    assert (done.submitted, done.waiting) == (0, 0)
    assert bench.stored("index/waiting/") == []
    assert bench.asked().count("ci POST /jobs") == len(bench.stored("index/pending/")) == 1


def test_what_waits_still_when_its_job_has_ended_and_is_published_leaves_at_once(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    has_come_meanwhile(bench, outcome)
    assert bench.reconciliation().run().waiting == 0
    assert bench.asked().count("ci POST /jobs") == 1


def test_what_waits_in_spite_of_the_job_that_is_noted_keeps_its_place(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    has_come_meanwhile(bench, outcome, str(outcome.job_id))
    assert bench.reconciliation().run().waiting == 1
    assert len(bench.stored("index/waiting/")) == 1


def test_a_note_of_the_hour_in_which_the_claim_was_made_is_found_in_the_next_one(bench: Workbench) -> None:
    before = StoppedClock(datetime(2026, 11, 21, 3, 55, tzinfo=timezone.utc))
    call = replace(bench.invocation(), clock=before)
    submission = replace(bench.submission(), submitter=call.submitter)
    (outcome,) = submission.submit_all((bench.upload(),))
    has_come_meanwhile(bench, outcome)
    before.advance(600)
    assert replace(bench.invocation("timer-1"), clock=before).reconciliation(BUCKET).run().waiting == 0


def test_an_object_that_goes_while_its_retry_waits_does_not_get_the_job_back_that_has_failed(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    has_come_meanwhile(bench, outcome, str(outcome.job_id), attempts=1)
    bench.cloud.cos.delete(BUCKET.name, "incoming/talk.mp3")
    assert bench.reconciliation().run().submitted == 0
    assert bench.stored("index/pending/") == bench.stored("index/waiting/") == []
    assert len(bench.stored("index/refused/")) == 1


def test_an_object_that_goes_after_its_late_event_was_submitted_is_not_refused(bench: Workbench) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    has_come_meanwhile(bench, outcome)
    bench.cloud.cos.delete(BUCKET.name, "incoming/talk.mp3")
    bench.reconciliation().run()
    assert bench.stored("index/refused/") == bench.stored("index/waiting/") == []
    assert bench.asked().count("ci POST /jobs") == len(bench.stored("index/pending/")) == 1


def test_a_job_that_runs_stays_noted_and_is_counted_as_open(bench: Workbench, mocker: MockerFixture) -> None:
    finished_without_callback(bench)
    runs = Jobs((JobDetail(job_id=bench.cloud.ci.jobs()[0].job_id, state="Running"),))
    mocker.patch.object(Ci, "describe_jobs", return_value=runs)
    done = bench.reconciliation(pending_grace_seconds=0).run()
    assert (done.finished, done.still_open) == (0, 1)
    assert len(bench.stored("index/pending/")) == 1


def with_a_hundred_seconds(bench: Workbench) -> tuple[Reconciliation, StoppedClock]:
    clock = StoppedClock()
    return replace(bench.reconciliation(pending_grace_seconds=0), deadline=Deadline.after(100, clock)), clock


def test_the_waiting_room_takes_no_more_than_its_share_of_the_time(bench: Workbench, mocker: MockerFixture) -> None:
    put_to_wait(bench, mocker, "incoming/1.mp3", "incoming/2.mp3", "incoming/3.mp3")
    reconciliation, clock = with_a_hundred_seconds(bench)
    create_job = Ci.create_job

    def slowly(self: Ci, *arguments: Any) -> Any:
        clock.advance(46)
        return create_job(self, *arguments)

    mocker.patch.object(Ci, "create_job", slowly)
    done = reconciliation.run()
    assert (done.submitted, done.waiting) == (1, 2)


def test_overdue_jobs_take_no_more_than_their_share_of_the_time(bench: Workbench, mocker: MockerFixture) -> None:
    bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3", f"{n}".encode()) for n in range(12)])
    assert bench.cloud.wait_until_idle(60)
    reconciliation, clock = with_a_hundred_seconds(bench)
    describe_jobs = Ci.describe_jobs

    def slowly(self: Ci, *arguments: Any) -> Any:
        clock.advance(76)
        return describe_jobs(self, *arguments)

    mocker.patch.object(Ci, "describe_jobs", slowly)
    assert reconciliation.run().finished == 10


def test_how_long_the_oldest_job_is_under_way_is_told(bench: Workbench) -> None:
    assert bench.reconciliation().run().oldest_open_s == 0
    finished_without_callback(bench)
    reconciliation = bench.reconciliation(pending_grace_seconds=7200)
    later = StoppedClock(reconciliation.clock.now() + timedelta(hours=1))
    assert replace(reconciliation, clock=later).run().oldest_open_s == pytest.approx(3600, abs=60)
