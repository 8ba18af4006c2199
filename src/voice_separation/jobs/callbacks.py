"""How CI is to tell that a job has finished (460/84794): over HTTP, through a message queue, or not at all.

Each wins over what the queue of the job is set to. The app itself uses HTTP; the queues are for those who want no
public address. `Kafka` is known from the Go and Java SDKs only.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voice_separation.jobs.formats import CallbackFormat
from voice_separation.jobs.nodes import Tree


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class UrlCallback(_Frozen):
    """POST to an address, which may be a secret."""

    url: str = Field(repr=False, pattern=r"^https?://[^\s/]+\S*$")
    format: CallbackFormat = CallbackFormat.JSON

    def nodes(self) -> Tree:
        """Return the nodes of the request."""
        return {"CallBackFormat": self.format.value, "CallBackType": "Url", "CallBack": self.url}


class NoCallback(_Frozen):
    """Suppress even the callback that the queue is set to."""

    def nodes(self) -> Tree:
        """Return the nodes of the request."""
        return {"CallBack": "no"}


class TdmqCallback(_Frozen):
    """A message to TDMQ for CMQ."""

    region: Literal["sh", "bj", "gz", "cd", "hk"]
    mode: Literal["Queue", "Topic"] = "Queue"
    name: str = Field(min_length=1)
    format: CallbackFormat = CallbackFormat.JSON

    def nodes(self) -> Tree:
        """Return the nodes of the request."""
        config = {"MqRegion": self.region, "MqMode": self.mode, "MqName": self.name}
        return {"CallBackFormat": self.format.value, "CallBackType": "TDMQ", "CallBackMqConfig": config}


class KafkaCallback(_Frozen):
    """A message to CKafka; UNVERIFIED for this Tag."""

    region: str = Field(min_length=1)
    instance_id: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    format: CallbackFormat = CallbackFormat.JSON

    def nodes(self) -> Tree:
        """Return the nodes of the request."""
        config = {"Region": self.region, "InstanceId": self.instance_id, "Topic": self.topic}
        return {"CallBackFormat": self.format.value, "CallBackType": "Kafka", "CallBackKafkaConfig": config}


Callback = UrlCallback | NoCallback | TdmqCallback | KafkaCallback
