"""Executions: what became of each object that a workflow was started with (460/80044, 460/80050)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from localcloud.ci import times
from localcloud.ci.jobs import Job, State
from localcloud.ci.listing import Time
from localcloud.ci.nodes import Parameters, comma_separated
from localcloud.ci.workflows import MediaWorkflow

ExecutionState = Literal["Running", "Success", "Failed", "Cancel"]
ListedState = Literal["All", "Running", "Success", "Failed", "Cancel"]

_UNFINISHED = frozenset({State.SUBMITTED, State.RUNNING, State.PAUSE})


@dataclass(frozen=True)
class Task:
    """What a node of the workflow became: a job, or, where none could be submitted, nothing but a failure."""

    name: str  # of the node
    template_id: str
    job: Job | None

    @property
    def state(self) -> State:
        """Its job's state."""
        return self.job.state if self.job else State.FAILED


@dataclass(frozen=True)
class WorkflowExecution:
    """One run of a workflow, as it is now; `cos_headers` are the upload's."""

    run_id: str
    workflow: MediaWorkflow
    object: str
    cos_headers: Mapping[str, str]
    create_time: datetime
    tasks: tuple[Task, ...]

    @property
    def state(self) -> ExecutionState:
        """Running until all tasks are over; then Failed if one is (1545/65202), Cancel if one is cancelled."""
        states = {task.state for task in self.tasks}
        if states & _UNFINISHED:
            return "Running"
        if State.FAILED in states:
            return "Failed"
        return "Cancel" if State.CANCEL in states else "Success"


class ExecutionFilter(Parameters):
    """Which executions are asked for, in which order, after which one; both times are inclusive."""

    workflow_id: str = Field(min_length=1)
    name: str = ""  # the object's key
    order_by_time: Literal["Desc", "Asc"] = "Desc"
    next_token: str = ""
    size: int = Field(default=10, ge=1, le=100)
    states: Annotated[tuple[ListedState, ...], comma_separated] = ("All",)
    start_creation_time: Time | None = None
    end_creation_time: Time | None = None
    job_id: str = ""  # of a batch job; there are none here

    def admits(self, execution: WorkflowExecution) -> bool:
        """Whether it is asked for."""
        return (
            execution.workflow.workflow_id == self.workflow_id
            and self.name in ("", execution.object)
            and not self.job_id
            and ("All" in self.states or execution.state in self.states)
            and times.between(execution.create_time, self.start_creation_time, self.end_creation_time)
        )


@dataclass(frozen=True)
class ExecutionPage:
    """Some executions; `next_token` asks for those after them and is empty where there are none."""

    executions: tuple[WorkflowExecution, ...]
    next_token: str
