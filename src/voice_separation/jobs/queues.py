"""Queues, and the service that VoiceSeparate belongs to: Smart Audio (460/46234, 1045/73364).

Which queue a VoiceSeparate job goes to is not stated by any page; buckets bound before 2024 may still use the media
queue. The submit answer's `QueueId` tells.
"""

from enum import Enum

from pydantic import Field

from voice_separation.jobs.nodes import Many, Moment, Node, Number, Text
from voice_separation.jobs.paging import Page


class QueueKind(str, Enum):
    """The families of queues that matter here, by the path of their API."""

    MEDIA = "/queue"
    SMART_AUDIO = "/asrqueue"


class NotifyConfig(Node):
    """Where a queue reports its jobs to; the address may be a secret."""

    url: Text = Field(None, repr=False, exclude=True)
    event: Text = None
    type: Text = None
    state: Text = None
    result_format: Text = None
    mq_mode: Text = None
    mq_region: Text = None
    mq_name: Text = None


class Queue(Node):
    """One queue: `Active` or `Paused`, how many jobs it may hold and run at once."""

    queue_id: str
    name: Text = None
    state: Text = None
    category: Text = None
    bucket_id: Text = None
    max_size: Number = None
    max_concurrent: Number = None
    notify_config: NotifyConfig | None = None
    create_time: Moment = None
    update_time: Moment = None


class QueuePage(Page):
    """One page of a list of queues."""

    queue_list: Many[Queue] = ()
    non_exist_ids: Many[str] = Field((), alias="NonExistPIDs")


class SmartAudioBucket(Node):
    """A bucket with Smart Audio enabled."""

    bucket_id: Text = None
    name: Text = None
    region: Text = None
    create_time: Moment = None


class SmartAudioBuckets(Node):
    """The answer to asking which buckets have it enabled."""

    request_id: Text = None
    total_count: Number = None
    asr_bucket_list: Many[SmartAudioBucket] = ()
