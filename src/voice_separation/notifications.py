"""TaskFinish notifications: the bytes that CI posts, as XML or JSON, to job details (1045/49531)."""

import json
from typing import Any

from pydantic import ValidationError

from voice_separation.bucket import Bucket
from voice_separation.errors import NotificationMalformed, NotificationUnsupported, RequestRefused
from voice_separation.jobs.detail import JobDetail, Workflow
from voice_separation.jobs.nodes import MalformedXml, Many, Node, OrAbsent, Text, Tree, parse_xml
from voice_separation.jobs.ticket import TAG

EVENT_NAME = "TaskFinish"
MAX_JOBS = 10  # what one `GET /jobs/<ids>` can answer for (436/120621)


class _Notification(Node):
    event_name: Text = None  # older pages show notifications without it
    jobs_detail: Many[JobDetail] = ()
    workflow: OrAbsent[Workflow] = None  # the vendor's table has it here, every sample inside JobsDetail


def parse_notification(body: bytes) -> tuple[JobDetail, ...]:
    """Read the finished jobs of a notification; XML or JSON is told by the first byte.

    Raises RequestRefused 415 (neither), NotificationMalformed (unreadable, or no job in it),
    NotificationUnsupported (another event, or a job of another Tag).
    """
    tree = _read(body)
    event_name = tree.get("EventName") or EVENT_NAME
    if not isinstance(event_name, str) or event_name.strip() not in ("", EVENT_NAME):
        raise NotificationUnsupported("the event is not TaskFinish")
    try:
        notification = _Notification.model_validate(tree)
    except ValidationError as error:
        raise NotificationMalformed("JobsDetail does not hold what CI documents") from error
    details = tuple(_with_workflow(detail, notification.workflow) for detail in notification.jobs_detail)
    if not 1 <= len(details) <= MAX_JOBS:
        raise NotificationMalformed(f"a notification names 1 to {MAX_JOBS} jobs, not {len(details)}")
    if any(detail.tag not in (None, TAG) for detail in details):
        raise NotificationUnsupported("the job is not a VoiceSeparate job")
    return details


def _with_workflow(detail: JobDetail, workflow: Workflow | None) -> JobDetail:
    return detail if detail.workflow or not workflow else detail.model_copy(update={"workflow": workflow})


def reported_bucket(reported: tuple[JobDetail, ...], *, name: str | None, region: str) -> Bucket:
    """Return the bucket to ask CI about: the one of the settings, else the one that the notification names.

    Raises NotificationMalformed when neither names one.
    """
    said = reported[0].input
    name = name or (said and said.bucket_name) or ""
    region = region or (said and said.region) or ""
    try:
        return Bucket(name, region)
    except ValueError as error:
        raise NotificationMalformed("the notification names no input bucket, and INPUT_BUCKET is not set") from error


def _read(body: bytes) -> Tree:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return _container(_read_xml(body.lstrip()).get("Response"))
    if start in (b"{", b"["):
        return _container(_read_json(body))
    raise RequestRefused(415, "the body is neither XML nor JSON")


def _read_xml(body: bytes) -> Tree:
    try:
        return parse_xml(body)
    except MalformedXml as error:
        raise NotificationMalformed("the XML is not well formed") from error


def _read_json(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        tree = json.loads(text)
        json.dumps(tree, ensure_ascii=False).encode()  # a lone surrogate can be read but never written
    except (ValueError, RecursionError) as error:
        raise NotificationMalformed("the JSON is not well formed") from error
    return tree


def _container(tree: Any) -> Tree:
    if not isinstance(tree, dict):
        raise NotificationMalformed("the message is no notification: it has no JobsDetail")
    return tree
