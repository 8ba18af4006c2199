"""Time, as the use cases see it: passed in, so that tests decide what time it is."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol


class Clock(Protocol):
    """Wall time for documents and signatures, monotonic time for what is left of an invocation."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        return datetime.now(timezone.utc)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True)
class Deadline:
    """When this invocation must have ended; the platform kills what runs longer (status 433)."""

    at: float
    clock: Clock

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> "Deadline":
        """Return the deadline that many seconds from now."""
        return cls(at=clock.monotonic() + seconds, clock=clock)

    def remaining(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, self.at - self.clock.monotonic())


CLOCKS_DIFFER = timedelta(minutes=5)  # at most, those of the functions, of COS and of CI


def around(moment: datetime) -> tuple[datetime, ...]:
    """Return what another's clock may have shown at a moment: that very time, the latest and the earliest."""
    return moment, moment + CLOCKS_DIFFER, moment - CLOCKS_DIFFER


def rfc3339(moment: datetime) -> str:
    """Write a moment as RFC 3339 with its offset, to the second: `2022-07-01T10:12:26+08:00`."""
    return moment.isoformat(timespec="seconds")
