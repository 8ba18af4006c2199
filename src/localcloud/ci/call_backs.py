"""Where the news of a finished job goes: to an address, to a message queue (TDMQ), to Kafka."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from localcloud.ci.nodes import Node

CallBackFormat = Literal["XML", "JSON"]
CallBackType = Literal["Url", "TDMQ", "Kafka"]
MqRegion = Literal["sh", "bj", "gz", "cd", "hk"]
MqMode = Literal["Queue", "Topic"]


class MqConfig(Node):
    """A queue or topic of TDMQ for CMQ."""

    mq_region: MqRegion
    mq_mode: MqMode = "Queue"
    mq_name: str = Field(min_length=1)


class KafkaConfig(Node):
    """A topic of a CKafka instance. Only the vendor's SDKs know of it; that VoiceSeparate offers it is UNVERIFIED."""

    region: str = Field(min_length=1)
    instance_id: str = Field(min_length=1)
    topic: str = Field(min_length=1)


@dataclass(frozen=True)
class Url:
    """An http or https address. It may hold a secret."""

    address: str = field(repr=False)


Broker = MqConfig | KafkaConfig
Destination = Url | Broker


@dataclass(frozen=True)
class CallBack:
    """A destination, and the format it wants."""

    destination: Destination
    format: CallBackFormat


@dataclass(frozen=True)
class Message:
    """News for a broker. There is none here, so it is only kept. `about` is a JobId, or the RunId of a workflow."""

    about: str
    broker: Broker
    content_type: str
    body: bytes
