"""Cloud Infinite: jobs and templates, the rules of their lives, and who does the work."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from localcloud.ci.job_request import JobRequest, output_keys
from localcloud.ci.jobs import Job, KnownJob, RestoredJob, State, Template
from localcloud.ci.nodes import invalid_argument
from localcloud.ci.notifications import read_notification
from localcloud.ci.rendering import render_notification
from localcloud.ci.separating import JobFailedError, run_job
from localcloud.ci.voice_separate import VoiceSeparate
from localcloud.ci.worker import Worker
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError

Deliver = Callable[[str, str, bytes], object]
"""Sends a notification: address, content type, body. It may raise; that is logged and harms nothing."""
TokenHex = Callable[[int], str]

_log = logging.getLogger("localcloud.ci")


@dataclass(frozen=True)
class Found:
    """The jobs that are known of those asked for, and the ids of the others."""

    jobs: tuple[KnownJob, ...]
    missing: tuple[str, ...]


class _StoppedError(Exception):
    """CI is being stopped in the middle of a job."""


class Ci:
    """All jobs and templates. Safe to share between threads; jobs are done one at a time on a thread of its own."""

    def __init__(self, cos: Cos, *, clock: Clock, deliver: Deliver, token_hex: TokenHex = secrets.token_hex) -> None:
        self._cos = cos
        self._clock = clock
        self._deliver = deliver
        self._token_hex = token_hex
        self._lock = threading.Lock()
        self._jobs: dict[str, KnownJob] = {}
        self._templates: dict[str, Template] = {}
        self._queue_ids: dict[str, str] = {}
        self._worker = Worker(self._do)

    def add_template(self, template: Template) -> None:
        """Make a template known, in place of one with the same id."""
        with self._lock:
            self._templates[template.template_id] = template

    def queue_id(self, bucket: str) -> str:
        """Return the id of the bucket's one queue."""
        with self._lock:
            return self._queue_ids.setdefault(bucket, f"p{self._token_hex(16)}")

    def submit(self, bucket: str, region: str, request: JobRequest) -> Job:
        """Accept a job for an object of the bucket and return it as it begins.

        Whether the object is there is asked when the job runs; when CI asks is UNVERIFIED. A QueueId nobody made
        here is taken as it comes. Raises CloudError 404 NoSuchBucket, 400 TemplateNotFound or InvalidArgument.
        """
        self._cos.require_bucket(bucket, region)
        template, separate = self._parameters(request)
        job_id = f"j{self._token_hex(16)}"
        job = Job(
            job_id=job_id,
            bucket=bucket,
            region=region,
            queue_id=request.queue_id or self.queue_id(bucket),
            request=request,
            template=template,
            voice_separate=separate,
            output_keys=output_keys(request.operation.output, separate, job_id),
            creation_time=self._clock(),
        )
        with self._lock:
            self._jobs[job_id] = job
        self._worker.add(job_id, request.operation.job_level)
        return job

    def get(self, bucket: str, job_ids: Iterable[str]) -> Found:
        """Return what is known of these jobs of the bucket, in the order asked for."""
        with self._lock:
            known = [(job_id, self._jobs.get(job_id)) for job_id in job_ids]
        return Found(
            jobs=tuple(job for _, job in known if job is not None and job.bucket == bucket),
            missing=tuple(job_id for job_id, job in known if job is None or job.bucket != bucket),
        )

    def jobs(self) -> tuple[KnownJob, ...]:
        """Return every job, the first submitted first."""
        with self._lock:
            return tuple(self._jobs.values())

    def restore(self, notification: bytes) -> tuple[RestoredJob, ...]:
        """Know the jobs that a TaskFinish notification, XML or JSON, tells of, as if they had been done here.

        A job that this CI did itself stays as it is. Raises CloudError 400 InvalidContent.
        """
        restored = read_notification(notification)
        with self._lock:
            for job in restored:
                if not isinstance(self._jobs.get(job.job_id), Job):
                    self._jobs[job.job_id] = job
        return restored

    def is_idle(self) -> bool:
        """Return whether every job is finished and every notification delivered."""
        return self._worker.is_idle()

    def stop(self) -> None:
        """Stop working, in the middle of a job if need be, and return when the thread has ended."""
        self._worker.stop()

    def _parameters(self, request: JobRequest) -> tuple[Template | None, VoiceSeparate]:
        operation = request.operation
        if operation.template_id:
            with self._lock:
                template = self._templates.get(operation.template_id)
            if template is None:
                message = f"There is no template {operation.template_id!r} here. Add it, or send VoiceSeparate."
                raise CloudError(400, "TemplateNotFound", message)
            return template, template.voice_separate
        if operation.voice_separate is None:
            raise invalid_argument("Request.Operation has neither TemplateId nor VoiceSeparate. Give one.")
        return None, operation.voice_separate

    def _do(self, job_id: str) -> None:
        job = self._update(job_id, state=State.RUNNING, start_time=self._clock())
        try:
            files = run_job(job, self._cos, lambda percent: self._advance(job_id, percent))
        except _StoppedError:
            return
        except JobFailedError as failure:
            job = self._finish(job_id, State.FAILED, code=failure.code, message=failure.message)
        except Exception:  # noqa: BLE001 - one job never takes the others with it
            _log.exception("Job %s broke off", job_id)
            message = "The local cloud itself failed at this job; its log has the cause under the job's id."
            job = self._finish(job_id, State.FAILED, code="InternalError", message=message)
        else:
            job = self._finish(job_id, State.SUCCESS, progress=100, files=files)
        self._notify(job)

    def _advance(self, job_id: str, percent: int) -> None:
        if self._worker.stopped:
            raise _StoppedError
        self._update(job_id, progress=min(percent, 99))

    def _finish(self, job_id: str, state: State, **changes: Any) -> Job:
        return self._update(job_id, state=state, end_time=self._clock(), **changes)

    def _update(self, job_id: str, **changes: Any) -> Job:
        with self._lock:
            job = self._jobs[job_id]
            assert isinstance(job, Job)
            self._jobs[job_id] = updated = replace(job, **changes)
            return updated

    def _notify(self, job: Job) -> None:
        if not job.request.wants_callback:
            return
        content_type, body = render_notification(job)
        try:
            self._deliver(job.request.call_back, content_type, body)
        except Exception as error:  # noqa: BLE001 - whatever the receiver does, the job is done
            # Its address may be a secret, and an error may quote the address.
            _log.warning("The notification of job %s was not delivered (%s)", job.job_id, type(error).__name__)
