"""Workflows and their executions in the vendor's nodes, and the WorkflowFinish notification (1545/65202)."""

import json
from datetime import datetime, timedelta, timezone

from localcloud import xml
from localcloud.ci import times
from localcloud.ci.call_backs import CallBackFormat
from localcloud.ci.executions import Task, WorkflowExecution
from localcloud.ci.nodes import Nodes, without_empty_nodes
from localcloud.ci.rendering import cos_headers
from localcloud.ci.voice_separate import TAG
from localcloud.ci.workflows import MediaWorkflow

_BEIJING = timezone(timedelta(hours=8))


def workflow_nodes(workflow: MediaWorkflow) -> Nodes:
    """Return MediaWorkflow of an answer."""
    return {
        "Name": workflow.name,
        "State": workflow.state,
        "WorkflowId": workflow.workflow_id,
        "BucketId": workflow.bucket,
        "CreateTime": times.written(workflow.create_time),
        "UpdateTime": times.written(workflow.update_time),
        "Topology": workflow.topology.nodes(),
    }


def execution_nodes(execution: WorkflowExecution) -> Nodes:
    """Return WorkflowExecution of an answer (460/80044), but for the ResultInfo of its tasks: ask for their jobs."""
    return {
        "WorkflowId": execution.workflow.workflow_id,
        "Name": execution.workflow.name,
        "RunId": execution.run_id,
        "CreateTime": _with_colon(execution.create_time),
        "Object": execution.object,
        "State": execution.state,
        "Topology": execution.workflow.topology.nodes(),
        "Tasks": [_task(task) for task in execution.tasks],
    }


def listed_execution_nodes(execution: WorkflowExecution) -> Nodes:
    """Return WorkflowExecutionList of an answer (460/80050)."""
    return {
        "RunId": execution.run_id,
        "WorkflowId": execution.workflow.workflow_id,
        "Object": execution.object,
        "CreateTime": _with_colon(execution.create_time),
        "State": execution.state,
    }


def render_workflow_finish(
    execution: WorkflowExecution, call_back_format: CallBackFormat | None = None
) -> tuple[str, bytes]:
    """Return the content type and the body of the news that an execution is over.

    The document shows XML without EventName, the vendor's Go SDK with it. The form of times and of JSON is UNVERIFIED:
    they are those of TaskFinish.
    """
    detail: Nodes = {
        "RunId": execution.run_id,
        "BucketId": execution.workflow.bucket,
        "Object": execution.object,
        "CosHeaders": cos_headers(execution.cos_headers),
        "WorkflowId": execution.workflow.workflow_id,
        "WorkflowName": execution.workflow.name,
        "CreateTime": times.written(execution.create_time),
        "State": execution.state,
        "Tasks": [_task(task) for task in execution.tasks],
    }
    notification = {"EventName": "WorkflowFinish", "WorkflowExecution": detail}
    if call_back_format == "JSON":
        return "application/json", json.dumps(without_empty_nodes(notification), ensure_ascii=False).encode()
    return "application/xml", xml.render("Response", notification)


def _task(task: Task) -> Nodes:
    job = task.job
    return {
        "Type": TAG,
        "CreateTime": times.written(job.creation_time) if job else "",
        "EndTime": times.written(job.end_time) if job and job.end_time else "",
        "State": task.state.value,
        "JobId": job.job_id if job else "",
        "Name": task.name,
        "TemplateId": task.template_id,
        "TemplateName": job.template.name if job and job.template else "",
    }


def _with_colon(at: datetime) -> str:
    """Return a time as answers about executions have it: `2022-08-09T14:54:17+08:00`."""
    return at.astimezone(_BEIJING).replace(microsecond=0).isoformat()
