"""The lives of jobs from their turn to their end."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.ci.job_faults import JobFaults
from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.ci.pace import Immediate, Pace
from localcloud.ci.separating import JobFailedError, run_job
from localcloud.ci.turns import Turns
from localcloud.clock import Clock
from localcloud.cos.models import Cos

_log = logging.getLogger("localcloud.ci")


class _StoppedError(Exception):
    """CI is being stopped in the middle of a job."""


@dataclass(frozen=True)
class _Outcome:
    """How a job's work ended; the fields are those of Job."""

    state: State
    code: str = "Success"
    message: str = ""
    files: tuple[OutputFile, ...] = ()


class JobRunner:
    """Does each job on a thread of its own, and tells `on_finished` of it; that must not raise.

    `most(queue_id)` tells how many jobs of a queue run at once, `pace` when a job may begin and when it may end. The
    work is done and the stems are stored before a job may end: only the news waits.
    """

    def __init__(
        self,
        jobs: JobStore,
        cos: Cos,
        clock: Clock,
        on_finished: Callable[[Job], None],
        *,
        most: Callable[[str], int],
        pace: Pace | None = None,
        faults: JobFaults | None = None,
    ) -> None:
        self._faults = faults or JobFaults()
        self._jobs = jobs
        self._cos = cos
        self._clock = clock
        self._on_finished = on_finished
        self._pace = pace or Immediate()
        self._turns = Turns(self._begin, most)
        self._may_end: set[str] = set()
        self._stopped = False
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()

    def add(self, job: Job) -> None:
        """Have the job done in its turn: the higher its level, the sooner."""
        level = job.request.operation.job_level
        self._pace.step(job.job_id, lambda: self._turns.add(job.job_id, job.queue_id, level))

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not done, and return whether it did wait."""
        if self._turns.withdraw(job.job_id, job.queue_id):
            return True
        return job.job_id not in self._turns.begun and self._pace.withdraw(job.job_id)

    def begin_what_may(self, queue_id: str) -> None:
        """Begin what waits in a queue whose limit was changed."""
        self._turns.begin_what_may(queue_id)

    def is_idle(self) -> bool:
        """Return whether every job is finished, or waits for somebody, and everyone is told."""
        return self._pace.is_idle() and all(map(self._pace.waits_for_somebody, self._turns.begun))

    def stop(self) -> None:
        """Stop working, in the middle of jobs if need be, and return when their threads have ended."""
        self._turns.stop()
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            threads = tuple(self._threads)
        for thread in threads:
            thread.join()
        self._pace.stop()  # last, for only now can no job ask it for a step

    def _begin(self, job_id: str) -> None:
        thread = threading.Thread(target=self._run, args=(job_id,), name="localcloud:ci", daemon=True)
        with self._changed:
            if self._stopped:
                return
            self._threads.add(thread)
            thread.start()

    def _run(self, job_id: str) -> None:
        try:
            outcome = self._outcome(self._jobs.update(job_id, state=State.RUNNING, start_time=self._clock()))
            self._wait_until_it_may_end(job_id)
            self._finish(job_id, outcome)
        except _StoppedError:
            return
        finally:
            with self._changed:
                self._threads.discard(threading.current_thread())
        self._turns.end(job_id)

    def _outcome(self, job: Job) -> _Outcome:
        try:
            self._faults.strike()
            return _Outcome(
                State.SUCCESS, files=run_job(job, self._cos, lambda percent: self._advance(job.job_id, percent))
            )
        except _StoppedError:
            raise
        except JobFailedError as failure:
            _log.info("Job %s failed: %s (%s)", job.job_id, failure, type(failure.__cause__).__name__)
            return _Outcome(State.FAILED, failure.code, failure.message)
        except Exception:  # noqa: BLE001 - one job never takes the others with it
            _log.exception("Job %s broke off", job.job_id)
            message = "The local cloud itself failed at this job; its log has the cause under the job's id."
            return _Outcome(State.FAILED, "InternalError", message)

    def _advance(self, job_id: str, percent: int) -> None:
        if self._stopped:
            raise _StoppedError
        self._jobs.update(job_id, progress=min(percent, 99))

    def _wait_until_it_may_end(self, job_id: str) -> None:
        self._pace.step(job_id, lambda: self._let_end(job_id))
        with self._changed:
            self._changed.wait_for(lambda: job_id in self._may_end or self._stopped)
            if job_id not in self._may_end:
                raise _StoppedError
            self._may_end.discard(job_id)

    def _let_end(self, job_id: str) -> None:
        with self._changed:
            self._may_end.add(job_id)
            self._changed.notify_all()

    def _finish(self, job_id: str, outcome: _Outcome) -> None:
        progress = 100 if outcome.state is State.SUCCESS else self._jobs.of(job_id).progress
        job = self._jobs.update(
            job_id,
            state=outcome.state,
            end_time=self._clock(),
            code=outcome.code,
            message=outcome.message,
            progress=progress,
            files=outcome.files,
        )
        self._on_finished(job)
