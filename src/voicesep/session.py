"""What sends a command's requests."""

import random
import sys

from voice_separation.clock import Deadline, SystemClock
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool

SECONDS = 60.0
PARALLEL = 8


def new_session(key: Credentials, seconds: float = SECONDS, *, parallel: int = PARALLEL) -> Session:
    """Return what sends a command's requests, signed with a key, up to `parallel` at once; it may take `seconds`."""
    clock = SystemClock()
    return Session(
        pool=connection_pool(parallel),
        credentials=key,
        deadline=Deadline.after(seconds, clock),
        clock=clock,
        telemetry=Telemetry(clock, Level.ERROR, sys.stderr),
        jitter=random.random,
    )
