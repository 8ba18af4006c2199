"""Cloud Infinite: what may be asked of it, and the rules."""

import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from localcloud.ci.acceptance import CATEGORY, Acceptance
from localcloud.ci.call_backs import Message
from localcloud.ci.job_faults import JobFaults
from localcloud.ci.job_request import NO_MORE, JobRequest, output_keys
from localcloud.ci.job_runner import JobRunner
from localcloud.ci.job_store import Found, JobStore
from localcloud.ci.jobs import Job, KnownJob, RestoredJob, State, Workflow
from localcloud.ci.listing import JobFilter, JobPage, page
from localcloud.ci.notifications import read_notification
from localcloud.ci.notifier import Deliver, Notifier
from localcloud.ci.pace import Pace
from localcloud.ci.pretending import Pretended, PretendingRunner
from localcloud.ci.queue_store import Queues
from localcloud.ci.queues import NotifyConfig, Queue, QueueCategory, QueueUpdate
from localcloud.ci.rendering import render_notification
from localcloud.ci.services import MEDIA_PROCESSING, SMART_AUDIO, ServiceBuckets
from localcloud.ci.template_store import Templates
from localcloud.ci.workflow_rendering import render_workflow_finish
from localcloud.ci.workflow_runs import WorkflowRuns
from localcloud.ci.workflow_store import Workflows
from localcloud.ci.workflows import WorkflowRequest
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError

TokenHex = Callable[[int], str]

JOBS_AT_ONCE = 1  # of a queue: a job keeps one core busy and needs some 300 MiB


class Runner(Protocol):
    """What has jobs done: really (JobRunner), or only seemingly (PretendingRunner)."""

    def add(self, job: Job) -> None:
        """Have the job done in its turn."""

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not done, and return whether it did wait."""

    def begin_what_may(self, queue_id: str) -> None:
        """Begin what waits in a queue whose limit was changed."""

    def is_idle(self) -> bool:
        """Return whether every job is finished, or waits for somebody, and everyone is told."""

    def stop(self) -> None:
        """Stop working."""


class Ci:
    """Jobs, and the templates, queues, workflows and opened buckets they need. Safe to share between threads.

    Jobs are really done, `max_concurrent` of each queue at once, or, with `pretended`, seem to be done. `pace` says
    when a job that is really done goes from state to state; by default as fast as the work does. `directory` keeps all
    of these between starts but the jobs. `require_opened`: Smart Audio has to be opened for a bucket before jobs are
    taken, as on the real cloud. `list_lag_seconds`, assigned at any time, hides younger jobs from a search, never from
    a question by id; whether the real CI lags is UNVERIFIED, so by default this one does not.
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
        max_concurrent: int = JOBS_AT_ONCE,
        pace: Pace | None = None,
        pretended: Pretended | None = None,
    ) -> None:
        self.list_lag_seconds = 0.0
        self.templates = Templates(clock, token_hex, directory)
        self.smart_audio = ServiceBuckets(SMART_AUDIO, cos, clock, directory, require_opened=require_opened)
        self.media_processing = ServiceBuckets(MEDIA_PROCESSING, cos, clock, directory)
        most = pretended.max_concurrent if pretended else max_concurrent
        self._queues = Queues(clock, token_hex, directory, max_concurrent=most)
        self._cos = cos
        self._clock = clock
        self._token_hex = token_hex
        self._jobs = JobStore()
        self._acceptance = Acceptance(self.templates, self._queues, self._jobs)
        self.workflows = Workflows(clock, token_hex, directory)
        self.workflow_runs = WorkflowRuns(
            self.workflows, self._jobs, cos, self.submit, clock=clock, token_hex=token_hex
        )
        self._notifier = Notifier(deliver)
        self.faults = JobFaults()
        most_at_once = self._queues.most_concurrent
        self._runner: Runner = (
            PretendingRunner(pretended, self._jobs, cos, clock, self._tell, most=most_at_once)
            if pretended
            else JobRunner(self._jobs, cos, clock, self._tell, most=most_at_once, pace=pace, faults=self.faults)
        )
        self._turnstile = threading.Lock()  # a job enters or leaves its queue, or the queue changes: one at a time

    @property
    def messages(self) -> tuple[Message, ...]:
        """The news that TDMQ and Kafka would have got."""
        return self._notifier.messages

    def require_bucket(self, bucket: str, region: str) -> None:
        """Raise CloudError 404 NoSuchBucket unless the bucket is there and in this region."""
        self._cos.require_bucket(bucket, region)

    def check_workflow(self, bucket: str, request: WorkflowRequest) -> WorkflowRequest:
        """Return what a workflow of the bucket is to be. Raises CloudError 400 TemplateNotFound."""
        for operation in request.topology.operations.values():
            self.templates.get(bucket, operation.template_id)
        return request

    def queue(self, bucket: str, category: QueueCategory = CATEGORY) -> Queue:
        """Return the bucket's queue: the one for VoiceSeparate, or that of another category."""
        return self._queues.get(bucket, category)

    def set_max_size(self, bucket: str, max_size: int) -> None:
        """Let this many jobs wait in the bucket's queue for VoiceSeparate; the next is refused."""
        self._queues.set_limits(bucket, CATEGORY, max_size=max_size)

    def set_max_concurrent(self, bucket: str, max_concurrent: int) -> None:
        """Let this many jobs of the bucket's queue for VoiceSeparate run at once."""
        queue = self._queues.set_limits(bucket, CATEGORY, max_concurrent=max_concurrent)
        self._runner.begin_what_may(queue.queue_id)

    def close_service(self, buckets: ServiceBuckets, bucket: str) -> None:
        """Close a service for the bucket and delete its queue (1045/73365); jobs that wait in it stay."""
        buckets.close(bucket)
        self._queues.close(bucket, buckets.service.queue)

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
        self.smart_audio.require(bucket)
        template, separate = self._acceptance.parameters(bucket, request)
        job_id = f"j{self._token_hex(16)}"
        more = workflow.placeholders(request.input.object) if workflow else NO_MORE
        keys = output_keys(request.operation.output, separate, job_id, more)
        with self._turnstile:
            job = Job(
                job_id=job_id,
                bucket=bucket,
                region=region,
                queue_id=self._acceptance.open_queue(bucket, request.queue_id),
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
        """Return whether every job is finished, cancelled or waits for somebody, and all news is delivered."""
        return self._runner.is_idle()

    def stop(self) -> None:
        """Stop working, in the middle of jobs if need be, and return when their threads have ended."""
        self._runner.stop()

    def _is_in_queue(self, job: KnownJob, wanted: JobFilter) -> bool:
        if wanted.queue_id:
            return job.queue_id == wanted.queue_id
        if wanted.queue_type:
            queue = self._queues.find(job.bucket, job.queue_id)
            return queue is not None and queue.category == wanted.queue_type
        return True

    def _tell(self, job: Job) -> None:
        config = self._notify_config(job)
        call_back = job.request.call_back_or(config.call_back("TaskFinish") if config else None)
        if call_back is not None:
            self._notifier.notify(job.job_id, call_back, partial(render_notification, job))
        execution = self.workflow_runs.ended_with(job)
        call_back = config.call_back("WorkflowFinish") if config else None
        if execution is not None and execution.state != "Cancel" and call_back is not None:
            self._notifier.notify(execution.run_id, call_back, partial(render_workflow_finish, execution))

    def _notify_config(self, job: Job) -> NotifyConfig | None:
        """Return whom to tell: the workflow's, or else the queue's, as it is now; that CI does so is UNVERIFIED."""
        execution = self.workflow_runs.of(job)
        if execution is not None and execution.workflow.topology.start.notify_config is not None:
            return execution.workflow.topology.start.notify_config
        queue = self._queues.find(job.bucket, job.queue_id)
        return queue.notify_config if queue else None
