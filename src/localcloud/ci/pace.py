"""How fast jobs go from state to state: at once, after a while, or when somebody says so."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from localcloud.faults.later import Later

Go = Callable[[], object]


class Pace(Protocol):
    """Says when a job may take its next step: from Submitted towards Running, from Running to its end.

    Safe to share between threads; for one CI at a time.
    """

    def step(self, job_id: str, go: Go, /) -> None:
        """Have `go` called, at once or later, on whatever thread."""

    def withdraw(self, job_id: str, /) -> bool:
        """Forget a step that is held back, and return whether one was."""

    def waits_for_somebody(self, job_id: str, /) -> bool:
        """Return whether the job's step is held back until somebody says so, however long."""

    def is_idle(self) -> bool:
        """Return whether no step will be taken by itself any more."""

    def stop(self) -> None:
        """Forget what is held back, and serve another CI from now on."""


class Immediate:
    """Every job goes as fast as the work does."""

    def step(self, _job_id: str, go: Go) -> None:
        """Call `go`."""
        go()

    def withdraw(self, _job_id: str) -> bool:
        """Return False."""
        return False

    def waits_for_somebody(self, _job_id: str) -> bool:
        """Return False."""
        return False

    def is_idle(self) -> bool:
        """Return True."""
        return True

    def stop(self) -> None:
        """Do nothing."""


class Timer(Protocol):
    """What Timed is timed by: `Later`, or whatever makes calls when they are due. Thread-safe."""

    def call(self, seconds: float, call: Go, /) -> None:
        """Make `call` in so many seconds."""

    def is_idle(self) -> bool:
        """Return whether there is no call to make and none being made."""

    def stop(self) -> None:
        """Make no more calls."""


class Timed:
    """Every job stays Submitted and Running for at least `state_delay` seconds each, by a timer of its own."""

    def __init__(self, state_delay: float, new_timer: Callable[[], Timer] = Later) -> None:
        self._state_delay = state_delay
        self._new_timer = new_timer
        self._timer = new_timer()
        self._lock = threading.Lock()
        self._held: dict[str, Go] = {}

    def step(self, job_id: str, go: Go) -> None:
        """Have `go` called when the delay is over."""
        with self._lock:
            self._held[job_id] = go
        self._timer.call(self._state_delay, lambda: self._go(job_id, go))

    def withdraw(self, job_id: str) -> bool:
        """Forget a step whose time has not come."""
        with self._lock:
            return self._held.pop(job_id, None) is not None

    def waits_for_somebody(self, _job_id: str) -> bool:
        """Return False."""
        return False

    def is_idle(self) -> bool:
        """Return whether every step was taken."""
        return self._timer.is_idle()

    def stop(self) -> None:
        """Take none of the steps that are held back."""
        self._timer.stop()
        with self._lock:
            self._held.clear()
            self._timer = self._new_timer()

    def _go(self, job_id: str, go: Go) -> None:
        with self._lock:
            if self._held.get(job_id) is not go:
                return  # withdrawn, and maybe held anew since
            del self._held[job_id]
        go()


class Manual:
    """No job takes a step but when told to: `advance` once to run it, once more to end it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Go] = {}
        self._told: Counter[str] = Counter()

    def advance(self, job_id: str) -> None:
        """Let a job take one more step: the one that is held back, or else its next."""
        with self._lock:
            go = self._held.pop(job_id, None)
            if go is None:
                self._told[job_id] += 1
        if go is not None:
            go()

    def step(self, job_id: str, go: Go) -> None:
        """Call `go` if the job was told to advance, or else when it is."""
        with self._lock:
            if not self._told[job_id]:
                self._held[job_id] = go
                return
            self._told[job_id] -= 1
        go()

    def withdraw(self, job_id: str) -> bool:
        """Forget a step that is held back."""
        with self._lock:
            return self._held.pop(job_id, None) is not None

    def waits_for_somebody(self, job_id: str) -> bool:
        """Return whether the job waits to be told."""
        with self._lock:
            return job_id in self._held

    def is_idle(self) -> bool:
        """Return True: by itself nothing goes on."""
        return True

    def stop(self) -> None:
        """Forget what is held back, and what jobs were told in advance."""
        with self._lock:
            self._held.clear()
            self._told.clear()
