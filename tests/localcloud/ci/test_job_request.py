import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.call_backs import CallBack, KafkaConfig, MqConfig, Url
from localcloud.ci.job_request import JobRequest, output_keys, read_job_request
from localcloud.errors import CloudError
from localcloud.media.models import Stem
from tests.localcloud.ci.lab import BOTH, BUCKET, OUTPUT, body, request_for


def keys(request: JobRequest) -> dict[Stem, str]:
    separate = request.operation.voice_separate
    assert separate is not None
    return output_keys(request.operation.output, separate, "j123")


def test_a_full_request_is_read() -> None:
    request = request_for(
        operation="<UserData>mine</UserData><JobLevel>2</JobLevel>",
        request="<QueueId>p1</QueueId><CallBack>https://example.com/a?b=1&amp;c=2</CallBack>"
        "<CallBackFormat>JSON</CallBackFormat><CallBackType>Url</CallBackType>",
    )
    assert request.input.object == "in/talk.mp3"
    assert (request.operation.output.bucket, request.operation.output.au_object) == (BUCKET, "out/voice.mp3")
    assert (request.operation.user_data, request.operation.job_level) == ("mine", 2)
    assert (request.queue_id, request.call_back_format) == ("p1", "JSON")
    assert request.call_back == "https://example.com/a?b=1&c=2"
    assert request.call_back_or(None) == CallBack(Url("https://example.com/a?b=1&c=2"), "JSON")


@pytest.mark.parametrize("nodes", ["", "<CallBack></CallBack>", "<CallBack/>", "<CallBack>no</CallBack>"])
def test_without_an_address_nobody_is_told(nodes: str) -> None:
    assert request_for(request=nodes).call_back_or(None) is None


QUEUES_OWN = CallBack(Url("http://queue.example"), "JSON")
TDMQ = "<CallBackMqConfig><MqRegion>sh</MqRegion><MqMode>Topic</MqMode><MqName>news</MqName></CallBackMqConfig>"
KAFKA = (
    "<CallBackKafkaConfig><Region>ap-guangzhou</Region><InstanceId>ckafka-1</InstanceId><Topic>news</Topic>"
    "</CallBackKafkaConfig>"
)


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ("", QUEUES_OWN),
        ("<CallBackFormat>XML</CallBackFormat>", CallBack(Url("http://queue.example"), "XML")),
        ("<CallBack>no</CallBack>", None),
        (f"<CallBack>no</CallBack><CallBackType>TDMQ</CallBackType>{TDMQ}", None),
        ("<CallBack>http://own.example</CallBack>", CallBack(Url("http://own.example"), "XML")),
        (
            f"<CallBackType>TDMQ</CallBackType>{TDMQ}<CallBackFormat>JSON</CallBackFormat>",
            CallBack(MqConfig(mq_region="sh", mq_mode="Topic", mq_name="news"), "JSON"),
        ),
        (
            f"<CallBackType>Kafka</CallBackType>{KAFKA}",
            CallBack(KafkaConfig(region="ap-guangzhou", instance_id="ckafka-1", topic="news"), "XML"),
        ),
    ],
)
def test_what_the_job_says_counts_more_than_what_its_queue_says(nodes: str, told: CallBack | None) -> None:
    assert request_for(request=nodes).call_back_or(QUEUES_OWN) == told


def test_a_queue_of_tdmq_is_meant_unless_a_topic_is_said() -> None:
    config = "<CallBackMqConfig><MqRegion>hk</MqRegion><MqName>news</MqName></CallBackMqConfig>"
    told = request_for(request=f"<CallBackType>TDMQ</CallBackType>{config}").call_back_or(None)
    assert told is not None
    assert told.destination == MqConfig(mq_region="hk", mq_mode="Queue", mq_name="news")


def test_the_vendors_sample_of_2021_is_read_with_its_empty_nodes() -> None:
    request = read_job_request(
        b"<Request>\n<Tag>VoiceSeparate</Tag>\n<Input>\n <Object>test.mp4</Object>\n</Input>\n<Operation>\n"
        b"<TemplateId>t1460606b9752148c4ab182f55163ba7cd</TemplateId>\n<Output>\n<Region>ap-beijing</Region>\n"
        b"<Bucket>abc-1250000000</Bucket>\n<Object>a.mp3</Object>\n<AuObject></AuObject>\n</Output>\n"
        b"</Operation>\n<QueueId></QueueId>\n<CallBack></CallBack>\n</Request>"
    )
    assert request.operation.template_id == "t1460606b9752148c4ab182f55163ba7cd"
    assert (request.operation.output.object, request.operation.output.au_object) == ("a.mp3", "")


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        ({"tag": "Transcode"}, "Only VoiceSeparate is offered"),
        ({"tag": ""}, "Only VoiceSeparate is offered"),
        ({"key": ""}, r"Request\.Input"),
        ({"how": ""}, "neither TemplateId nor VoiceSeparate"),
        ({"output": OUTPUT}, "Object and AuObject are both empty"),
        ({"output": "<Bucket>b-1</Bucket><Object>o</Object>"}, r"Operation\.Output\.Region"),
        ({"output": "<Region>r</Region><Object>o</Object>"}, r"Operation\.Output\.Bucket"),
        ({"output": f"{BOTH}<Object>another</Object>"}, r"Operation\.Output\.Object"),
        ({"operation": "<JobLevel>3</JobLevel>"}, r"Operation\.JobLevel"),
        ({"operation": f"<UserData>{'x' * 1025}</UserData>"}, r"Operation\.UserData"),
        ({"request": "<CallBackFormat>YAML</CallBackFormat>"}, "CallBackFormat"),
        ({"request": "<CallBackType>Fax</CallBackType>"}, "CallBackType"),
        ({"request": "<CallBackType>TDMQ</CallBackType>"}, "no CallBackMqConfig"),
        ({"request": "<CallBackType>Kafka</CallBackType>"}, "no CallBackKafkaConfig"),
        (
            {"request": f"<CallBackType>TDMQ</CallBackType>{TDMQ.replace('sh', 'xx')}"},
            r"Request\.CallBackMqConfig\.MqRegion",
        ),
        ({"request": f"<CallBackType>Kafka</CallBackType>{KAFKA.replace('ckafka-1', '')}"}, r"KafkaConfig\.InstanceId"),
        ({"request": "<CallBack>ftp://example.com</CallBack>"}, "CallBack"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_naming_the_node(nodes: dict[str, str], names: str) -> None:
    with pytest.raises(CloudError, match=names) as refusal:
        request_for(**nodes)
    assert (refusal.value.status, refusal.value.code) == (400, "InvalidArgument")


def test_several_operations_at_once_are_not_offered() -> None:
    with pytest.raises(CloudError, match=r"several Request\.Operation at once \(MultiJobs\)") as refusal:
        request_for(request="<Operation><Output/></Operation>")
    assert (refusal.value.status, refusal.value.code) == (501, "NotImplemented")


def test_a_refused_address_is_not_repeated() -> None:
    with pytest.raises(CloudError) as refusal:
        request_for(request="<CallBack>htp://example.com/secret</CallBack>")
    assert "secret" not in str(refusal.value)
    assert "secret" not in repr(request_for(request="<CallBack>http://example.com/secret</CallBack>"))


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "MissingContent"), (b"{}", "InvalidContent"), (b"<Request>", "InvalidContent"), (b"<A/>", "InvalidContent")],
)
def test_a_body_that_is_no_request_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CloudError) as refusal:
        read_job_request(content)
    assert (refusal.value.status, refusal.value.code) == (400, code)


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text().map(lambda text: f"<Request>{text}".encode())))
def test_whatever_comes_is_refused_in_the_vendors_words(content: bytes) -> None:
    with pytest.raises(CloudError):
        read_job_request(content)


KEYS = "<Object>back</Object><AuObject>voice</AuObject><BassObject>bass</BassObject><DrumObject>drum</DrumObject>"


@pytest.mark.parametrize(
    ("mode", "output", "expected"),
    [
        ("IsAudio", KEYS, {"voice": "voice"}),
        ("IsBackground", KEYS, {"background": "back"}),
        ("AudioAndBackground", KEYS, {"voice": "voice", "background": "back"}),
        ("MusicMode", KEYS, {"voice": "voice", "background": "back", "bass": "bass", "drum": "drum"}),
        ("IsAudio", "<Object>only</Object>", {"voice": "only"}),
        ("IsBackground", "<AuObject>only</AuObject>", {"background": "only"}),
        ("AudioAndBackground", "<Object>only</Object>", {"background": "only"}),
        ("AudioAndBackground", "<AuObject>only</AuObject>", {"voice": "only"}),
    ],
)
def test_each_stem_goes_to_its_key(mode: str, output: str, expected: dict[Stem, str]) -> None:
    found = keys(request_for(mode=mode, output=OUTPUT + output))
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a/${jobid}/v.${ext}", "a/j123/v.mp3"),
        ("a/${Jobid}/v.${Ext}", "a/j123/v.mp3"),
        ("${ext}${ext}", "mp3mp3"),
        ("${InputName}.$ext", "${InputName}.$ext"),
    ],
)
def test_placeholders_become_what_they_stand_for(key: str, expected: str) -> None:
    request = request_for(mode="IsAudio", output=f"{OUTPUT}<AuObject>{key}</AuObject>")
    assert keys(request) == {"voice": expected}
    assert request.operation.output.au_object == key


def test_two_stems_cannot_have_one_key() -> None:
    with pytest.raises(CloudError, match="'same' twice"):
        keys(request_for(output=f"{OUTPUT}<Object>same</Object><AuObject>same</AuObject>"))


def test_nodes_nobody_knows_are_left_aside() -> None:
    with_more = body(request="<Future><Node/></Future>", operation="<Other>1</Other>")
    assert read_job_request(with_more) == read_job_request(body())
