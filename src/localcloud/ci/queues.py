"""The queues that jobs wait in: what they are, and how one asks for them and changes them (460/46234, 436/98454)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from localcloud.ci.call_backs import (
    CallBack,
    CallBackFormat,
    CallBackType,
    Destination,
    KafkaConfig,
    MqConfig,
    MqMode,
    MqRegion,
    Url,
)
from localcloud.ci.nodes import Node, Texts, read_node, read_request
from localcloud.ci.pages import PageParameters

QueueCategory = Literal["Transcoding", "Speeching"]  # of media processing and of Smart Audio
QueueState = Literal["Active", "Paused"]

Event = Literal["TaskFinish", "WorkflowFinish"]  # of a job, of a workflow's execution


class NotifyConfig(Node):
    """Whom a queue tells of its jobs, where they do not say themselves."""

    url: str = Field(default="", repr=False)  # it may hold a secret
    event: str = ""
    type: CallBackType | None = None
    state: Literal["On", "Off"] = "Off"
    result_format: CallBackFormat = "XML"
    mq_mode: MqMode = "Queue"
    mq_region: MqRegion | None = None
    mq_name: str = ""
    kafka_config: KafkaConfig | None = None

    @model_validator(mode="after")
    def _says_what_and_where(self) -> "NotifyConfig":
        if self.state == "Off":
            return self
        if not self.event:
            raise ValueError("State is On and there is no Event, name TaskFinish, WorkflowFinish, or both")
        if self._destination() is None:
            raise ValueError("State is On, and Type or what it needs (Url, Mq..., KafkaConfig) is missing")
        return self

    def call_back(self, event: Event) -> CallBack | None:
        """Return whom to tell of such an event, if anyone."""
        destination = self._destination()
        if self.state == "Off" or event not in self.event.split(",") or destination is None:
            return None
        return CallBack(destination, self.result_format)

    def _destination(self) -> Destination | None:
        match self.type:
            case "TDMQ" if self.mq_region and self.mq_name:
                return MqConfig(mq_region=self.mq_region, mq_mode=self.mq_mode, mq_name=self.mq_name)
            case "Kafka":
                return self.kafka_config
            case "Url" if self.url.startswith(("http://", "https://")):
                return Url(self.url)
        return None


@dataclass(frozen=True)
class Queue:
    """A queue of a bucket: `max_size` jobs may wait in it, `max_concurrent` of its jobs run at once.

    10000 and 10 are what the vendor's samples show. No request changes either; the vendor does, when asked.
    """

    queue_id: str
    bucket: str
    category: QueueCategory
    name: str
    create_time: datetime
    update_time: datetime
    state: QueueState = "Active"
    notify_config: NotifyConfig = field(default_factory=NotifyConfig)
    max_size: int = 10000
    max_concurrent: int = 10


class QueueUpdate(Node):
    """What a queue is to be from now on; all of it is required."""

    name: str = Field(min_length=1, max_length=128)
    state: QueueState
    notify_config: NotifyConfig


class QueueFilter(PageParameters):
    """Which queues are asked for."""

    queue_ids: Texts = ()
    state: Literal["Active", "Paused", "All"] = "All"  # All is what the vendor's Python SDK sends
    category: Literal["CateAll", "Transcoding", "SpeedTranscoding"] = "Transcoding"  # for media processing only

    def admits(self, queue: Queue) -> bool:
        """Whether it is asked for."""
        return (
            self.category != "SpeedTranscoding"  # there is no such queue here
            and self.state in ("All", queue.state)
            and (not self.queue_ids or queue.queue_id in self.queue_ids)
        )


def read_queue_update(body: bytes) -> QueueUpdate:
    """Return the update. Raises CloudError 400 MissingContent, InvalidContent or InvalidArgument."""
    return read_node(QueueUpdate, read_request(body))
