"""Which jobs to list: the parameters of `GET /jobs` (460/84766, 2025-12-03)."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voice_separation.jobs.states import JobState
from voice_separation.jobs.ticket import TAG

QueueType = Literal[
    "Transcoding", "Speeching", "PicProcess", "AIProcess", "SpeedTranscoding", "DocProcess", "FileProcess"
]


class JobFilter(BaseModel):
    """A filter on jobs; what is None does not filter.

    `input_object` matches exactly, `queue_id` wins over `queue_type`, times are aware. CI keeps jobs for a month
    (console text of 2023); how soon a new job is listed is not documented.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    tag: str = TAG
    queue_id: str | None = None
    queue_type: QueueType | None = None
    input_object: str | None = None
    states: tuple[JobState, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    workflow_id: str | None = None
    inventory_trigger_job_id: str | None = None
    order_by_time: Literal["Desc", "Asc"] = "Desc"
    size: int = Field(100, ge=1, le=100)

    def params(self, next_token: str | None = None) -> dict[str, str]:
        """Return the query parameters of one page."""
        params = {
            "tag": self.tag,
            "queueId": self.queue_id,
            "queueType": self.queue_type,
            "inputObject": self.input_object,
            "states": ",".join(state.value for state in self.states) or None,
            "startCreationTime": _written(self.created_from),
            "endCreationTime": _written(self.created_to),
            "workflowId": self.workflow_id,
            "inventoryTriggerJobId": self.inventory_trigger_job_id,
            "orderByTime": self.order_by_time,
            "size": str(self.size),
            "nextToken": next_token,
        }
        return {name: value for name, value in params.items() if value is not None}


def _written(moment: datetime | None) -> str | None:
    """Write a time as the vendor does: `2001-01-01T00:00:00+0800`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z") if moment else None
