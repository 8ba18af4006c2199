"""The event that a timer trigger sends to its function."""

from datetime import datetime, timezone


def timer_event(trigger_name: str, message: str, at: datetime) -> dict[str, str]:
    """Return the event of a timer (583/9708); `message` is its custom argument, empty if it has none.

    The document calls `Time` the time the trigger was created, which can hardly be meant: here it is the time at
    which it fires. UNVERIFIED.
    """
    return {
        "Type": "Timer",
        "TriggerName": trigger_name,
        "Time": at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Message": message,
    }
