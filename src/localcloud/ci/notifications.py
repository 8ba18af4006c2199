"""TaskFinish notifications read, so that a job of another CI is known here too."""

import json
from collections.abc import Mapping
from typing import Any

from localcloud import xml
from localcloud.ci.jobs import RestoredJob
from localcloud.errors import CloudError


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


def _job(detail: Any) -> RestoredJob:
    match detail:
        case {"JobId": str(job_id), "Input": {"BucketId": str(bucket)}}:
            return RestoredJob(job_id, bucket, detail)
        case _:
            raise _invalid("a JobsDetail in it lacks JobId or Input.BucketId")


def _invalid(why: str) -> CloudError:
    message = f"The notification cannot be read: {why}. Give a TaskFinish document as CI sends it."
    return CloudError(400, "InvalidContent", message)
