"""The shapes are those of the vendor's samples (1045/49531, 1045/43712), made of values of our own."""

import json
import re
from dataclasses import replace
from datetime import datetime, timezone
from fractions import Fraction
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.jobs import Job, OutputFile, State, Workflow
from localcloud.ci.listing import JobPage
from localcloud.ci.notifications import read_notification
from localcloud.ci.rendering import job_detail, render_answer, render_notification, render_page
from localcloud.ci.templates import Template
from localcloud.ci.voice_separate import AudioMode, VoiceSeparate
from localcloud.media.models import AudioTrack, Format, MediaInfo
from tests.localcloud.ci.lab import BUCKET, OUTPUT, REGION, request_for

FORMAT = ["Bitrate", "Duration", "FormatLongName", "FormatName", "NumProgram", "NumStream", "Size", "StartTime"]
AUDIO = [
    "Bitrate",
    "Channel",
    "ChannelLayout",
    "CodecLongName",
    "CodecName",
    "CodecTag",
    "CodecTagString",
    "CodecTimeBase",
    "Duration",
    "Index",
    "SampleFmt",
    "SampleRate",
    "StartTime",
    "Timebase",
]
DETAIL = [
    "Code",
    "CreationTime",
    "EndTime",
    "Input",
    "JobId",
    "Message",
    "Operation",
    "QueueId",
    "StartTime",
    "State",
    "Tag",
]
OPERATION = ["MediaInfo", "MediaResult", "Output", "UserData", "TemplateId", "TemplateName"]
EMPTY_NODES = {"Message", "Subtitle", "Video", "ObjectPrefix"}


def finished_job(**changes: Any) -> Job:
    info = MediaInfo(
        Format(128.147, 13.688163, "MP2/3 (MPEG audio layer 2/3)", "mp3", 0, 1, 219263, 0.025057),
        (
            AudioTrack(
                bitrate=128.0,
                channel=2,
                channel_layout="stereo",
                codec_long_name="MP3 (MPEG audio layer 3)",
                codec_name="mp3",
                codec_tag="0x0000",
                codec_tag_string="[0][0][0][0]",
                duration=13.688163,
                index=0,
                sample_fmt="fltp",
                sample_rate=44100,
                start_time=0.02505668934,
                timebase=Fraction(1, 14112000),
            ),
        ),
    )
    job = Job(
        job_id="j1",
        bucket=BUCKET,
        region=REGION,
        queue_id="p1",
        request=request_for(how="<TemplateId>t1</TemplateId>", operation="<UserData>mine</UserData>"),
        template=Template("t1", "both", VoiceSeparate(audio_mode=AudioMode.AUDIO_AND_BACKGROUND)),
        voice_separate=VoiceSeparate(audio_mode=AudioMode.AUDIO_AND_BACKGROUND),
        output_keys={"voice": "out/voice.mp3", "background": "out/background.mp3"},
        creation_time=datetime(2022, 7, 1, 2, 12, 26, tzinfo=timezone.utc),
        start_time=datetime(2022, 7, 1, 2, 12, 27, tzinfo=timezone.utc),
        end_time=datetime(2022, 7, 1, 2, 12, 32, tzinfo=timezone.utc),
        state=State.SUCCESS,
        progress=100,
        files=(OutputFile("out/voice.mp3", "a" * 32, info), OutputFile("out/background.mp3", "b" * 32, info)),
    )
    return replace(job, **changes)


def as_xml(job: Job) -> dict[str, Any]:
    content_type, body = render_notification(job)
    assert content_type == "application/xml"
    document: dict[str, Any] = xmltodict.parse(body)["Response"]
    return document


def as_json(job: Job) -> dict[str, Any]:
    wanted = job.request.model_copy(update={"call_back_format": "JSON"})
    content_type, body = render_notification(replace(job, request=wanted))
    assert content_type == "application/json"
    document: dict[str, Any] = json.loads(body)
    return document


def names_of_empty_nodes(node: object) -> set[str]:
    match node:
        case dict():
            empty = {name for name, child in node.items() if child in (None, "")}
            return empty.union(*map(names_of_empty_nodes, node.values()))
        case list():
            return set[str]().union(*map(names_of_empty_nodes, node))
    return set()


def test_the_nodes_of_a_notification_are_the_vendors_in_the_vendors_order() -> None:
    document = as_xml(finished_job())
    assert list(document) == ["EventName", "JobsDetail"]
    assert document["EventName"] == "TaskFinish"
    detail = document["JobsDetail"]
    assert list(detail) == DETAIL
    assert list(detail["Input"]) == ["BucketId", "Object", "Region"]
    operation = detail["Operation"]
    assert list(operation) == OPERATION
    assert list(operation["MediaInfo"]) == ["Format", "Stream"]
    assert list(operation["MediaInfo"]["Format"]) == FORMAT
    assert list(operation["MediaInfo"]["Stream"]) == ["Audio", "Subtitle", "Video"]
    assert [list(audio) for audio in operation["MediaInfo"]["Stream"]["Audio"]] == [AUDIO, AUDIO]
    output_file = operation["MediaResult"]["OutputFile"]
    assert list(output_file) == ["Bucket", "Md5Info", "ObjectName", "ObjectPrefix", "Region"]
    assert [list(md5) for md5 in output_file["Md5Info"]] == [["Md5", "ObjectName"]] * 2
    assert list(operation["Output"]) == ["AuObject", "Bucket", "Object", "Region"]


def test_the_values_are_written_as_the_vendor_writes_them() -> None:
    detail = as_xml(finished_job())["JobsDetail"]
    assert (detail["CreationTime"], detail["EndTime"]) == ("2022-07-01T10:12:26+0800", "2022-07-01T10:12:32+0800")
    assert (detail["Code"], detail["Message"], detail["State"]) == ("Success", None, "Success")
    file = detail["Operation"]["MediaInfo"]["Format"]
    assert list(file.values()) == [
        "128.147000", "13.688163", "MP2/3 (MPEG audio layer 2/3)", "mp3", "0", "1", "219263", "0.025057",
    ]  # fmt: skip
    assert list(detail["Operation"]["MediaInfo"]["Stream"]["Audio"][0].values()) == [
        "128.000000", "2", "stereo", "MP3 (MPEG audio layer 3)", "mp3", "0x0000", "[0][0][0][0]", "1/14112000",
        "13.688163", "0", "fltp", "44100", "0.025057", "1/14112000",
    ]  # fmt: skip
    assert detail["Operation"]["MediaResult"]["OutputFile"]["ObjectName"] == ["out/voice.mp3", "out/background.mp3"]


def test_empty_nodes_are_in_xml_and_not_in_json() -> None:
    job = finished_job()
    assert names_of_empty_nodes(as_xml(job)) == EMPTY_NODES
    assert names_of_empty_nodes(as_json(job)) == set()


def test_json_is_xml_without_its_root_and_its_empty_nodes() -> None:
    def pruned(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: pruned(child) for name, child in node.items() if child is not None}
        return [pruned(child) for child in node] if isinstance(node, list) else node

    job = finished_job()
    document = pruned(as_xml(job))
    assert as_json(job) == {**document, "JobsDetail": [document["JobsDetail"]]}


def test_empty_nodes_are_written_as_the_vendor_writes_them() -> None:
    _, body = render_notification(finished_job())
    assert b"<Message/>" in body
    assert b"<ObjectPrefix/>" in body
    assert not re.search(rb"<(\w+)></\1>", body)


def test_the_format_may_be_said_by_another_than_the_request() -> None:
    assert render_notification(finished_job(), "JSON")[0] == "application/json"
    asked = request_for(request="<CallBackFormat>JSON</CallBackFormat>")
    assert render_notification(finished_job(request=asked))[0] == "application/json"
    assert render_notification(finished_job(request=asked), "XML")[0] == "application/xml"


WORKFLOW = Workflow(
    name="VoiceSeparate_1",
    run_id="i1",
    workflow_id="w1",
    workflow_name="on upload",
    cos_headers={"Content-Type": "audio/mpeg", "Size": "1326515"},
)
WORKFLOW_NODES = {"Name": "VoiceSeparate_1", "RunId": "i1", "WorkflowId": "w1", "WorkflowName": "on upload"}
HEADERS = [{"Key": "Content-Type", "Value": "audio/mpeg"}, {"Key": "Size", "Value": "1326515"}]


def test_a_workflow_adds_itself_and_the_headers_of_the_upload() -> None:
    job = finished_job(workflow=WORKFLOW)
    for detail in (as_xml(job)["JobsDetail"], as_json(job)["JobsDetail"][0]):
        assert list(detail)[-2:] == ["Tag", "Workflow"]
        assert list(detail["Input"]) == ["BucketId", "Object", "Region", "CosHeaders"]
        assert detail["Workflow"] == WORKFLOW_NODES
        assert detail["Input"]["CosHeaders"] == HEADERS


def test_an_answer_tells_of_the_workflow_too() -> None:
    detail = job_detail(finished_job(workflow=WORKFLOW))
    assert (detail["Workflow"], detail["Input"]["CosHeaders"]) == (WORKFLOW_NODES, HEADERS)


def test_a_page_ends_with_the_token_of_the_next() -> None:
    document = xmltodict.parse(render_page(JobPage((finished_job(), finished_job()), "j1")))["Response"]
    assert list(document) == ["JobsDetail", "NextToken"]
    assert (len(document["JobsDetail"]), document["NextToken"]) == (2, "j1")
    assert xmltodict.parse(render_page(JobPage((), "")))["Response"] == {"NextToken": None}


def test_every_scalar_of_json_is_a_string() -> None:
    def scalars(node: object) -> list[object]:
        match node:
            case dict():
                return [scalar for child in node.values() for scalar in scalars(child)]
            case list():
                return [scalar for child in node for scalar in scalars(child)]
        return [node]

    assert {type(scalar) for scalar in scalars(as_json(finished_job()))} == {str}


def test_one_output_still_gives_arrays_in_json() -> None:
    job = finished_job()
    operation = as_json(replace(job, files=job.files[:1]))["JobsDetail"][0]["Operation"]
    assert operation["MediaResult"]["OutputFile"]["ObjectName"] == ["out/voice.mp3"]
    assert len(operation["MediaInfo"]["Stream"]["Audio"]) == 1


def test_a_failed_job_has_code_and_message_and_no_results() -> None:
    job = finished_job(state=State.FAILED, code="ResourceNotFound", message="gone & <lost>", files=())
    for detail in (as_xml(job)["JobsDetail"], as_json(job)["JobsDetail"][0]):
        assert (detail["State"], detail["Code"], detail["Message"]) == ("Failed", "ResourceNotFound", "gone & <lost>")
        assert list(detail["Operation"]) == OPERATION[2:]


def test_placeholders_stay_in_output_and_real_keys_are_in_the_result() -> None:
    request = request_for(output=f"{OUTPUT}<AuObject>out/${{jobid}}.${{ext}}</AuObject>")
    operation = as_json(finished_job(request=request, template=None))["JobsDetail"][0]["Operation"]
    assert operation["Output"] == {"AuObject": "out/${jobid}.${ext}", "Bucket": BUCKET, "Region": REGION}
    assert operation["MediaResult"]["OutputFile"]["ObjectName"][0] == "out/voice.mp3"
    assert "TemplateId" not in operation


def test_music_names_its_other_objects_where_the_alphabet_puts_them() -> None:
    music = "<Object>o</Object><AuObject>a</AuObject><BassObject>b</BassObject><DrumObject>d</DrumObject>"
    job = finished_job(request=request_for(mode="MusicMode", output=OUTPUT + music))
    output = as_json(job)["JobsDetail"][0]["Operation"]["Output"]
    assert list(output) == ["AuObject", "BassObject", "Bucket", "DrumObject", "Object", "Region"]


def test_the_answer_of_a_new_job_has_the_vendors_nodes() -> None:
    job = finished_job(state=State.SUBMITTED, progress=0, start_time=None, end_time=None, files=())
    detail = xmltodict.parse(render_answer([job]))["Response"]["JobsDetail"]
    assert (detail["StartTime"], detail["EndTime"], detail["State"]) == ("-", "-", "Submitted")
    assert list(detail["Operation"]) == ["TemplateId", "TemplateName", "Output", "UserData", "JobLevel"]
    assert list(detail["Operation"]["Output"]) == ["Region", "Bucket", "Object", "AuObject"]


def test_inline_parameters_are_answered_as_they_were_given() -> None:
    config = "<AudioConfig><Codec>mp3</Codec><Bitrate>12</Bitrate></AudioConfig>"
    request = request_for(config=config)
    separate = request.operation.voice_separate
    assert separate is not None
    detail = xmltodict.parse(render_answer([finished_job(request=request, template=None, voice_separate=separate)]))
    assert detail["Response"]["JobsDetail"]["Operation"]["VoiceSeparate"] == {
        "AudioMode": "AudioAndBackground",
        "AudioConfig": {"Codec": "mp3", "Bitrate": "12"},
    }


def test_unknown_jobs_are_named_and_several_jobs_repeated() -> None:
    document = xmltodict.parse(render_answer([finished_job(), finished_job()], ["jx", "jy"]))["Response"]
    assert len(document["JobsDetail"]) == 2
    assert document["NonExistJobIds"] == ["jx", "jy"]
    assert "NonExistJobIds" not in xmltodict.parse(render_answer([finished_job()]))["Response"]


printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFFFD, exclude_categories=["Cs", "Z", "C"]))


@given(user_data=printable, message=printable)
def test_a_notification_says_the_same_in_both_formats(user_data: str, message: str) -> None:
    job = finished_job(message=message)
    operation = job.request.operation.model_copy(update={"user_data": user_data})
    job = replace(job, request=job.request.model_copy(update={"operation": operation}))
    for read in (as_xml(job)["JobsDetail"], as_json(job)["JobsDetail"][0]):
        assert (read["Operation"].get("UserData") or "") == user_data
        assert (read.get("Message") or "") == message


def test_a_restored_job_is_answered_to_the_letter() -> None:
    notification = {
        "EventName": "TaskFinish",
        "JobsDetail": [
            {
                "JobId": "j9",
                "State": "Success",
                "Input": {"BucketId": "b-1", "Object": "o", "CosHeaders": [{"Key": "k", "Value": "v"}] * 2},
                "Workflow": {"RunId": "i1", "Name": "n"},
                "Operation": {"MediaResult": {"OutputFile": {"ObjectName": ["a", "b"]}}},
            }
        ],
    }
    (restored,) = read_notification(json.dumps(notification).encode())
    assert job_detail(restored) == notification["JobsDetail"][0]
    assert xmltodict.parse(render_answer([restored]))["Response"]["JobsDetail"] == notification["JobsDetail"][0]


@pytest.mark.parametrize("at", ["start_time", "end_time"])
def test_a_time_that_is_not_yet_is_a_dash(at: str) -> None:
    detail = job_detail(finished_job(**{at: None}))
    assert "-" in (detail["StartTime"], detail["EndTime"])
