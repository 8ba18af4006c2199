"""The workflows of all buckets."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from localcloud.ci.kept import KeptFile
from localcloud.ci.pages import Page
from localcloud.ci.workflows import MediaWorkflow, WorkflowFilter, WorkflowRequest, WorkflowState
from localcloud.clock import Clock
from localcloud.errors import CloudError


class Workflows:
    """All workflows. Safe to share between threads; a later one of the same directory has the same workflows."""

    def __init__(self, clock: Clock, token_hex: Callable[[int], str], directory: Path | None) -> None:
        self._clock = clock
        self._token_hex = token_hex
        self._kept = KeptFile(directory, "workflows", MediaWorkflow)
        self._lock = threading.Lock()
        self._workflows = {workflow.workflow_id: workflow for workflow in self._kept.load()}

    def create(self, bucket: str, request: WorkflowRequest) -> MediaWorkflow:
        """Make a workflow of the bucket; that two may have one name is UNVERIFIED."""
        with self._lock:
            now = self._clock()
            workflow_id = f"w{self._token_hex(16)}"
            return self._keep(
                MediaWorkflow(workflow_id, bucket, request.name, request.state, request.topology, now, now)
            )

    def update(self, bucket: str, workflow_id: str, request: WorkflowRequest) -> MediaWorkflow:
        """Make the workflow what the request says. Raises CloudError 400 WorkflowNotFound, 403 AccessDenied."""
        with self._lock:
            former = self._paused(bucket, workflow_id)
            return self._keep(
                replace(
                    former,
                    name=request.name,
                    state=request.state,
                    topology=request.topology,
                    update_time=self._clock(),
                )
            )

    def set_state(self, bucket: str, workflow_id: str, state: WorkflowState) -> MediaWorkflow:
        """Have uploads start the workflow, or not. Raises CloudError 400 WorkflowNotFound."""
        with self._lock:
            return self._keep(replace(self._own(bucket, workflow_id), state=state, update_time=self._clock()))

    def delete(self, bucket: str, workflow_id: str) -> None:
        """Forget the workflow; what it started goes on. Raises CloudError 400 WorkflowNotFound, 403 AccessDenied."""
        with self._lock:
            del self._workflows[self._paused(bucket, workflow_id).workflow_id]
            self._kept.save(self._workflows.values())

    def get(self, bucket: str, workflow_id: str) -> MediaWorkflow:
        """Return the workflow. Raises CloudError 400 WorkflowNotFound."""
        with self._lock:
            return self._own(bucket, workflow_id)

    def of(self, bucket: str) -> tuple[MediaWorkflow, ...]:
        """Return every workflow of the bucket, the first made first."""
        with self._lock:
            return tuple(workflow for workflow in self._workflows.values() if workflow.bucket == bucket)

    def started_by(self, bucket: str, key: str) -> tuple[MediaWorkflow, ...]:
        """Return the workflows that an upload to this key starts; real ones only minutes after they were made."""
        return tuple(
            workflow
            for workflow in self.of(bucket)
            if workflow.state == "Active" and workflow.topology.start.admits(key)
        )

    def page(self, bucket: str, wanted: WorkflowFilter) -> Page[MediaWorkflow]:
        """Return the page of the bucket's workflows that is asked for."""
        return wanted.page_of([workflow for workflow in self.of(bucket) if wanted.admits(workflow)])

    def missing(self, bucket: str, workflow_ids: Sequence[str]) -> tuple[str, ...]:
        """Return which of these ids are of no workflow of the bucket."""
        known = {workflow.workflow_id for workflow in self.of(bucket)}
        return tuple(workflow_id for workflow_id in workflow_ids if workflow_id not in known)

    def _own(self, bucket: str, workflow_id: str) -> MediaWorkflow:
        workflow = self._workflows.get(workflow_id)
        if workflow is None or workflow.bucket != bucket:
            message = f"The bucket {bucket!r} has no workflow {workflow_id!r}. List its workflows to see what it has."
            raise CloudError(400, "WorkflowNotFound", message)  # the code and its status are guesses
        return workflow

    def _paused(self, bucket: str, workflow_id: str) -> MediaWorkflow:
        workflow = self._own(bucket, workflow_id)
        if workflow.state == "Active":
            # That an enabled workflow can be neither edited nor deleted is documented, the error is not.
            message = f"The workflow {workflow_id!r} is active. Send PUT /workflow/{workflow_id}?paused first."
            raise CloudError(403, "AccessDenied", message)
        return workflow

    def _keep(self, workflow: MediaWorkflow) -> MediaWorkflow:
        self._workflows[workflow.workflow_id] = workflow
        self._kept.save(self._workflows.values())
        return workflow
