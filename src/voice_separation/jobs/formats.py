"""In which of two ways CI writes a notification (460/84794)."""

from enum import Enum


class CallbackFormat(str, Enum):
    """How CI writes the notification."""

    XML = "XML"
    JSON = "JSON"
