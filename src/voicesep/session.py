"""What sends a command's requests."""

import random
import sys

from voice_separation.clock import Deadline, SystemClock
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool

SECONDS = 60.0


def new_session(key: Credentials, seconds: float = SECONDS, *, parallel: int = 1) -> Session:
    """Return what sends a command's requests, signed with a key; the command may take `seconds`."""
    clock = SystemClock()
    return Session(
        pool=connection_pool(parallel),
        credentials=key,
        deadline=Deadline.after(seconds, clock),
        clock=clock,
        telemetry=Telemetry(clock, Level.ERROR, sys.stderr),
        jitter=random.random,
    )
