"""Whose turn it is: the jobs of each queue, in order, and no more at once than the queue lets run."""

import threading
from collections import defaultdict
from collections.abc import Callable
from heapq import heapify, heappop, heappush


class Turns:
    """Calls `begin(name)` when a name's turn has come: in a queue the higher level first, then the earlier.

    `most(queue)` tells how many names of a queue may have begun and not ended; it must not ask Turns. `begin` must
    neither raise nor take long. Safe to share between threads.
    """

    def __init__(self, begin: Callable[[str], None], most: Callable[[str], int]) -> None:
        self._begin = begin
        self._most = most
        self._waiting: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self._begun: dict[str, str] = {}  # name to queue
        self._count = 0
        self._stopped = False
        self._lock = threading.Lock()

    @property
    def begun(self) -> tuple[str, ...]:
        """The names that have begun and not ended, the first begun first."""
        with self._lock:
            return tuple(self._begun)

    def add(self, name: str, queue: str, level: int) -> None:
        """Have `name` begin in its turn; after the stop it never does."""
        with self._lock:
            self._count += 1
            heappush(self._waiting[queue], (-level, self._count, name))
        self.begin_what_may(queue)

    def withdraw(self, name: str, queue: str) -> bool:
        """Forget a name that waits, and return whether it did wait: one that has begun does not."""
        with self._lock:
            waiting = self._waiting[queue]
            still = [each for each in waiting if each[-1] != name]
            withdrawn = len(still) < len(waiting)
            heapify(still)
            self._waiting[queue] = still
            return withdrawn

    def end(self, name: str) -> None:
        """Give the place of a name that had begun to the next."""
        with self._lock:
            queue = self._begun.pop(name)
            names = self._take(queue)  # at once, so that nobody finds nothing begun while something waits
        for each in names:
            self._begin(each)

    def begin_what_may(self, queue: str) -> None:
        """Begin what waits in the queue, as far as there is room."""
        with self._lock:
            names = self._take(queue)
        for name in names:
            self._begin(name)

    def stop(self) -> None:
        """Begin nothing any more."""
        with self._lock:
            self._stopped = True

    def _take(self, queue: str) -> list[str]:
        """Return those whose turn it is, as begun; the lock is held."""
        if self._stopped:
            return []
        waiting = self._waiting[queue]
        room = self._most(queue) - sum(each == queue for each in self._begun.values())
        names = [heappop(waiting)[-1] for _ in range(min(room, len(waiting)))]
        self._begun.update(dict.fromkeys(names, queue))
        return names
