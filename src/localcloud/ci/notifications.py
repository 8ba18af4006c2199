"""TaskFinish notifications read, so that a job of another CI is known here too (1045/49531)."""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pydantic import ValidationError

from localcloud import xml
from localcloud.ci import times
from localcloud.ci.jobs import RestoredJob
from localcloud.ci.nodes import Node
from localcloud.errors import CloudError

_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class _Input(Node):
    bucket_id: str
    object: str = ""


class _Workflow(Node):
    workflow_id: str = ""


class _JobsDetail(Node):
    job_id: str
    input: _Input
    tag: str = ""
    queue_id: str = ""
    state: str = ""
    creation_time: str = ""
    workflow: _Workflow = _Workflow()


def read_notification(body: bytes) -> tuple[RestoredJob, ...]:
    """Return the jobs that a notification, XML or JSON, tells of. Raises CloudError 400 InvalidContent."""
    details = _children(body).get("JobsDetail")
    if not isinstance(details, list):
        details = [details]
    if not details:
        raise _invalid("its JobsDetail is empty")
    return tuple(_job(detail) for detail in details)


def _children(body: bytes) -> Mapping[str, Any]:
    if body.lstrip()[:1] != b"{":
        return xml.parse(body, root="Response", code="InvalidContent")
    try:
        children = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"it is not JSON ({error})") from error
    assert isinstance(children, dict)
    return children


def _job(nodes: Any) -> RestoredJob:
    try:
        detail = _JobsDetail.model_validate(nodes)
    except ValidationError as error:
        wrong = ".".join(map(str, error.errors()[0]["loc"]))
        raise _invalid(f"JobsDetail.{wrong} in it is missing or no text") from None
    return RestoredJob(
        job_id=detail.job_id,
        bucket=detail.input.bucket_id,
        nodes=nodes,
        tag=detail.tag,
        queue_id=detail.queue_id,
        input_object=detail.input.object,
        workflow_id=detail.workflow.workflow_id,
        state=detail.state,
        creation_time=_time(detail.creation_time),
    )


def _time(text: str) -> datetime:
    """Return the time of a job; one that does not say it is older than all the others."""
    try:
        return times.read(text)
    except ValueError:
        return _LONG_AGO


def _invalid(why: str) -> CloudError:
    message = f"The notification cannot be read: {why}. Give a TaskFinish document as CI sends it."
    return CloudError(400, "InvalidContent", message)
