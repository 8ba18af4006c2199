"""How much may run at once: the quota of a region, and what is set aside for single functions (583/45757)."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localcloud.clock import Clock
from localcloud.scf.invocation import FunctionError, burst_exceeded, concurrency_exceeded
from localcloud.scf.project import FunctionSpec

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Quota:
    """What a region grants (583/11637): every running invocation counts with its function's memory size.

    `reserved` sets some of `region` aside for a function, by key or name: that is then the most it may use, and
    nobody else's. 0 stops the function. Both in MB. `burst` is how many instances may be started a minute. None is
    no limit.
    """

    region: int | None = None
    reserved: Mapping[str, int] = field(default_factory=dict)
    burst: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where more is set aside than there is; that 12,800 MB must be left is not asked here."""
        if self.unreserved is not None and self.unreserved < 0:
            reserved = sum(self.reserved.values())
            raise ValueError(f"{reserved} MB are set aside of the region's {self.region}; set less aside.")

    def reserved_for(self, function: FunctionSpec) -> int | None:
        """Return what is set aside for a function, None if nothing is."""
        return self.reserved.get(function.name, self.reserved.get(function.key))

    @property
    def unreserved(self) -> int | None:
        """What is left for the functions for which nothing is set aside."""
        return None if self.region is None else self.region - sum(self.reserved.values())


NO_LIMIT = Quota()
VENDOR_QUOTA = Quota(region=128_000, burst=500)  # of an account in Guangzhou, Shanghai, Beijing, Chengdu, Hong Kong


class NoRoomError(Exception):
    """The quota is used up; `error` is what SCF answers."""

    def __init__(self, error: FunctionError) -> None:
        super().__init__(error.message)
        self.error = error


class Concurrency:
    """Keeps one region to its quota. Thread-safe."""

    def __init__(self, quota: Quota, clock: Clock) -> None:
        self._quota = quota
        self._clock = clock
        self._used: dict[str | None, int] = {}  # MB by function name; None: all that share
        self._started: deque[datetime] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def running(self, function: FunctionSpec) -> Iterator[None]:
        """Count an invocation for as long as the context lasts. Raises NoRoomError."""
        reserved = self._quota.reserved_for(function)
        account = None if reserved is None else function.name
        limit = self._quota.unreserved if reserved is None else reserved
        with self._lock:
            used = self._used.get(account, 0) + function.memory_mb
            if limit is not None and used > limit:
                raise NoRoomError(concurrency_exceeded(function.name, limit, reserved=reserved is not None))
            self._used[account] = used
        try:
            yield
        finally:
            with self._lock:
                self._used[account] -= function.memory_mb

    def count_instance(self, function: FunctionSpec) -> None:
        """Count an instance that is to be started now. Raises NoRoomError."""
        if self._quota.burst is None:
            return
        now = self._clock()
        with self._lock:
            while self._started and now - self._started[0] >= _MINUTE:
                self._started.popleft()
            if len(self._started) >= self._quota.burst:
                raise NoRoomError(burst_exceeded(function.name, self._quota.burst))
            self._started.append(now)
