"""Races, with real threads: whoever comes second, at the same moment, does no harm."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any

import pytest
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.ci.jobs import Job, State
from localcloud.ci.pretending import Pretended
from localcloud.cos.models import Weaknesses
from localcloud.faults import Refuse, Requests
from tests.support import PATIENCE, StoppedClock
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.capability import Grant
from voice_separation.claims import Claims
from voice_separation.index.documents import Pending
from voice_separation.index.entries import Entry
from voice_separation.index.writer import IndexWriter
from voice_separation.outcomes import Outcome
from voice_separation.submission import Submission
from voice_separation.tencent.ci import Ci
from voice_separation.uploads import ObjectCreated, upload_id_of

MANY = 16
RACING = Weaknesses(check_to_commit_seconds=0.5)  # here until all have looked, however long that takes


class Jobs:
    """Holds the ends of jobs back until they may come."""

    def __init__(self) -> None:
        self._ends: list[Callable[[], object]] = []

    def later(self, _seconds: float, end: Callable[[], object]) -> None:
        self._ends.append(end)

    def finish(self) -> None:
        while self._ends:
            self._ends.pop()()


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


class Gate:
    """Shut until all threads have come, open for good from then on."""

    def __init__(self) -> None:
        self._missing = MANY
        self._changed = threading.Condition()

    def come(self) -> int:
        """Be one of those that are waited for; return how many are still missing."""
        with self._changed:
            self._missing -= 1
            self._changed.notify_all()
            return self._missing

    def wait(self, *, missing: int = 0) -> None:
        """Wait until it is open, or no more than so many are missing."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._missing <= missing, PATIENCE)


@dataclass
class SettlingClock(StoppedClock):
    """A clock on which nobody's claim has settled before everybody has written one, or gone away."""

    settled: Gate = field(kw_only=True)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.settled.come()
        self.settled.wait()


def all_look_before_one_writes(bench: Workbench, mocker: MockerFixture) -> Gate:
    """Let all threads through put-if-absent the first time, and one write when the others leave their claims alone.

    The gate returned is where they do.
    """
    looked, settled = Gate(), Gate()

    def between_look_and_write(_seconds: float) -> None:
        is_last = looked.come() == 0
        looked.wait()
        if is_last:
            settled.wait(missing=1)

    bench.cloud.cos.weaknesses = RACING
    mocker.patch.object(bench.cloud.cos, "_sleep", between_look_and_write)
    return settled


def bench_with(jobs: Jobs, *, running: int) -> Iterator[Workbench]:
    options = Options(pretended=Pretended(jobs.later, lambda _job: 0.0, max_concurrent=running))
    with LocalCloud(options) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        yield Workbench(cloud)


@pytest.fixture
def bench(jobs: Jobs) -> Iterator[Workbench]:
    """A bucket whose jobs run at once, and end when told."""
    yield from bench_with(jobs, running=100)


@pytest.fixture
def full_bench(jobs: Jobs) -> Iterator[Workbench]:
    """A bucket whose jobs all wait, so that each can still be cancelled."""
    yield from bench_with(jobs, running=0)


def all_at_once(*calls: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(len(calls))

    def call_with_the_others(call: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call_with_the_others, calls))


def submit_many(bench: Workbench, event: ObjectCreated, settled: Gate) -> list[Outcome]:
    """Submit one event in as many threads, whose claims have settled when the gate opens."""
    now = datetime.now(timezone.utc)

    def submit(request_id: str) -> Outcome:
        clock = SettlingClock(now, settled=settled)
        call = replace(bench.invocation(request_id, claim_settle_seconds=1), clock=clock)
        submission = Submission(call.settings, call.cos, call.submitter, call.telemetry)
        try:
            (outcome,) = submission.submit_all((event,))
        finally:
            if not clock.slept:
                settled.come()
        return outcome

    return all_at_once(*[partial(submit, f"request-{n}") for n in range(MANY)])


def billed(bench: Workbench) -> list[Job]:
    return [job for job in bench.cloud.ci.jobs() if isinstance(job, Job) and job.state is not State.CANCEL]


def entries(bench: Workbench) -> list[Entry]:
    return [Entry.model_validate_json(bench.read(key)) for key in bench.stored("index/jobs/")]


def noted(bench: Workbench) -> list[Pending]:
    return [Pending.model_validate_json(bench.read(key)) for key in bench.stored("index/pending/")]


def repair(bench: Workbench) -> None:
    bench.reconciliation("timer-last", pending_grace_seconds=0).run()
    bench.publication().publish()


def test_one_event_in_sixteen_threads_is_one_job(bench: Workbench, jobs: Jobs) -> None:
    outcomes = submit_many(bench, bench.upload(), Gate())
    assert sorted(outcome.result for outcome in outcomes) == ["held"] * (MANY - 1) + ["submitted"]
    (job,) = bench.cloud.ci.jobs()
    jobs.finish()
    repair(bench)
    assert [entry.job_id for entry in entries(bench)] == [job.job_id]


def test_where_put_if_absent_lets_all_claim_one_submits(bench: Workbench, jobs: Jobs, mocker: MockerFixture) -> None:
    outcomes = submit_many(bench, bench.upload(), all_look_before_one_writes(bench, mocker))
    written = [request for request in bench.asked() if request.startswith("cos PUT /index/claims/")]
    assert len(written) == MANY
    assert sorted(outcome.result for outcome in outcomes) == ["held"] * (MANY - 1) + ["submitted"]
    assert len(bench.cloud.ci.jobs()) == 1


def test_if_claims_have_not_settled_in_time_all_jobs_but_the_one_noted_first_are_cancelled(
    full_bench: Workbench, mocker: MockerFixture
) -> None:
    """The second line of defence, should COS ever take longer from look to write than a claim is left alone."""
    bench = full_bench
    mocker.patch.object(Claims, "confirm")
    settled = all_look_before_one_writes(bench, mocker)
    create_job = Ci.create_job

    def once_claimed(self: Ci, *arguments: Any) -> Any:
        bench.cloud.cos.weaknesses = Weaknesses()
        return create_job(self, *arguments)

    mocker.patch.object(Ci, "create_job", autospec=True, side_effect=once_claimed)
    outcomes = submit_many(bench, bench.upload(), settled)
    assert len(bench.cloud.ci.jobs()) == MANY
    (job,) = billed(bench)
    (note,) = noted(bench)
    assert note.job_id == job.job_id
    assert [outcome.job_id for outcome in outcomes if outcome.result == "submitted"] == [job.job_id]


def test_in_a_bucket_that_once_had_versioning_one_submits(bench: Workbench, jobs: Jobs) -> None:
    """Put-if-absent does nothing there, neither for claims nor for notes."""
    bench.cloud.cos.weaknesses = Weaknesses(once_versioned=frozenset({BUCKET.name}))
    outcomes = submit_many(bench, bench.upload(), Gate())
    assert sorted(outcome.result for outcome in outcomes) == ["held"] * (MANY - 1) + ["submitted"]
    assert len(bench.cloud.ci.jobs()) == 1
    (note,) = noted(bench)
    jobs.finish()
    repair(bench)
    (entry,) = entries(bench)
    assert (entry.job_id, entry.state, entry.upload_id) == (note.job_id, "Success", note.upload.upload_id)
    assert noted(bench) == []


def test_a_callback_and_a_reconcile_for_one_job_at_once_store_it_once(bench: Workbench, jobs: Jobs) -> None:
    (outcome,) = bench.submission().submit_all((bench.upload(),))
    jobs.finish()
    reported = bench.invocation().ci.describe_jobs(BUCKET, (str(outcome.job_id),)).details
    completion, reconciliation = bench.completion(), bench.reconciliation(pending_grace_seconds=0)
    all_at_once(lambda: completion.complete_all(reported, Grant(upload_id_of(reported[0]))), reconciliation.run)
    repair(bench)
    assert [entry.job_id for entry in entries(bench)] == [outcome.job_id]
    assert {key.rpartition("/")[2] for key in bench.stored("index/log/")} == {f"{outcome.job_id}.json"}
    assert noted(bench) == []
    assert bench.publication().publish().jobs == 1


def test_two_reconciles_at_once_submit_each_waiting_upload_once(bench: Workbench, jobs: Jobs) -> None:
    full = bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    uploads = [bench.upload(f"incoming/{n}.mp3") for n in range(5)]
    bench.submission().submit_all(uploads)
    assert (full.struck, len(bench.stored("index/waiting/"))) == (1, 5)
    bench.cloud.faults.clear()
    all_at_once(*[bench.reconciliation(f"timer-{n}", pending_grace_seconds=0).run for n in range(2)])
    repair(bench)
    assert sorted(job.input_object for job in billed(bench)) == sorted(upload.keys[0] for upload in uploads)
    assert bench.stored("index/waiting/") == []


def test_two_reconciles_at_once_finish_and_publish_each_job_once(bench: Workbench, jobs: Jobs) -> None:
    bench.submission().submit_all([bench.upload(f"incoming/{n}.mp3") for n in range(5)])
    jobs.finish()
    all_at_once(*[bench.reconciliation(f"timer-{n}", pending_grace_seconds=0).run for n in range(2)])
    all_at_once(*[bench.publication().publish for _ in range(2)])
    assert len(entries(bench)) == 5
    assert noted(bench) == []
    assert bench.publication().publish().counts == {"Success": 5}


def test_a_note_that_comes_after_the_entry_is_removed_and_changes_nothing(
    bench: Workbench, jobs: Jobs, mocker: MockerFixture
) -> None:
    note = IndexWriter.pending

    def long_after(self: IndexWriter, pending: Pending) -> Pending:
        jobs.finish()
        (detail,) = bench.invocation().ci.describe_jobs(BUCKET, (pending.job_id,)).details
        bench.completion().store(detail)
        return note(self, pending)

    mocker.patch.object(IndexWriter, "pending", autospec=True, side_effect=long_after)
    bench.submission().submit_all((bench.upload(),))
    before = [bench.read(key) for key in bench.stored("index/jobs/")]
    assert (len(before), len(noted(bench))) == (1, 1)
    repair(bench)
    assert [bench.read(key) for key in bench.stored("index/jobs/")] == before
    assert len(bench.stored("index/log/")) == 1
    assert noted(bench) == []
