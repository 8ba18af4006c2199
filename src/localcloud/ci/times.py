"""Times as CI writes them: `2022-07-01T10:12:26+0800`, whole seconds, by Beijing's clock."""

from datetime import datetime, timedelta, timezone

from localcloud.clock import whole_seconds

_BEIJING = timezone(timedelta(hours=8))
_FORM = "%Y-%m-%dT%H:%M:%S%z"


def written(at: datetime) -> str:
    """Return an aware time as CI writes it."""
    return at.astimezone(_BEIJING).strftime(_FORM)


def read(text: str) -> datetime:
    """Return the aware time that CI wrote so, in any zone. Raises ValueError."""
    return datetime.strptime(text, _FORM)  # noqa: DTZ007 - the form ends in %z


def between(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    """Whether the second of an aware time is none before `start` and none after `end`; None sets no bound."""
    second = whole_seconds(at)
    return (start is None or second >= start) and (end is None or second <= end)
