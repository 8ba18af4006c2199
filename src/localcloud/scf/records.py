"""What is remembered of invocations."""

import threading
from collections import deque

from localcloud.clock import Clock
from localcloud.scf.invocation import InvocationRecord, InvocationResult, InvocationType, Outcome

_RECORDS_KEPT = 10_000


class Records:
    """The latest 10,000 runs, in the order they ended. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: deque[InvocationRecord] = deque(maxlen=_RECORDS_KEPT)
        self._lock = threading.Lock()

    def add(self, result: InvocationResult, kind: InvocationType, outcome: Outcome, *, retry_num: int = 0) -> None:
        """Remember a run that ends now."""
        with self._lock:
            self._records.append(InvocationRecord(result, kind, retry_num, outcome, self._clock()))

    def all(self) -> tuple[InvocationRecord, ...]:
        """Return every run that is remembered."""
        with self._lock:
            return tuple(self._records)
