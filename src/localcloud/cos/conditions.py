"""The conditions and ranges of GET, HEAD and copies (436/7753, 436/7745, 436/10881; RFC 9110 §13 and §14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from localcloud.cos import errors
from localcloud.cos.objects import StoredObject

_RANGE = re.compile("bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


@dataclass(frozen=True)
class Span:
    """The bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self.stop - self.start


def is_unchanged(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """Return whether the answer is 304: the client has this content.

    Raises CloudError 412 PreconditionFailed. An ETag is looked at rather than a time where both are given.
    """
    if (wanted := headers.get("if-match")) is not None:
        if not _names_etag(wanted, stored):
            raise errors.precondition_failed("If-Match", stored.key)
    elif (since := _date(headers.get("if-unmodified-since"))) and stored.last_modified > since:
        raise errors.precondition_failed("If-Unmodified-Since", stored.key)
    if (known := headers.get("if-none-match")) is not None:
        return _names_etag(known, stored)
    since = _date(headers.get("if-modified-since"))
    return since is not None and stored.last_modified <= since


def check_copy_conditions(headers: Mapping[str, str], source: StoredObject) -> None:
    """Raise CloudError 412 PreconditionFailed unless the source of a copy is as `x-cos-copy-source-if-*` want it."""
    prefix = "x-cos-copy-source-"
    conditions = {name.removeprefix(prefix): value for name, value in headers.items() if name.startswith(prefix)}
    if is_unchanged(conditions, source):
        raise errors.precondition_failed("x-cos-copy-source-If-None-Match or -If-Modified-Since", source.key)


def read_range(header: str | None, stored: StoredObject) -> Span | None:
    """Return the asked part of the object, None for all of it.

    As HTTP has it, a header that cannot be understood, and one that asks for several parts, is passed over.
    Raises CloudError 416 InvalidRange for a part that lies outside.
    """
    asked = _RANGE.fullmatch(header.strip()) if header else None
    if asked is None or header is None or asked["first"] == asked["last"] == "":
        return None
    if asked["first"]:
        start = int(asked["first"])
        stop = min(int(asked["last"]) + 1 if asked["last"] else stored.size, stored.size)
        if asked["last"] and int(asked["last"]) < start:
            return None
    else:
        start, stop = max(stored.size - int(asked["last"]), 0), stored.size
    if start >= stop:
        raise errors.invalid_range(header, stored.size)
    return Span(start, stop)


def _names_etag(header: str, stored: StoredObject) -> bool:
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in header.split(","))
    return any(tag in ("*", stored.etag) for tag in tags)


def _date(header: str | None) -> datetime | None:
    """Return the time of an HTTP date, None if there is none or it cannot be read: then it counts for nothing."""
    try:
        date = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    return date if date and date.tzinfo else None
