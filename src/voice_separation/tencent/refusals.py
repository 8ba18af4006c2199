"""From the vendor's error answers to errors named after the state.

CI's body is `<Error><Code/><Message/><RequestId/><TraceId/></Error>`, COS's has a `Resource` besides
(CI error codes: 1045/33422 and the tables it names; COS: 436/7730).
"""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from voice_separation.errors import (
    AlreadyExists,
    InputRefused,
    JobInvalid,
    Misconfigured,
    ObjectNotFound,
    QueuePaused,
    QueueSaturated,
    TencentRefusal,
    Throttled,
    Unavailable,
)
from voice_separation.jobs.nodes import MalformedXml, Node, Text, parse_xml

# By the vendor's code: text codes (1045/33422), numeric media codes where CI should send those instead, and
# COS's (436/7730). What is not listed here goes by its status, and keeps its code and text.
_BY_CODE: dict[str, type[TencentRefusal]] = {
    "QueueSaturated": QueueSaturated,
    "QueuePaused": QueuePaused,
    "SlowDown": Throttled,
    "1020": Throttled,
    "RequestLimitExceeded": Throttled,
    "InternalError": Unavailable,
    "1007": Unavailable,
    "ServiceUnavailable": Unavailable,
    "RequestTimeout": Unavailable,
    "FileAlreadyExists": AlreadyExists,
    "NoSuchKey": ObjectNotFound,
    "ResourceNotFound": ObjectNotFound,
    "1103": ObjectNotFound,
    "ResourceNotSupported": InputRefused,
    "ResourceDownloadFailed": InputRefused,
    "UnavailableForLegalReasons": InputRefused,
    "InvalidObjectState": InputRefused,
    "NotImplemented": Misconfigured,
    "TemplateNotFound": Misconfigured,
    "1107": Misconfigured,
    "QueueNotFound": Misconfigured,
    "1106": Misconfigured,
    "MediaBucketUnBinded": Misconfigured,
    "1111": Misconfigured,
    "WriteTargetBucketDenied": Misconfigured,
    "1124": Misconfigured,
    "CIRoleNotExist": Misconfigured,
    "ResourceAccessDenied": Misconfigured,
    "InvalidHost": Misconfigured,
}
CREATE_JOB = "CreateMediaJobs"
_OF_EVERY_JOB = (401, 403, 404)  # of the signature, a permission, the address
_ADDRESS = re.compile(r"https?://\S+")
_LONGEST_REASON = 500


class _Error(Node):
    code: Text = None
    message: Text = None
    request_id: Text = None


def refusal(operation: str, target: str, status: int, headers: Mapping[str, str], body: bytes) -> TencentRefusal:
    """Return the error that an answer with a status of 300 or more stands for; unknown codes keep their text."""
    error = _read(body)
    code = error.code or f"HTTP {status}"
    reason = plain_reason(error.message)
    request_id = error.request_id or headers.get("x-cos-request-id") or headers.get("x-ci-request-id") or ""
    kind = kind_of(code, status, operation)
    return kind(operation, target, status=status, code=code, reason=reason, request_id=request_id)


def plain_reason(message: str | None) -> str:
    """Return the vendor's words without addresses, which may be secrets, and not at any length."""
    return _ADDRESS.sub("<address>", message or "no reason given")[:_LONGEST_REASON]


def kind_of(code: str, status: int, operation: str) -> type[TencentRefusal]:
    """Return what a code means, or where it is unknown the status.

    What is asked for in a job differs from upload to upload; any other request is refused for all of them.
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status == 429:
        return Throttled
    if status >= 500:
        return Unavailable
    if operation == CREATE_JOB and status >= 400 and status not in _OF_EVERY_JOB:
        return JobInvalid
    return Misconfigured


def _read(body: bytes) -> _Error:
    try:
        return _Error.model_validate(parse_xml(body).get("Error") or {})
    except (MalformedXml, ValidationError, AttributeError):
        return _Error()
