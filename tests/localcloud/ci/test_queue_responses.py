"""Queues on the wire, with the vendor's SDK as the client."""

from typing import Any

from tests.localcloud.ci.lab import BUCKET, request_for
from tests.localcloud.ci.wire import Wire, refused

NODES = ["QueueId", "Name", "State", "NotifyConfig", "MaxSize", "MaxConcurrent", "UpdateTime", "CreateTime", "Category"]
ON = {
    "State": "On",
    "Url": "http://127.0.0.1:9/queue",
    "Type": "Url",
    "Event": "TaskFinish,WorkflowFinish",
    "ResultFormat": "JSON",
}


def asr_queue(wire: Wire) -> Any:
    (queue,) = wire.client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
    return queue


def test_the_vendors_sdk_finds_the_queue_of_smart_audio(wire: Wire) -> None:
    answer = wire.client.ci_get_asr_queue(Bucket=BUCKET)
    assert list(answer) == ["RequestId", "TotalCount", "PageNumber", "PageSize", "QueueList"]
    assert answer["TotalCount"] == "1"
    (queue,) = answer["QueueList"]
    assert list(queue) == NODES
    assert (queue["Name"], queue["Category"]) == ("queue-smart-audio-1", "Speeching")
    assert (queue["State"], queue["MaxSize"], queue["MaxConcurrent"]) == ("Active", "10000", "1")
    assert queue["NotifyConfig"] == {"Url": None, "Event": None, "Type": None, "State": "Off", "ResultFormat": "XML"}
    assert queue["QueueId"] == wire.lab.submit(request_for()).queue_id


def test_the_vendors_sdk_finds_the_queue_of_media_processing(wire: Wire) -> None:
    (queue,) = wire.client.ci_get_media_queue(Bucket=BUCKET)["QueueList"]
    assert (queue["Name"], queue["Category"]) == ("queue-1", "Transcoding")
    assert queue["QueueId"] != asr_queue(wire)["QueueId"]


def test_queues_are_searched_by_id_state_and_category(wire: Wire) -> None:
    queue_id = asr_queue(wire)["QueueId"]
    answer = wire.client.ci_get_asr_queue(Bucket=BUCKET, QueueIds=f"{queue_id},A,B", State="Active")
    assert [queue["QueueId"] for queue in answer["QueueList"]] == [queue_id]
    assert answer["NonExistPIDs"] == ["A", "B"]
    assert wire.client.ci_get_asr_queue(Bucket=BUCKET, State="Paused")["TotalCount"] == "0"
    totals = [
        wire.send("GET", f"/queue?category={category}").document["Response"]["TotalCount"]
        for category in ("CateAll", "Transcoding", "SpeedTranscoding")
    ]
    assert totals == ["1", "1", "0"]
    assert wire.send("GET", "/queue?state=Asleep").error == (400, "InvalidArgument")


def test_the_vendors_sdk_updates_a_queue(wire: Wire) -> None:
    queue = asr_queue(wire)
    request = {"Name": "My-Queue-asr", "State": "Paused", "NotifyConfig": ON}
    answer = wire.client.ci_update_asr_queue(Bucket=BUCKET, QueueId=queue["QueueId"], Request=request)
    assert list(answer) == ["RequestId", "Queue"]
    (changed,) = answer["Queue"]
    assert (changed["Name"], changed["State"], changed["NotifyConfig"]) == ("My-Queue-asr", "Paused", ON)
    assert changed["CreateTime"] == queue["CreateTime"]
    assert changed["UpdateTime"] > queue["UpdateTime"]
    assert asr_queue(wire) == changed
    (media,) = wire.client.ci_get_media_queue(Bucket=BUCKET)["QueueList"]
    request = {"Name": "My-Queue-Media", "State": "Active", "NotifyConfig": {"State": "Off"}}
    wire.client.ci_update_media_queue(Bucket=BUCKET, QueueId=media["QueueId"], Request=request)
    assert wire.client.ci_get_media_queue(Bucket=BUCKET)["QueueList"][0]["Name"] == "My-Queue-Media"


def test_a_queue_says_which_broker_it_tells(wire: Wire) -> None:
    queue_id = asr_queue(wire)["QueueId"]
    tdmq = {"State": "On", "Event": "TaskFinish", "Type": "TDMQ", "MqMode": "Topic", "MqRegion": "sh", "MqName": "n"}
    kafka_config = {"Region": "ap-guangzhou", "InstanceId": "ckafka-1", "Topic": "news"}
    kafka = {"State": "On", "Event": "TaskFinish", "Type": "Kafka", "KafkaConfig": kafka_config}
    for config in (tdmq, kafka):
        request = {"Name": "mine", "State": "Active", "NotifyConfig": config}
        wire.client.ci_update_asr_queue(Bucket=BUCKET, QueueId=queue_id, Request=request)
        assert asr_queue(wire)["NotifyConfig"] == {**config, "Url": None, "ResultFormat": "XML"}


def test_the_vendors_sdk_sees_refusals(wire: Wire) -> None:
    request = {"Name": "mine", "State": "Active", "NotifyConfig": {"State": "Off"}}
    with refused(400, "QueueNotFound"):
        wire.client.ci_update_asr_queue(Bucket=BUCKET, QueueId="p404", Request=request)
    with refused(400, "InvalidArgument"):
        wire.client.ci_update_asr_queue(
            Bucket=BUCKET, QueueId=asr_queue(wire)["QueueId"], Request={**request, "State": "Asleep"}
        )


def test_a_queue_that_was_told_so_tells_of_a_job(wire: Wire) -> None:
    request = {"Name": "mine", "State": "Active", "NotifyConfig": ON}
    wire.client.ci_update_asr_queue(Bucket=BUCKET, QueueId=asr_queue(wire)["QueueId"], Request=request)
    wire.lab.run(request_for())
    assert [delivery.url for delivery in wire.lab.deliveries] == ["http://127.0.0.1:9/queue"]
