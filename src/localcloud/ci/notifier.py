"""The news of what is finished, sent to addresses and kept for brokers."""

import logging
import threading
from collections.abc import Callable

from localcloud.ci.call_backs import CallBack, CallBackFormat, Message, Url

Deliver = Callable[[str, str, bytes], object]
"""Sends a notification: address, content type, body. It may raise; that is logged and harms nothing."""

Render = Callable[[CallBackFormat], tuple[str, bytes]]
"""Returns the content type and the body of news in a format."""

_log = logging.getLogger("localcloud.ci")


class Notifier:
    """Tells of finished jobs and executions, once each. Safe to share between threads."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._lock = threading.Lock()
        self._messages: list[Message] = []

    @property
    def messages(self) -> tuple[Message, ...]:
        """What brokers would have got, the first first."""
        with self._lock:
            return tuple(self._messages)

    def notify(self, about: str, call_back: CallBack, render: Render) -> None:
        """Tell of the job or execution with this id. Never raises: whatever the receiver does, it is done."""
        content_type, body = render(call_back.format)
        destination = call_back.destination
        if isinstance(destination, Url):
            self._send(about, destination, content_type, body)
            return
        with self._lock:
            self._messages.append(Message(about, destination, content_type, body))

    def _send(self, about: str, url: Url, content_type: str, body: bytes) -> None:
        try:
            self._deliver(url.address, content_type, body)
        except Exception as error:  # noqa: BLE001 - see `notify`
            # Its address may be a secret, and an error may quote the address.
            _log.warning("The notification of %s was not delivered (%s)", about, type(error).__name__)
