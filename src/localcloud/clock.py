"""Time as the local cloud tells it: aware, UTC, and always passed in."""

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import format_datetime

Clock = Callable[[], datetime]
"""Says what time it is: an aware datetime in UTC."""


def system_clock() -> datetime:
    """Return the machine's time."""
    return datetime.now(timezone.utc)


def http_date(at: datetime) -> str:
    """Return `at` as HTTP headers write it: `Fri, 24 May 2019 10:56:40 GMT` (whole seconds)."""
    return format_datetime(at.astimezone(timezone.utc), usegmt=True)


def iso_date(at: datetime) -> str:
    """Return `at` as COS listings write it: `2019-05-24T10:56:40.000Z` (milliseconds, UTC)."""
    return at.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
