"""The thread that does the jobs, one at a time."""

import threading
from collections.abc import Callable
from heapq import heapify, heappop, heappush


class Worker:
    """Calls `work(name)` for every name it is given: the higher level first, then the earlier.

    The thread begins with the first name. `work` must not raise.
    """

    def __init__(self, work: Callable[[str], None]) -> None:
        self._work = work
        self._waiting: list[tuple[int, int, str]] = []
        self._count = 0
        self._busy = False
        self._stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def stopped(self) -> bool:
        """Whether to stop; work that takes long asks now and then."""
        return self._stopped

    def is_idle(self) -> bool:
        """Return whether there is nothing to do and nothing being done."""
        with self._changed:
            return not (self._waiting or self._busy)

    def add(self, name: str, level: int) -> None:
        """Have `name` worked on in its turn; after the stop it never is."""
        with self._changed:
            self._count += 1
            heappush(self._waiting, (-level, self._count, name))
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="localcloud:ci", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def withdraw(self, name: str) -> bool:
        """Forget a name that waits, and return whether it did wait: one that is being worked on does not."""
        with self._changed:
            still = [waiting for waiting in self._waiting if waiting[-1] != name]
            withdrawn = len(still) < len(self._waiting)
            self._waiting = still
            heapify(self._waiting)
            return withdrawn

    def stop(self) -> None:
        """Begin nothing more and return when what is being done has ended."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (name := self._next()) is not None:
            self._work(name)
            with self._changed:
                self._busy = False

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            self._busy = True
            return heappop(self._waiting)[-1]
