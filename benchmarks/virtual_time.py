"""Time that costs nothing: many invocations on one clock, of which only one runs at any moment.

Each task has a thread, but a thread runs only while it holds the turn, and gives it up whenever it sleeps. Who is next
is told by the virtual time alone, so a run can be repeated to the letter, races included.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

Call = Callable[[], object]


class VirtualTime:
    """The clock of a simulation, and what is to happen on it. `now`, `monotonic` and `sleep` are a Clock of the app."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Call]] = []
        self._turn = threading.Semaphore(0)
        self._tasks = 0
        self._broken: BaseException | None = None

    def now(self) -> datetime:
        """Return the time of day."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Give the turn up for so long; also for a task that waits for the answer of the thread that calls this."""
        awake = threading.Event()
        self._at(seconds, lambda: self._hand_over(awake.set))
        self._turn.release()
        awake.wait()

    def call(self, seconds: float, call: Call) -> None:
        """Make a call in so many seconds; it must not sleep."""
        self._at(seconds, call)

    def begin(self, seconds: float, task: Call) -> None:
        """Begin a task in so many seconds; it may sleep."""
        self._tasks += 1
        self._at(seconds, lambda: self._hand_over(threading.Thread(target=self._run, args=(task,), daemon=True).start))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is due any more and no task is in the middle of its work."""
        return not (self._due or self._tasks)

    def run_until(self, elapsed: float) -> None:
        """Let happen what is due by then, in its order. Raises what a task raised."""
        while self._due and self._due[0][0] <= elapsed:
            at, _, call = heapq.heappop(self._due)
            self._elapsed = max(self._elapsed, at)
            call()
            if self._broken:
                raise self._broken
        self._elapsed = max(self._elapsed, elapsed)

    def _at(self, seconds: float, call: Call) -> None:
        heapq.heappush(self._due, (self._elapsed + seconds, next(self._order), call))

    def _hand_over(self, go_on: Call) -> None:
        go_on()
        self._turn.acquire()

    def _run(self, task: Call) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - raised again by run_until
            self._broken = error
        finally:
            self._tasks -= 1
            self._turn.release()
