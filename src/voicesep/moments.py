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


class Moment(click.ParamType[datetime]):
    """A time on the command line."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment; a wrong one ends the command with 2."""
        try:
            return read_moment(str(value), datetime.now(timezone.utc))
        except ValueError as error:
            self.fail(str(error), param, ctx)


MOMENT = Moment()
