"""The jobs that this CI knows, by id."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from localcloud.ci.jobs import Job, KnownJob, RestoredJob, State


@dataclass(frozen=True)
class Found:
    """The jobs that are known of those asked for, and the ids of the others."""

    jobs: tuple[KnownJob, ...]
    missing: tuple[str, ...]


class JobStore:
    """Every job as it is now. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, KnownJob] = {}

    def add(self, job: Job) -> None:
        """Know a new job."""
        with self._lock:
            self._jobs[job.job_id] = job

    def restore(self, job: RestoredJob) -> None:
        """Know a job of another CI; one that this CI did itself stays as it is."""
        with self._lock:
            if not isinstance(self._jobs.get(job.job_id), Job):
                self._jobs[job.job_id] = job

    def of(self, job_id: str) -> Job:
        """Return a job of this CI as it is now."""
        with self._lock:
            return self._own(job_id)

    def update(self, job_id: str, **changes: Any) -> Job:
        """Change a job of this CI and return it as it is then."""
        with self._lock:
            self._jobs[job_id] = updated = replace(self._own(job_id), **changes)
            return updated

    def get(self, bucket: str, job_ids: Iterable[str]) -> Found:
        """Return what is known of these jobs of the bucket, in the order asked for."""
        with self._lock:
            known = [(job_id, self._jobs.get(job_id)) for job_id in job_ids]
        return Found(
            jobs=tuple(job for _, job in known if job is not None and job.bucket == bucket),
            missing=tuple(job_id for job_id, job in known if job is None or job.bucket != bucket),
        )

    def all(self) -> tuple[KnownJob, ...]:
        """Return every job, the first submitted first."""
        with self._lock:
            return tuple(self._jobs.values())

    def writes(self, bucket: str, key: str) -> bool:
        """Return whether a job that runs has this object among its outputs."""
        return any(
            isinstance(job, Job)
            and job.state is State.RUNNING
            and job.request.operation.output.bucket == bucket
            and key in job.output_keys.values()
            for job in self.all()
        )

    def of_queue(self, queue_id: str) -> tuple[Job, ...]:
        """Return the jobs of this CI in a queue, the first submitted first."""
        return tuple(job for job in self.all() if isinstance(job, Job) and job.queue_id == queue_id)

    def _own(self, job_id: str) -> Job:
        job = self._jobs[job_id]
        assert isinstance(job, Job)
        return job
