"""Times as people type them: a day, a moment, or how long ago."""

import re
from datetime import datetime, timedelta, timezone

import click

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


def moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read the value of an option; a wrong one ends the command with 2."""
    try:
        return None if value is None else read_moment(value, datetime.now(timezone.utc))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
