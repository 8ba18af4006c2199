"""The instances of one function: warm ones wait here for the next event."""

import threading
from collections.abc import Callable

from localcloud.scf.instance import Instance


class PoolStoppedError(Exception):
    """The function was stopped; nothing runs any more."""


class InstancePool:
    """Hands out instances, one event each at a time. Thread-safe.

    All busy: a new one starts, up to `limit`; then callers wait their turn, where the cloud would answer 432.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changed = threading.Condition()
        self._warm: list[Instance] = []
        self._busy: set[Instance] = set()
        self._keeps_warm = True
        self._stopped = False

    def acquire(self, start: Callable[[], Instance]) -> tuple[Instance, bool]:
        """Return an instance and whether it is cold, that is fresh from `start`; give it back when done.

        Raises PoolStoppedError.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._warm or len(self._busy) < self._limit)
            if self._stopped:
                raise PoolStoppedError
            is_cold = not self._warm
            instance = start() if is_cold else self._warm.pop()
            self._busy.add(instance)
            return instance, is_cold

    def give_back(self, instance: Instance, *, usable: bool) -> None:
        """Keep a usable instance warm, end any other."""
        with self._changed:
            keep = usable and self._keeps_warm
            if keep:
                self._warm.append(instance)
        if not keep:
            instance.close()
        with self._changed:
            self._busy.discard(instance)
            self._changed.notify_all()

    def retire(self) -> None:
        """End the warm instances now, and the busy ones when they have done their event."""
        with self._changed:
            self._keeps_warm = False
            idle, self._warm = self._warm, []
        for instance in idle:
            instance.close()

    def stop(self) -> None:
        """End every instance, busy or not, and return when none is left."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            for instance in self._busy:
                instance.kill()
        self.retire()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of all instances there are."""
        with self._changed:
            return tuple(sorted(instance.pid for instance in {*self._warm, *self._busy}))
