"""What was asked of the local cloud, for those who want to look (tests above all)."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RecordedRequest:
    """One request and what became of it."""

    at: datetime
    service: str  # cos, ci, functions, control, or the service of an API 3.0 call, such as ssm
    method: str
    host: str
    path: str  # decoded
    query: str  # as sent
    status: int | None  # of the answer, whether it was sent or lost; None if it was not carried out at all
    access_key_id: str | None  # as claimed; the status tells whether the claim held
    function: str | None = None  # whose invocation signed it, by its name in SCF
    invocation: str | None = None  # and that invocation's request id
    fault: str | None = None  # what struck it: the name of an effect in localcloud.faults
    action: str | None = None  # of an API 3.0 call, as claimed


class Recorder:
    """Keeps every request, or the latest `most`, in the order of the answers. Safe to share between threads."""

    def __init__(self, most: int | None = None) -> None:
        self._requests: deque[RecordedRequest] = deque(maxlen=most)
        self._lock = threading.Lock()

    def add(self, request: RecordedRequest) -> None:
        """Keep one more request."""
        with self._lock:
            self._requests.append(request)

    def requests(self, service: str | None = None) -> tuple[RecordedRequest, ...]:
        """Return the requests so far, of one service or of all."""
        with self._lock:
            return tuple(each for each in self._requests if service in (None, each.service))

    def of_invocation(self, request_id: str) -> tuple[RecordedRequest, ...]:
        """Return the requests that this invocation of a function sent, in all its tries."""
        with self._lock:
            return tuple(each for each in self._requests if each.invocation == request_id)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._requests.clear()
