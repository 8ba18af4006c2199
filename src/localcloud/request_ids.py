"""The ids that COS and CI give every request, in the shape of the vendor's: base64 of four hex numbers."""

import base64
import hashlib
import itertools
import os
import uuid

from localcloud.clock import Clock

_LOOPBACK = "7f000001"


class RequestIds:
    """Makes ids that differ within a process, and between processes that do not share their number and second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = itertools.count(1)  # its next() is one step, so threads may share it

    def next(self) -> str:
        """Return a new id, such as `NWMxOWY4MGFfN2YwMDAwMDFfMTUyMV8x`."""
        second = int(self._clock().timestamp())
        numbers = f"{second:08x}_{_LOOPBACK}_{os.getpid() & 0xFFFF:04x}_{next(self._count):x}"
        return base64.b64encode(numbers.encode()).decode()


def trace_id(request_id: str) -> str:
    """Return the trace id that goes with an error's request id: like the vendor's, base64 of 96 hex digits."""
    return base64.b64encode(hashlib.sha384(request_id.encode()).hexdigest().encode()).decode()


def uuid_of(request_id: str) -> str:
    """Return the id that an answer of the API 3.0 carries for this request: like the vendor's, a UUID."""
    return str(uuid.UUID(bytes=hashlib.sha256(request_id.encode()).digest()[:16], version=4))
