"""Times as people type them: a day, a moment, or how long ago; and as they read them."""

import re
from datetime import datetime, timedelta, timezone

import click

from voice_separation.clock import rfc3339

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_moment(text: str, now: datetime) -> datetime:
    """Return the moment that a text names; without an offset it is in local time.

    Raises ValueError.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(re.sub(r"Z$", "+00:00", text)).astimezone()
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; write 2026-11-21, 2026-11-21T08:00+08:00, or 90m, 12h, 7d") from None


def local_time(when: datetime) -> str:
    """Write a moment as RFC 3339, in the time zone of this machine: people compare moments in one zone only."""
    return rfc3339(when.astimezone())


def short_local_time(when: datetime) -> str:
    """Write a moment for a narrow column: as local_time does, without the offset, and as `--since` reads it."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read the value of an option; a wrong one ends the command with 2."""
    try:
        return None if value is None else read_moment(value, datetime.now(timezone.utc))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
