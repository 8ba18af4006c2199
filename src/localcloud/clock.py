"""Time as the local cloud tells it: aware, UTC, and always passed in."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

Clock = Callable[[], datetime]
"""Says what time it is: an aware datetime in UTC."""


def system_clock() -> datetime:
    """Return the machine's time."""
    return datetime.now(timezone.utc)


def stopped_at(at: datetime) -> Clock:
    """Return a clock on which it is always `at`, which must be aware."""
    utc = at.astimezone(timezone.utc)
    return lambda: utc


class MovableClock:
    """A clock that can be put forward: tells what `base` tells, and how far it was moved. Thread-safe."""

    def __init__(self, base: Clock = system_clock) -> None:
        self._base = base
        self._moved = timedelta()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """Return the time."""
        with self._lock:
            return self._base() + self._moved

    def advance(self, seconds: float) -> None:
        """Put it forward. Raises ValueError for less than no time: what happened stays in the past."""
        if seconds < 0:
            raise ValueError(f"A clock only goes forward, not by {seconds} seconds.")
        with self._lock:
            self._moved += timedelta(seconds=seconds)


def http_date(at: datetime) -> str:
    """Return `at` as HTTP headers write it: `Fri, 24 May 2019 10:56:40 GMT` (whole seconds)."""
    return format_datetime(at.astimezone(timezone.utc), usegmt=True)


def iso_date(at: datetime) -> str:
    """Return `at` as COS listings write it: `2019-05-24T10:56:40.000Z` (milliseconds, UTC)."""
    return at.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
