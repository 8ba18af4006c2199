"""The lives of jobs from their turn to their end."""

import logging
from collections.abc import Callable
from typing import Any

from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import Job, State
from localcloud.ci.separating import JobFailedError, run_job
from localcloud.ci.worker import Worker
from localcloud.clock import Clock
from localcloud.cos.models import Cos

_log = logging.getLogger("localcloud.ci")


class _StoppedError(Exception):
    """CI is being stopped in the middle of a job."""


class JobRunner:
    """Does jobs one at a time on a thread of its own, and tells `on_finished` of each; that must not raise."""

    def __init__(self, jobs: JobStore, cos: Cos, clock: Clock, on_finished: Callable[[Job], None]) -> None:
        self._jobs = jobs
        self._cos = cos
        self._clock = clock
        self._on_finished = on_finished
        self._worker = Worker(self._run)

    def add(self, job: Job) -> None:
        """Have the job done in its turn: the higher its level, the sooner."""
        self._worker.add(job.job_id, job.request.operation.job_level)

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not done, and return whether it did wait."""
        return self._worker.withdraw(job.job_id)

    def is_idle(self) -> bool:
        """Return whether every job is finished and everyone told."""
        return self._worker.is_idle()

    def stop(self) -> None:
        """Stop working, in the middle of a job if need be, and return when the thread has ended."""
        self._worker.stop()

    def _run(self, job_id: str) -> None:
        job = self._jobs.update(job_id, state=State.RUNNING, start_time=self._clock())
        try:
            files = run_job(job, self._cos, lambda percent: self._advance(job_id, percent))
        except _StoppedError:
            return
        except JobFailedError as failure:
            _log.info("Job %s failed: %s (%s)", job_id, failure, type(failure.__cause__).__name__)
            job = self._finish(job_id, State.FAILED, code=failure.code, message=failure.message)
        except Exception:  # noqa: BLE001 - one job never takes the others with it
            _log.exception("Job %s broke off", job_id)
            message = "The local cloud itself failed at this job; its log has the cause under the job's id."
            job = self._finish(job_id, State.FAILED, code="InternalError", message=message)
        else:
            job = self._finish(job_id, State.SUCCESS, progress=100, files=files)
        self._on_finished(job)

    def _advance(self, job_id: str, percent: int) -> None:
        if self._worker.stopped:
            raise _StoppedError
        self._jobs.update(job_id, progress=min(percent, 99))

    def _finish(self, job_id: str, state: State, **changes: Any) -> Job:
        return self._jobs.update(job_id, state=state, end_time=self._clock(), **changes)
