import pytest

from localcloud.ci.call_backs import CallBack, KafkaConfig, MqConfig, Url
from localcloud.ci.queues import NotifyConfig, QueueUpdate, read_queue_update
from localcloud.errors import CloudError

ON = "<State>On</State><Event>TaskFinish,WorkflowFinish</Event>"
URL = "<Type>Url</Type><Url>http://queue.example/secret</Url>"


def update(notify_config: str = "<State>Off</State>", name: str = "mine", state: str = "Active") -> QueueUpdate:
    nodes = f"<Name>{name}</Name><State>{state}</State><NotifyConfig>{notify_config}</NotifyConfig>"
    return read_queue_update(f"<Request>{nodes}</Request>".encode())


@pytest.mark.parametrize(
    ("config", "call_back"),
    [
        (ON + URL, CallBack(Url("http://queue.example/secret"), "XML")),
        (ON + URL + "<ResultFormat>JSON</ResultFormat>", CallBack(Url("http://queue.example/secret"), "JSON")),
        (
            f"{ON}<Type>TDMQ</Type><MqRegion>sh</MqRegion><MqName>news</MqName>",
            CallBack(MqConfig(mq_region="sh", mq_mode="Queue", mq_name="news"), "XML"),
        ),
        (
            f"{ON}<Type>Kafka</Type><KafkaConfig><Region>r</Region><InstanceId>i</InstanceId><Topic>t</Topic>"
            "</KafkaConfig>",
            CallBack(KafkaConfig(region="r", instance_id="i", topic="t"), "XML"),
        ),
        ("<State>On</State><Event>WorkflowFinish</Event>" + URL, None),
        ("<State>Off</State><Event>TaskFinish</Event>" + URL, None),
        (URL, None),
    ],
)
def test_a_queue_tells_of_finished_jobs_if_it_is_told_to(config: str, call_back: CallBack | None) -> None:
    assert update(config).notify_config.call_back("TaskFinish") == call_back


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ("<State>on</State>", "NotifyConfig.State"),
        ("<State>On</State>" + URL, "NotifyConfig is not right: State is On and there is no Event"),
        (ON, "Type or what it needs"),
        (f"{ON}<Type>Url</Type>", "Type or what it needs"),
        (f"{ON}<Type>Url</Type><Url>ftp://queue.example</Url>", "Type or what it needs"),
        (f"{ON}<Type>TDMQ</Type><MqName>news</MqName>", "Type or what it needs"),
        (f"{ON}<Type>TDMQ</Type><MqRegion>xx</MqRegion><MqName>news</MqName>", "NotifyConfig.MqRegion"),
        (f"{ON}<Type>Kafka</Type>", "Type or what it needs"),
        (f"{ON}{URL}<ResultFormat>YAML</ResultFormat>", "NotifyConfig.ResultFormat"),
    ],
)
def test_a_queue_that_is_to_tell_must_know_what_and_whom(config: str, names: str) -> None:
    with pytest.raises(CloudError, match=f"^400 InvalidArgument: Request.*{names}") as refusal:
        update(config)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("nodes", "names"),
    [({"name": ""}, "Name"), ({"name": "x" * 129}, "Name"), ({"state": "Asleep"}, "State"), ({"state": ""}, "State")],
)
def test_a_queue_has_a_name_and_a_state(nodes: dict[str, str], names: str) -> None:
    with pytest.raises(CloudError, match=rf"^400 InvalidArgument: Request\.{names}"):
        update(**nodes)


def test_an_update_says_all_of_it() -> None:
    with pytest.raises(CloudError, match=r"^400 InvalidArgument: Request\.NotifyConfig"):
        read_queue_update(b"<Request><Name>mine</Name><State>Active</State></Request>")


def test_an_address_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(update(ON + URL))
    assert "secret" not in repr(NotifyConfig(url="http://queue.example/secret"))
