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
    """A clock that can be put forward, frozen and released: else it tells what `base` tells. Thread-safe.

    It never goes back.
    """

    def __init__(self, base: Clock = system_clock) -> None:
        self._base = base
        self._moved = timedelta()
        self._frozen: datetime | None = None
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """Return the time."""
        with self._lock:
            return self._now()

    @property
    def is_frozen(self) -> bool:
        """Whether it moves only when it is put forward."""
        with self._lock:
            return self._frozen is not None

    def freeze(self) -> None:
        """Have it stand still at its present time."""
        with self._lock:
            self._frozen = self._now()

    def release(self) -> None:
        """Have it go on from where it stands."""
        with self._lock:
            self._moved = self._now() - self._base()
            self._frozen = None

    def advance(self, seconds: float) -> None:
        """Put it forward, frozen or not.

        Raises ValueError for less than no time, as what happened stays in the past, and OverflowError beyond 9999.
        """
        if seconds < 0:
            raise ValueError(f"A clock only goes forward, not by {seconds} seconds.")
        by = timedelta(seconds=seconds)
        with self._lock:
            later = self._now() + by
            if self._frozen is None:
                self._moved += by
            else:
                self._frozen = later

    def _now(self) -> datetime:
        return self._frozen or self._base() + self._moved


def whole_seconds(at: datetime) -> datetime:
    """Return `at` without its fraction of a second."""
    return at.replace(microsecond=0)


def http_date(at: datetime) -> str:
    """Return `at` as HTTP headers write it: `Fri, 24 May 2019 10:56:40 GMT` (whole seconds)."""
    return format_datetime(at.astimezone(timezone.utc), usegmt=True)


def iso_date(at: datetime) -> str:
    """Return `at` as COS listings write it: `2019-05-24T10:56:40.000Z` (milliseconds, UTC)."""
    return at.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
