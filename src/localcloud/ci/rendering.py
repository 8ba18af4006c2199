"""Jobs in the vendor's nodes: the answers of /jobs, and the TaskFinish notification (1045/49531)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from localcloud import xml
from localcloud.ci.job_request import TAG
from localcloud.ci.jobs import Job, KnownJob, OutputFile, RestoredJob
from localcloud.media.probe import AudioTrack, Format

Nodes = dict[str, Any]  # child nodes in their order; "" is an empty node
_BEIJING = timezone(timedelta(hours=8))


def render_answer(jobs: Sequence[KnownJob], missing: Sequence[str] = ()) -> bytes:
    """Return the XML answer to a question for jobs.

    The names of several missing jobs are joined by commas; that is UNVERIFIED, the vendor's SDKs read one text.
    """
    answer: Nodes = {"JobsDetail": [job_detail(job) for job in jobs]}
    if missing:
        answer["NonExistJobIds"] = ",".join(missing)
    return xml.render("Response", answer)


def job_detail(job: KnownJob) -> Mapping[str, Any]:
    """Return the JobsDetail of an answer. Progress is documented for other jobs, for these it is UNVERIFIED."""
    if isinstance(job, RestoredJob):
        return job.nodes
    return {
        "Code": job.code,
        "Message": job.message,
        "JobId": job.job_id,
        "State": job.state.value,
        "Progress": str(job.progress),
        "CreationTime": _time(job.creation_time),
        "StartTime": _time(job.start_time),
        "EndTime": _time(job.end_time),
        "QueueId": job.queue_id,
        "Tag": TAG,
        "Input": _input(job),
        "Operation": {
            **_template(job),
            **_parameters(job),
            "Output": _output(job),
            **_results(job),
            "UserData": job.request.operation.user_data,
            "JobLevel": str(job.request.operation.job_level),
        },
    }


def render_notification(job: Job) -> tuple[str, bytes]:
    """Return the content type and the body of the news that a job is finished, as its request asked for it.

    JSON has no empty nodes and only strings. That one output still gives arrays is UNVERIFIED, and so is the
    content type of JSON.
    """
    detail = _notification_detail(job)
    if job.request.call_back_format == "JSON":
        notification = {"EventName": "TaskFinish", "JobsDetail": [_without_empty_nodes(detail)]}
        return "application/json", json.dumps(notification, ensure_ascii=False).encode()
    return "application/xml", xml.render("Response", {"EventName": "TaskFinish", "JobsDetail": detail})


def _notification_detail(job: Job) -> Nodes:
    """Return JobsDetail with the nodes of the vendor's sample, in its order."""
    return {
        "Code": job.code,
        "CreationTime": _time(job.creation_time),
        "EndTime": _time(job.end_time),
        "Input": _input(job),
        "JobId": job.job_id,
        "Message": job.message,
        "Operation": {
            **_results(job),
            "Output": dict(sorted(_output(job).items())),
            "UserData": job.request.operation.user_data,
            **_template(job),
        },
        "QueueId": job.queue_id,
        "StartTime": _time(job.start_time),
        "State": job.state.value,
        "Tag": TAG,
    }


def _input(job: Job) -> Nodes:
    return {"BucketId": job.bucket, "Object": job.request.input.object, "Region": job.region}


def _template(job: Job) -> Nodes:
    if job.template is None:
        return {}
    return {"TemplateId": job.template.template_id, "TemplateName": job.template.name}


def _parameters(job: Job) -> Nodes:
    return {} if job.template else {"VoiceSeparate": job.voice_separate.nodes()}


def _output(job: Job) -> Nodes:
    """Return where the results were to go, placeholders as they were given."""
    output = job.request.operation.output
    nodes = {
        "Region": output.region,
        "Bucket": output.bucket,
        "Object": output.object,
        "AuObject": output.au_object,
    }
    music = {"BassObject": output.bass_object, "DrumObject": output.drum_object}
    return nodes | {name: key for name, key in music.items() if key}


def _results(job: Job) -> Nodes:
    """Return MediaInfo and MediaResult, which a job without results does not have."""
    if not job.files:
        return {}
    return {"MediaInfo": _media_info(job.files), "MediaResult": {"OutputFile": _output_file(job)}}


def _media_info(files: Sequence[OutputFile]) -> Nodes:
    # As in the vendor's sample: one Format, and one Audio for each file.
    return {
        "Format": _format(files[0].media_info.format),
        "Stream": {
            "Audio": [_audio(file.media_info.audio[0]) for file in files],
            "Subtitle": "",
            "Video": "",
        },
    }


def _output_file(job: Job) -> Nodes:
    output = job.request.operation.output
    return {
        "Bucket": output.bucket,
        "Md5Info": [{"Md5": file.md5, "ObjectName": file.key} for file in job.files],
        "ObjectName": [file.key for file in job.files],
        "ObjectPrefix": "",
        "Region": output.region,
    }


def _format(file: Format) -> Nodes:
    return {
        "Bitrate": f"{file.bitrate:.6f}",
        "Duration": f"{file.duration:.6f}",
        "FormatLongName": file.format_long_name,
        "FormatName": file.format_name,
        "NumProgram": str(file.num_program),
        "NumStream": str(file.num_stream),
        "Size": str(file.size),
        "StartTime": f"{file.start_time:.6f}",
    }


def _audio(track: AudioTrack) -> Nodes:
    timebase = f"{track.timebase.numerator}/{track.timebase.denominator}"
    return {
        "Bitrate": f"{track.bitrate:.6f}",
        "Channel": str(track.channel),
        "ChannelLayout": track.channel_layout,
        "CodecLongName": track.codec_long_name,
        "CodecName": track.codec_name,
        "CodecTag": track.codec_tag,
        "CodecTagString": track.codec_tag_string,
        "CodecTimeBase": timebase,  # FFmpeg has none any more; in the vendor's sample it is the same
        "Duration": f"{track.duration:.6f}",
        "Index": str(track.index),
        "SampleFmt": track.sample_fmt,
        "SampleRate": str(track.sample_rate),
        "StartTime": f"{track.start_time:.6f}",
        "Timebase": timebase,
    }


def _time(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(_BEIJING).strftime("%Y-%m-%dT%H:%M:%S%z")


def _without_empty_nodes(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {name: _without_empty_nodes(child) for name, child in node.items() if child != ""}
    if isinstance(node, list):
        return [_without_empty_nodes(child) for child in node]
    return node
