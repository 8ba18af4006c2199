"""What is written is read back, by our own reader and by the local cloud's, which shares no code with it."""

import json
from typing import Any

import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.job_request import read_job_request
from voice_separation.jobs.audio import BITRATES_KBPS, AudioConfig, AudioMode, Codec, VoiceSeparate, broken_rules
from voice_separation.jobs.callbacks import UrlCallback
from voice_separation.jobs.formats import CallbackFormat
from voice_separation.jobs.request import JobRequest, render
from voice_separation.notifications import parse_notification

characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
texts = st.text(characters, min_size=1, max_size=20).map(str.strip).filter(bool)
ascii_texts = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
keys = texts.map(lambda text: f"in/{text}.mp3")
moments = (
    st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S+0800")).filter(lambda text: text[0] in "12")
)
numbers = st.floats(0, 1e9, allow_nan=False).map(lambda number: f"{number:.6f}")


def separations() -> st.SearchStrategy[VoiceSeparate]:
    configs = st.builds(
        AudioConfig,
        codec=st.sampled_from(Codec),
        samplerate=st.sampled_from([8000, 11025, 22050, 32000, 44100, 48000, 96000]),
        bitrate=st.none() | st.sampled_from(BITRATES_KBPS),
        channels=st.sampled_from([1, 2, 4, 5, 6, 8]),
    )
    both = st.tuples(st.sampled_from(AudioMode), configs).filter(lambda pair: not broken_rules(*pair))
    return both.map(lambda pair: VoiceSeparate(audio_mode=pair[0], audio_config=pair[1]))


@st.composite
def requests(draw: st.DrawFn) -> JobRequest:
    parameters = draw(separations())
    names = st.text(characters, min_size=1, max_size=10).map(str.strip).filter(bool)
    return JobRequest(
        object=draw(keys),
        output_bucket="out-1250000000",
        output_region="ap-beijing",
        outputs={stem: f"out/{stem.value}/{draw(names)}" for stem in parameters.audio_mode.stems},
        parameters=parameters,
        user_data=draw(st.none() | ascii_texts),
        job_level=draw(st.integers(0, 2)),
        queue_id=draw(st.none() | st.just("p893bcda225bf4945a378da6662e81a89")),
        callback=draw(
            st.none()
            | st.builds(
                UrlCallback,
                url=ascii_texts.map(lambda text: f"https://h.example/{text}"),
                format=st.sampled_from(CallbackFormat),
            )
        ),
    )


@given(requests())
def test_any_request_is_read_by_the_local_cloud_as_it_was_meant(request: JobRequest) -> None:
    read = read_job_request(render(request))
    meant = request.parameters
    assert meant is not None
    assert read.input.object == request.object
    output = read.operation.output
    written = {
        "background": output.object,
        "voice": output.au_object,
        "bass": output.bass_object,
        "drum": output.drum_object,
    }
    assert {stem: key for stem, key in written.items() if key} == {s.value: key for s, key in request.outputs.items()}
    separate = read.operation.voice_separate
    assert separate is not None
    assert separate.audio_mode.value == meant.audio_mode.value
    if meant.audio_mode is not AudioMode.MUSIC_MODE:  # where the rest is ignored
        config = separate.audio_config
        assert config.codec == meant.audio_config.codec.value
        assert config.samplerate == meant.audio_config.samplerate
        assert (config.bitrate or None) == meant.audio_config.bitrate
        assert config.channels == meant.audio_config.channels
    assert (read.operation.user_data or None) == request.user_data
    assert read.operation.job_level == request.job_level
    assert (read.queue_id or None) == request.queue_id
    callback = request.callback
    assert isinstance(callback, UrlCallback | None)
    assert (read.call_back or None) == (callback and callback.url)


def node(*names: str, **kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={**dict.fromkeys(names, texts), **kinds})


def several(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(inner.filter(bool), min_size=1, max_size=3)


md5s = node("Md5", "ObjectName")
written_files = node("Bucket", "Region", "ObjectPrefix", ObjectName=several(texts), Md5Info=several(md5s))
audio = node("CodecName", "ChannelLayout", "Language", Bitrate=numbers, Channel=numbers, SampleRate=numbers)
formats = node("FormatName", "FormatLongName", Bitrate=numbers, Duration=numbers, Size=numbers)
media_infos = node(Format=formats.filter(bool), Stream=node(Audio=several(audio)).filter(bool))
outputs = node("Region", "Bucket", "Object", "AuObject", "BassObject", "DrumObject")
operations = node(
    "TemplateId",
    "TemplateName",
    "UserData",
    Output=outputs.filter(bool),
    MediaInfo=media_infos.filter(bool),
    MediaResult=node(OutputFile=written_files.filter(bool)).filter(bool),
)
inputs = node("BucketId", "Region", "Object", CosHeaders=several(node("Key", "Value")))
jobs = st.fixed_dictionaries(
    {
        "JobId": st.text("abcdef0123456789", min_size=1, max_size=33),
        "State": st.sampled_from(["Success", "Failed", "Running", "Cancel"]),
    },
    optional={
        "Tag": st.just("VoiceSeparate"),
        "Code": texts,
        "Message": texts,
        "QueueId": texts,
        "CreationTime": moments,
        "EndTime": moments | st.just("-"),
        "Input": inputs.filter(bool),
        "Operation": operations.filter(bool),
        "Workflow": node("RunId", "WorkflowId", "WorkflowName", "Name").filter(bool),
    },
)
notifications = st.fixed_dictionaries({"EventName": st.just("TaskFinish"), "JobsDetail": several(jobs)})


@given(notifications)
def test_any_notification_says_the_same_in_xml_and_in_json(notification: dict[str, Any]) -> None:
    in_json = parse_notification(json.dumps(notification, ensure_ascii=False).encode())
    in_xml = parse_notification(xmltodict.unparse({"Response": notification}).encode())
    assert in_xml == in_json
    assert [detail.job_id for detail in in_json] == [job["JobId"] for job in notification["JobsDetail"]]
