"""What the platform has sent, as far as a log may tell: for what its documents leave open (docs/live-checks.md).

Of a body the length and a digest, of headers and parts the names, of values a sender chose only the object's key;
never a path that may be a capability.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from voice_separation.telemetry import Event, Telemetry

REQUEST_ID = "x-cos-request-id"
DIGITS = 16  # of a SHA-256: enough to compare by, too few to find the content by
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_NAMES = 60
_LONGEST = 4096  # of a text: a key of 1024 bytes, percent-encoded, and what stands before it


def tell(event: object, telemetry: Telemetry) -> None:
    """Log what an event of COS or of an HTTP front looks like; nothing of any other."""
    parts = _mapping(event)
    records = parts.get("Records")
    if isinstance(records, list):
        for record in records:
            _tell_record(record, len(records), telemetry)
    elif "httpMethod" in parts:
        _tell_request(parts, telemetry)


def _tell_record(record: object, records: int, telemetry: Telemetry) -> None:
    """Log the key of a record and the path of its address as they are written there."""
    parts = _mapping(record)
    described = _mapping(_mapping(parts.get("cos")).get("cosObject"))
    telemetry.debug(
        Event.RECORD_RECEIVED,
        records=records,
        event_name=_text(_mapping(parts.get("event")).get("eventName")),
        raw_key=_text(described.get("key")),
        url_path=_path(_text(described.get("url"))),
        cos_request_id=_text(_mapping(described.get("meta")).get(REQUEST_ID)),
    )


def _tell_request(parts: Mapping[Any, Any], telemetry: Telemetry) -> None:
    """Log what the front has made of a request."""
    body = parts.get("body")
    text = body if isinstance(body, str) else ""
    telemetry.debug(
        Event.REQUEST_RECEIVED,
        parts=_names(parts),
        context_parts=_names(_mapping(parts.get("requestContext"))),
        header_names=_names(_mapping(parts.get("headers"))),
        base64_flag=_flag(parts),
        body_type=type(body).__name__,
        body_length=len(text),
        body_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS],
    )


def _flag(parts: Mapping[Any, Any]) -> str:
    flag = parts.get("isBase64Encoded", "absent")
    return str(flag) if flag in (True, False, None, "true", "false", "absent") else type(flag).__name__


def _names(parts: Mapping[Any, Any]) -> str:
    """Return the names as they are spelt, those that look like names."""
    names = [name for name in parts if isinstance(name, str) and _NAME.fullmatch(name)]
    return " ".join(names[:_MOST_NAMES])


def _path(url: str) -> str:
    try:
        place = urlsplit(url)
    except ValueError:
        return ""
    return place.path if place.netloc else ""


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
