"""A notification in JSON."""

from fuzz.messages import check_notification


def target(data: bytes) -> None:
    """Read `data` as the body of a notification."""
    check_notification(data)
