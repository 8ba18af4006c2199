"""Cloud Infinite: what may be asked of it, and the rules."""

import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from localcloud.ci.asr_buckets import AsrBuckets
from localcloud.ci.call_backs import Message
from localcloud.ci.job_request import JobRequest, output_keys
from localcloud.ci.job_runner import JobRunner
from localcloud.ci.job_store import Found, JobStore
from localcloud.ci.jobs import Job, KnownJob, RestoredJob, State, Workflow
from localcloud.ci.listing import JobFilter, JobPage, page
from localcloud.ci.nodes import invalid_argument
from localcloud.ci.notifications import read_notification
from localcloud.ci.notifier import Deliver, Notifier
from localcloud.ci.pretending import Pretended, PretendingRunner
from localcloud.ci.queue_store import Queues
from localcloud.ci.queues import Queue, QueueCategory, QueueUpdate
from localcloud.ci.template_store import Templates
from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import VoiceSeparate
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError

TokenHex = Callable[[int], str]

_CATEGORY: QueueCategory = "Speeching"  # of the queue for VoiceSeparate


class Runner(Protocol):
    """What has jobs done: really (JobRunner), or only seemingly (PretendingRunner)."""

    def add(self, job: Job) -> None:
        """Have the job done in its turn."""

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not done, and return whether it did wait."""

    def is_idle(self) -> bool:
        """Return whether every job is finished and everyone told."""

    def stop(self) -> None:
        """Stop working."""


class Ci:
    """Jobs, and the templates, queues and opened buckets they need. Safe to share between threads.

    Jobs are done one at a time on a thread of their own, or, with `pretended`, seem to be done. `directory` keeps the
    templates between starts. `require_opened`: Smart Audio has to be opened for a bucket before jobs are taken, as on
    the real cloud. `list_lag_seconds`, assigned at any time, hides younger jobs from a search, never from a question
    by id; whether the real CI lags is UNVERIFIED, so by default this one does not.
    """

    def __init__(
        self,
        cos: Cos,
        *,
        clock: Clock,
        deliver: Deliver,
        token_hex: TokenHex = secrets.token_hex,
        directory: Path | None = None,
        require_opened: bool = False,
        pretended: Pretended | None = None,
    ) -> None:
        self.list_lag_seconds = 0.0
        self.max_concurrent = pretended.max_concurrent if pretended else 1
        self.templates = Templates(clock, token_hex, directory)
        self.asr_buckets = AsrBuckets(cos, clock, require_opened=require_opened)
        self._queues = Queues(clock, token_hex)
        self._cos = cos
        self._clock = clock
        self._token_hex = token_hex
        self._jobs = JobStore()
        self._notifier = Notifier(deliver)
        self._runner: Runner = (
            PretendingRunner(pretended, self._jobs, cos, clock, self._tell)
            if pretended
            else JobRunner(self._jobs, cos, clock, self._tell)
        )
        self._turnstile = threading.Lock()  # a job enters or leaves its queue, or the queue changes: one at a time

    @property
    def messages(self) -> tuple[Message, ...]:
        """The news that TDMQ and Kafka would have got."""
        return self._notifier.messages

    def require_bucket(self, bucket: str, region: str) -> None:
        """Raise CloudError 404 NoSuchBucket unless the bucket is there and in this region."""
        self._cos.require_bucket(bucket, region)

    def add_template(self, template: Template) -> None:
        """Make a template known, in place of one with the same id."""
        self.templates.add(template)

    def queue(self, bucket: str, category: QueueCategory = _CATEGORY) -> Queue:
        """Return the bucket's queue: the one for VoiceSeparate, or that of another category."""
        return self._queues.get(bucket, category)

    def set_max_size(self, bucket: str, max_size: int) -> None:
        """Let this many jobs wait in the bucket's queue for VoiceSeparate; the next is refused."""
        self._queues.set_max_size(bucket, _CATEGORY, max_size)

    def update_queue(self, bucket: str, category: QueueCategory, queue_id: str, update: QueueUpdate) -> Queue:
        """Change a queue; while it is paused, jobs that wait are in the state Pause. Raises 400 QueueNotFound."""
        with self._turnstile:
            queue = self._queues.update(bucket, category, queue_id, update)
            for job in self._jobs.of_queue(queue_id):
                if queue.state == "Paused" and self._runner.withdraw(job):
                    self._jobs.update(job.job_id, state=State.PAUSE)
                elif queue.state == "Active" and job.state is State.PAUSE:
                    self._runner.add(self._jobs.update(job.job_id, state=State.SUBMITTED))
            return queue

    def submit(self, bucket: str, region: str, request: JobRequest, *, workflow: Workflow | None = None) -> Job:
        """Accept a job for an object of the bucket and return it as it begins; `workflow` is what it is part of.

        Whether the object is there is asked when the job runs; when CI asks is UNVERIFIED. A QueueId nobody made
        here is taken as it comes. Raises CloudError 404 NoSuchBucket, 400 MediaBucketUnBinded, TemplateNotFound or
        InvalidArgument, 403 QueuePaused or QueueSaturated.
        """
        self._cos.require_bucket(bucket, region)
        self.asr_buckets.require(bucket)
        template, separate = self._parameters(bucket, request)
        job_id = f"j{self._token_hex(16)}"
        keys = output_keys(request.operation.output, separate, job_id)
        with self._turnstile:
            job = Job(
                job_id=job_id,
                bucket=bucket,
                region=region,
                queue_id=self._open_queue(bucket, request.queue_id),
                request=request,
                template=template,
                voice_separate=separate,
                output_keys=keys,
                creation_time=self._clock(),
                workflow=workflow,
            )
            self._jobs.add(job)
            self._runner.add(job)
        return job

    def cancel(self, bucket: str, job_id: str) -> None:
        """Cancel a job that waits. Nobody is told; that is UNVERIFIED.

        Raises CloudError 403 AccessDenied for any other, 404 JobNotFound. Both codes are guesses: the vendor only
        says that there is an error (1045/43702).
        """
        with self._turnstile:
            found = self._jobs.get(bucket, [job_id])
            if not found.jobs:
                message = f"The bucket {bucket!r} has no job {job_id!r}. List its jobs to see what it has."
                raise CloudError(404, "JobNotFound", message)
            (job,) = found.jobs
            if not isinstance(job, Job) or not (job.state is State.PAUSE or self._runner.withdraw(job)):
                message = f"Job {job_id!r} does not wait any more, so it cannot be cancelled. Ask for its state."
                raise CloudError(403, "AccessDenied", message)
            self._jobs.update(job_id, state=State.CANCEL, end_time=self._clock())

    def get(self, bucket: str, job_ids: Iterable[str]) -> Found:
        """Return what is known of these jobs of the bucket, in the order asked for."""
        return self._jobs.get(bucket, job_ids)

    def list(self, bucket: str, wanted: JobFilter) -> JobPage:
        """Return a page of the bucket's jobs. Raises CloudError 400 InvalidArgument for a token of somewhere else."""
        hidden_since = self._clock() - timedelta(seconds=self.list_lag_seconds) if self.list_lag_seconds else None
        jobs = (
            job
            for job in self._jobs.all()
            if job.bucket == bucket
            and wanted.input_object in ("", job.input_object)  # first, for it leaves the fewest to sort
            and (hidden_since is None or job.creation_time <= hidden_since)
        )
        return page(jobs, wanted, lambda job: self._is_in_queue(job, wanted) and wanted.admits(job))

    def jobs(self) -> tuple[KnownJob, ...]:
        """Return every job, the first submitted first."""
        return self._jobs.all()

    def restore(self, notification: bytes) -> tuple[RestoredJob, ...]:
        """Know the jobs that a TaskFinish notification, XML or JSON, tells of, as if they had been done here.

        A job that this CI did itself stays as it is. Raises CloudError 400 InvalidContent.
        """
        restored = read_notification(notification)
        for job in restored:
            self._jobs.restore(job)
        return restored

    def is_idle(self) -> bool:
        """Return whether every job is finished, cancelled or held by its queue, and every notification delivered."""
        return self._runner.is_idle()

    def stop(self) -> None:
        """Stop working, in the middle of a job if need be, and return when the thread has ended."""
        self._runner.stop()

    def _parameters(self, bucket: str, request: JobRequest) -> tuple[Template | None, VoiceSeparate]:
        operation = request.operation
        if operation.template_id:
            template = self.templates.get(bucket, operation.template_id)
            return template, template.voice_separate
        if operation.voice_separate is None:
            raise invalid_argument("Request.Operation has neither TemplateId nor VoiceSeparate. Give one.")
        return None, operation.voice_separate

    def _open_queue(self, bucket: str, queue_id: str) -> str:
        """Return the id of the queue that the next job goes to."""
        queue = self._queues.find(bucket, queue_id) if queue_id else self.queue(bucket)
        if queue is None:
            return queue_id
        if queue.state == "Paused":
            message = f"The queue {queue.name!r} of the bucket {bucket!r} is paused. Set its State to Active."
            raise CloudError(403, "QueuePaused", message)
        waiting = sum(job.state is State.SUBMITTED for job in self._jobs.of_queue(queue.queue_id))
        if waiting >= queue.max_size:
            message = f"{waiting} jobs wait in the queue {queue.name!r} of the bucket {bucket!r}. Submit again later."
            raise CloudError(403, "QueueSaturated", message)
        return queue.queue_id

    def _is_in_queue(self, job: KnownJob, wanted: JobFilter) -> bool:
        if wanted.queue_id:
            return job.queue_id == wanted.queue_id
        if wanted.queue_type:
            queue = self._queues.find(job.bucket, job.queue_id)
            return queue is not None and queue.category == wanted.queue_type
        return True

    def _tell(self, job: Job) -> None:
        queue = self._queues.find(job.bucket, job.queue_id)  # as it is now; that CI does so is UNVERIFIED
        call_back = job.request.call_back_or(queue.notify_config.call_back if queue else None)
        if call_back is not None:
            self._notifier.notify(job, call_back)
