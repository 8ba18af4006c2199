"""Workflows run: an upload, or somebody's request, becomes jobs."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from localcloud.ci.executions import ExecutionFilter, ExecutionPage, Task, WorkflowExecution
from localcloud.ci.job_request import JobRequest, Operation, RequestInput
from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import Job, Workflow
from localcloud.ci.pages import told_after
from localcloud.ci.workflow_store import Workflows
from localcloud.ci.workflows import MediaWorkflow
from localcloud.clock import Clock
from localcloud.cos.models import Cos, ObjectCreated, StoredObject
from localcloud.errors import CloudError

_log = logging.getLogger("localcloud.ci")


class Submit(Protocol):
    """Accepts a job: `Ci.submit`."""

    def __call__(self, bucket: str, region: str, request: JobRequest, *, workflow: Workflow) -> Job:
        """Return the job as it begins. Raises CloudError."""


@dataclass(frozen=True)
class _Run:
    """What is remembered of an execution: the ids of its jobs by node, without those that could not be submitted."""

    run_id: str
    workflow: MediaWorkflow
    object: str
    cos_headers: Mapping[str, str]
    create_time: datetime
    job_ids: Mapping[str, str]


class WorkflowRuns:
    """All executions of all workflows. Safe to share between threads. They are not kept between starts."""

    def __init__(
        self,
        workflows: Workflows,
        jobs: JobStore,
        cos: Cos,
        submit: Submit,
        *,
        clock: Clock,
        token_hex: Callable[[int], str],
    ) -> None:
        self._workflows = workflows
        self._jobs = jobs
        self._cos = cos
        self._submit = submit
        self._clock = clock
        self._token_hex = token_hex
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._ended: set[str] = set()

    def on_object_created(self, created: ObjectCreated) -> None:
        """Start the active workflows that the upload is for.

        What a job writes starts none, so that a prefix which holds outputs too does not run for ever; what CI does is
        UNVERIFIED. Where no job can be submitted nobody is told but the log; that is UNVERIFIED, too.
        """
        stored = created.object
        workflows = self._workflows.started_by(stored.bucket, stored.key)
        if not workflows or self._jobs.writes(stored.bucket, stored.key):
            return
        headers = {**_headers(stored), "EventName": created.event_name, "Size": str(stored.size)}
        for workflow in workflows:
            try:
                self._start(workflow, stored.region, stored.key, headers)
            except CloudError as error:
                _log.warning("The workflow %s did not start for %r: %s", workflow.workflow_id, stored.key, error)

    def trigger(self, bucket: str, region: str, workflow_id: str, key: str) -> WorkflowExecution:
        """Start a workflow, active or not, with an object that need not be new.

        Raises CloudError 400 WorkflowNotFound, 404 NoSuchKey, or why no job can be submitted. When CI looks whether
        the object is there, and whether a paused workflow starts, is UNVERIFIED.
        """
        workflow = self._workflows.get(bucket, workflow_id)
        return self._start(workflow, region, key, _headers(self._cos.get(bucket, key)))

    def get(self, bucket: str, run_id: str) -> WorkflowExecution:
        """Return an execution. Raises CloudError 404 WorkflowExecutionNotFound, which is a guess."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.workflow.bucket != bucket:
            message = f"The bucket {bucket!r} has no workflow execution {run_id!r}. List those of its workflows."
            raise CloudError(404, "WorkflowExecutionNotFound", message)
        return self._execution(run)

    def list(self, bucket: str, wanted: ExecutionFilter) -> ExecutionPage:
        """Return a page of the executions of a workflow. Raises CloudError 400 InvalidArgument."""
        with self._lock:
            runs = tuple(self._runs.values())
        executions = [self._execution(run) for run in runs if run.workflow.bucket == bucket]
        ordered = sorted(executions, key=lambda each: each.create_time, reverse=wanted.order_by_time == "Desc")
        found = told_after(
            wanted.next_token, ordered, wanted.admits, size=wanted.size, id_of=lambda execution: execution.run_id
        )
        return ExecutionPage(*found)

    def of(self, job: Job) -> WorkflowExecution | None:
        """Return the execution that a job is part of, None if it is of no workflow that was run here."""
        with self._lock:
            run = self._runs.get(job.workflow.run_id) if job.workflow else None
        return self._execution(run) if run else None

    def ended_with(self, job: Job) -> WorkflowExecution | None:
        """Return the execution that is over now that this job is, once; None for all its other jobs."""
        execution = self.of(job)
        if execution is None or execution.state == "Running":
            return None
        with self._lock:
            if execution.run_id in self._ended:
                return None
            self._ended.add(execution.run_id)
        return execution

    def _start(
        self, workflow: MediaWorkflow, region: str, key: str, cos_headers: Mapping[str, str]
    ) -> WorkflowExecution:
        run_id = f"i{self._token_hex(16)}"
        created = self._clock()
        with self._lock:  # held until all jobs are known, so that none ends before
            submitted = {
                node: self._submit_node(
                    Workflow(node, run_id, workflow.workflow_id, workflow.name, cos_headers), workflow, region, key
                )
                for node in workflow.topology.operations
            }
            job_ids = {name: job.job_id for name, job in submitted.items() if isinstance(job, Job)}
            if not job_ids:
                raise next(refusal for refusal in submitted.values() if isinstance(refusal, CloudError))
            self._runs[run_id] = run = _Run(run_id, workflow, key, cos_headers, created, job_ids)
        return self._execution(run)

    def _submit_node(self, node: Workflow, workflow: MediaWorkflow, region: str, key: str) -> Job | CloudError:
        operation = workflow.topology.operations[node.name]
        request = JobRequest(
            input=RequestInput(object=key),
            operation=Operation(template_id=operation.template_id, output=operation.output),
            queue_id=workflow.topology.start.queue_id,
        )
        try:
            return self._submit(workflow.bucket, region, request, workflow=node)
        except CloudError as error:
            return error

    def _execution(self, run: _Run) -> WorkflowExecution:
        tasks = tuple(
            Task(name, operation.template_id, self._jobs.of(run.job_ids[name]) if name in run.job_ids else None)
            for name, operation in run.workflow.topology.operations.items()
        )
        return WorkflowExecution(run.run_id, run.workflow, run.object, run.cos_headers, run.create_time, tasks)


def _headers(stored: StoredObject) -> dict[str, str]:
    return {**stored.metadata, "Content-Type": stored.content_type, "x-cos-request-id": stored.request_id}
