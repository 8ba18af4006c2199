"""Jobs in the vendor's nodes: the answers of /jobs, and the TaskFinish notification (1045/49531)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localcloud import xml
from localcloud.ci import times
from localcloud.ci.call_backs import CallBackFormat
from localcloud.ci.jobs import Job, KnownJob, RestoredJob
from localcloud.ci.listing import JobPage
from localcloud.ci.media_nodes import media_info
from localcloud.ci.nodes import Nodes, without_empty_nodes


def render_answer(jobs: Sequence[KnownJob], missing: Sequence[str] = ()) -> bytes:
    """Return the XML answer to a question for jobs.

    That NonExistJobIds is repeated for each missing job is UNVERIFIED; the vendor shows it of queues only.
    """
    return xml.render("Response", {"JobsDetail": [job_detail(job) for job in jobs], "NonExistJobIds": list(missing)})


def render_page(page: JobPage) -> bytes:
    """Return the XML answer to a search for jobs. That the last page has an empty NextToken is UNVERIFIED."""
    return xml.render("Response", {"JobsDetail": [job_detail(job) for job in page.jobs], "NextToken": page.next_token})


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
        "Tag": job.tag,
        "Input": _input(job),
        "Operation": {
            **_template(job),
            **_parameters(job),
            "Output": _output(job),
            **_results(job),
            "UserData": job.request.operation.user_data,
            "JobLevel": str(job.request.operation.job_level),
        },
        **_workflow(job),
    }


def render_notification(job: Job, call_back_format: CallBackFormat | None = None) -> tuple[str, bytes]:
    """Return the content type and the body of the news that a job is finished.

    Without a format it is the one that the job's request asks for. JSON has no empty nodes and only strings. That
    one output still gives arrays is UNVERIFIED, and so is the content type of JSON.
    """
    detail = _notification_detail(job)
    if (call_back_format or job.request.call_back_format) == "JSON":
        notification = {"EventName": "TaskFinish", "JobsDetail": [without_empty_nodes(detail)]}
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
        "Tag": job.tag,
        **_workflow(job),
    }


def _input(job: Job) -> Nodes:
    nodes = {"BucketId": job.bucket, "Object": job.input_object, "Region": job.region}
    if job.workflow is None:
        return nodes
    return {**nodes, "CosHeaders": cos_headers(job.workflow.cos_headers)}


def cos_headers(headers: Mapping[str, str]) -> Sequence[Nodes]:
    """Return the CosHeaders of an upload."""
    return [{"Key": key, "Value": value} for key, value in headers.items()]


def _workflow(job: Job) -> Nodes:
    """Return Workflow, which lies inside JobsDetail in every sample, whatever the vendor's table of nodes says."""
    workflow = job.workflow
    if workflow is None:
        return {}
    nodes = {
        "Name": workflow.name,
        "RunId": workflow.run_id,
        "WorkflowId": workflow.workflow_id,
        "WorkflowName": workflow.workflow_name,
    }
    return {"Workflow": nodes}


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
    return {"MediaInfo": media_info(job.files), "MediaResult": {"OutputFile": _output_file(job)}}


def _output_file(job: Job) -> Nodes:
    output = job.request.operation.output
    return {
        "Bucket": output.bucket,
        "Md5Info": [{"Md5": file.md5, "ObjectName": file.key} for file in job.files],
        "ObjectName": [file.key for file in job.files],
        "ObjectPrefix": "",
        "Region": output.region,
    }


def _time(at: datetime | None) -> str:
    return "-" if at is None else times.written(at)
