"""Timer events (583/9708)."""

from datetime import datetime, timezone


def timer_event(name: str, message: str, at: datetime) -> dict[str, str]:
    """Return the event of a timer trigger called `name`; `message` is its custom argument."""
    return {
        "Type": "Timer",
        "TriggerName": name,
        "Time": at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Message": message,
    }
