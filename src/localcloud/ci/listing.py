"""Which jobs to list, and a page of them: GET /jobs (460/84766, 436/47197)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from localcloud.ci import times
from localcloud.ci.jobs import KnownJob
from localcloud.ci.nodes import Parameters, comma_separated
from localcloud.ci.pages import told_after

QueueType = Literal[
    "Transcoding", "Speeching", "PicProcess", "AIProcess", "SpeedTranscoding", "DocProcess", "FileProcess"
]
ListedState = Literal["All", "Submitted", "Running", "Success", "Failed", "Pause", "Cancel"]
Time = Annotated[datetime, BeforeValidator(lambda value: times.read(value) if isinstance(value, str) else value)]


class JobFilter(Parameters):
    """Which jobs are asked for, in which order, after which one; what is empty does not filter.

    Both times are inclusive and mean whole seconds. That neither `tag` nor a queue is required is UNVERIFIED: older
    documents want both.
    """

    queue_id: str = ""
    queue_type: QueueType | None = None  # for the queue's owner to ask; `queue_id` beats it
    tag: str = ""
    workflow_id: str = ""
    inventory_trigger_job_id: str = ""
    input_object: str = ""
    order_by_time: Literal["Desc", "Asc"] = "Desc"
    next_token: str = ""
    size: int = Field(default=10, ge=1, le=100)
    states: Annotated[tuple[ListedState, ...], comma_separated] = ("All",)
    start_creation_time: Time | None = None
    end_creation_time: Time | None = None

    def admits(self, job: KnownJob) -> bool:
        """Whether it is asked for, whatever its queue."""
        return (
            self.tag in ("", job.tag)
            and self.workflow_id in ("", job.workflow_id)
            and not self.inventory_trigger_job_id  # there are no batch jobs here
            and self.input_object in ("", job.input_object)
            and ("All" in self.states or job.state in self.states)
            and times.between(job.creation_time, self.start_creation_time, self.end_creation_time)
        )


@dataclass(frozen=True)
class JobPage:
    """Some jobs; `next_token` asks for those after them and is empty where there are none."""

    jobs: tuple[KnownJob, ...]
    next_token: str


def page(jobs: Iterable[KnownJob], wanted: JobFilter, admits: Callable[[KnownJob], bool]) -> JobPage:
    """Return the page of these jobs, which come as they were submitted. Raises CloudError 400 InvalidArgument."""
    ordered = sorted(jobs, key=lambda job: job.creation_time)
    if wanted.order_by_time == "Desc":
        ordered.reverse()
    return JobPage(*told_after(wanted.next_token, ordered, admits, size=wanted.size, id_of=lambda job: job.job_id))
