"""TaskFinish notifications, as CI posts them for a job that this app would have submitted (1045/49531)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Literal

import xmltodict

from localcloud.ci.job_request import JobRequest, Operation, Output, RequestInput, output_keys
from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.ci.rendering import render_notification
from localcloud.ci.voice_separate import AudioConfig, AudioMode, VoiceSeparate
from localcloud.media.models import AudioTrack, Format, MediaInfo
from voice_separation.settings import Settings
from voice_separation.uploads import Upload

CallbackFormat = Literal["XML", "JSON"]

FINISHED = (State.SUCCESS, State.FAILED, State.CANCEL)
_CODEC: Literal["mp3"] = "mp3"
_QUEUE_ID = "p2242ab62c7c94486915508540933a2c6"
# The figures of the vendor's sample, for every stem alike.
_MEDIA_INFO = MediaInfo(
    Format(
        bitrate=128.147,
        duration=13.688163,
        format_long_name="MP2/3 (MPEG audio layer 2/3)",
        format_name="mp3",
        num_program=0,
        num_stream=1,
        size=219263,
        start_time=0.025057,
    ),
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
            start_time=0.025057,
            timebase=Fraction(1, 14112000),
        ),
    ),
)


@dataclass(frozen=True)
class Report:
    """What a notification is to tell of a job; `at` is when it was finished."""

    upload: Upload
    job_id: str
    state: State
    code: str
    message: str
    mode: AudioMode
    user_data: str
    at: datetime


def notification(report: Report, callback_format: CallbackFormat, *, workflow: bool = False) -> str:
    """Return the body that CI posts, indented; `workflow`: as if a CI workflow had started the job."""
    _, body = render_notification(_job(report, callback_format))
    if callback_format == "JSON":
        tree = json.loads(body)
        tree["JobsDetail"] = [_of_workflow(detail, report) if workflow else detail for detail in tree["JobsDetail"]]
        return json.dumps(tree, indent=2, ensure_ascii=False)
    tree = xmltodict.parse(body, strip_whitespace=False)
    if workflow:
        tree["Response"]["JobsDetail"] = _of_workflow(tree["Response"]["JobsDetail"], report)
    return xmltodict.unparse(tree, full_document=False, pretty=True, indent="  ", short_empty_elements=True)


def _job(report: Report, callback_format: CallbackFormat) -> Job:
    """Return the job as the local CI would have it, had the app submitted it with its default settings."""
    bucket = report.upload.bucket
    separate = VoiceSeparate(audio_mode=report.mode, audio_config=AudioConfig(codec=_CODEC))
    request = _request(report, separate, callback_format)
    keys = output_keys(request.operation.output, separate, report.job_id)
    return Job(
        job_id=report.job_id,
        bucket=bucket.name,
        region=bucket.region,
        queue_id=_QUEUE_ID,
        request=request,
        template=None,
        voice_separate=separate,
        output_keys=keys,
        creation_time=report.at - timedelta(seconds=6),
        start_time=None if report.state is State.SUBMITTED else report.at - timedelta(seconds=5),
        end_time=report.at if report.state in FINISHED else None,
        state=report.state,
        code=report.code,
        message=report.message,
        files=tuple(map(_file, keys.values())) if report.state is State.SUCCESS else (),
    )


def _request(report: Report, separate: VoiceSeparate, callback_format: CallbackFormat) -> JobRequest:
    bucket = report.upload.bucket
    usual = Settings()
    keys = {
        stem: usual.output_prefix + usual.output_name.format(key=report.upload.key, stem=stem, ext=_CODEC)
        for stem in separate.stems
    }
    output = Output(
        region=bucket.region,
        bucket=bucket.name,
        object=keys.get("background", ""),
        au_object=keys.get("voice", ""),
        bass_object=keys.get("bass", ""),
        drum_object=keys.get("drum", ""),
    )
    return JobRequest(
        input=RequestInput(object=report.upload.key),
        operation=Operation(voice_separate=separate, output=output, user_data=report.user_data),
        call_back_format=callback_format,
    )


def _file(key: str) -> OutputFile:
    return OutputFile(key, hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), _MEDIA_INFO)


def _of_workflow(detail: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Return the job with what CI adds when a workflow started it: headers of the upload, and the workflow."""
    headers = {"Content-Type": "audio/mpeg", "EventName": "cos:ObjectCreated:Put", "Size": str(report.upload.size)}
    return {
        **detail,
        "Input": {
            **detail["Input"],
            "CosHeaders": [{"Key": name, "Value": value} for name, value in headers.items()],
        },
        "Workflow": {
            "Name": "VoiceSeparate_1581665960537",
            "RunId": "ic90edd59f84f11ec9d4f525400a3c59f",
            "WorkflowId": "web6ac56c1ef54dbfa44d7f4103203be9",
            "WorkflowName": "workflow-test",
        },
    }
