import pytest
from pydantic import ValidationError

from voice_separation.jobs.callbacks import Callback, KafkaCallback, NoCallback, TdmqCallback, UrlCallback
from voice_separation.jobs.formats import CallbackFormat


@pytest.mark.parametrize(
    ("callback", "nodes"),
    [
        (
            UrlCallback(url="https://h.example/cb", format=CallbackFormat.XML),
            {"CallBackFormat": "XML", "CallBackType": "Url", "CallBack": "https://h.example/cb"},
        ),
        (NoCallback(), {"CallBack": "no"}),
        (
            TdmqCallback(region="gz", mode="Topic", name="done"),
            {
                "CallBackFormat": "JSON",
                "CallBackType": "TDMQ",
                "CallBackMqConfig": {"MqRegion": "gz", "MqMode": "Topic", "MqName": "done"},
            },
        ),
        (
            KafkaCallback(region="ap-guangzhou", instance_id="ckafka-1", topic="done"),
            {
                "CallBackFormat": "JSON",
                "CallBackType": "Kafka",
                "CallBackKafkaConfig": {"Region": "ap-guangzhou", "InstanceId": "ckafka-1", "Topic": "done"},
            },
        ),
    ],
)
def test_each_way_of_reporting_has_its_nodes(callback: Callback, nodes: dict[str, object]) -> None:
    assert callback.nodes() == nodes


def test_a_queue_in_a_region_that_tdmq_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="region"):
        TdmqCallback(region="nowhere", name="done")  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["ftp://h.example", "h.example", "https:///path", "https://h.example/a b"])
def test_what_is_no_http_address_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        UrlCallback(url=url)
    assert url not in str(caught.value)


def test_an_address_is_not_shown_by_repr() -> None:
    assert "h.example" not in repr(UrlCallback(url="https://h.example/v1/secret"))
