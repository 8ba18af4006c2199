"""The news of finished jobs, sent to addresses and kept for brokers."""

import logging
import threading
from collections.abc import Callable

from localcloud.ci.call_backs import CallBack, Message, Url
from localcloud.ci.jobs import Job
from localcloud.ci.rendering import render_notification

Deliver = Callable[[str, str, bytes], object]
"""Sends a notification: address, content type, body. It may raise; that is logged and harms nothing."""

_log = logging.getLogger("localcloud.ci")


class Notifier:
    """Tells of finished jobs, once each. Safe to share between threads."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._lock = threading.Lock()
        self._messages: list[Message] = []

    @property
    def messages(self) -> tuple[Message, ...]:
        """What brokers would have got, the first first."""
        with self._lock:
            return tuple(self._messages)

    def notify(self, job: Job, call_back: CallBack) -> None:
        """Tell of the job. Never raises: whatever the receiver does, the job is done."""
        content_type, body = render_notification(job, call_back.format)
        destination = call_back.destination
        if isinstance(destination, Url):
            self._send(job.job_id, destination, content_type, body)
            return
        with self._lock:
            self._messages.append(Message(job.job_id, destination, content_type, body))

    def _send(self, job_id: str, url: Url, content_type: str, body: bytes) -> None:
        try:
            self._deliver(url.address, content_type, body)
        except Exception as error:  # noqa: BLE001 - see `notify`
            # Its address may be a secret, and an error may quote the address.
            _log.warning("The notification of job %s was not delivered (%s)", job_id, type(error).__name__)
