"""The queue of asynchronous invocations: bounded workers, and retries that wait without a worker."""

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localcloud.clock import Clock
from localcloud.scf.sources import INVOKE, Source

_LOOK_EVERY_SECONDS = 0.1  # real ones, at a clock that may jump


@dataclass(frozen=True)
class RetryPolicy:
    """What becomes of an asynchronous invocation that fails (583/41138).

    One that the function failed is tried `retries` times more; one that the platform had no room for, again and
    again; each after `delay_seconds`, and none once `max_age_seconds` are over since the event came.
    """

    retries: int = 2
    delay_seconds: float = 60.0
    max_age_seconds: float = 6 * 60 * 60


VENDOR_RETRIES = RetryPolicy()


@dataclass(frozen=True)
class QueuedEvent:
    """One event on its way to one function."""

    function_name: str
    event: Any
    request_id: str  # the same for every try
    came_at: datetime
    source: Source = INVOKE
    retry_num: int = 0


Handle = Callable[[QueuedEvent], QueuedEvent | None]
"""Runs one try and returns the next one, if there is to be one."""


class EventQueue:
    """Runs queued events in order of their time, several at once. Thread-safe; `drain` waits until it is idle."""

    def __init__(self, handle: Handle, *, clock: Clock, retry_delay: float, workers: int) -> None:
        """`retry_delay` is in seconds of `clock`."""
        self._handle = handle
        self._clock = clock
        self._retry_delay = timedelta(seconds=retry_delay)
        self._most_workers = workers
        self._workers: list[threading.Thread] = []
        self._waiting: list[tuple[datetime, int, QueuedEvent]] = []
        self._order = itertools.count()
        self._running = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, event: QueuedEvent) -> None:
        """Queue `event` to run as soon as a worker is free; after `close` it is dropped."""
        with self._changed:
            self._schedule(event, event.came_at)
            if len(self._workers) < self._most_workers:
                worker = threading.Thread(target=self._work, name="scf-event", daemon=True)
                self._workers.append(worker)
                worker.start()

    def drain(self, timeout: float) -> bool:
        """Wait until nothing is queued, running or waiting for a retry; False if that takes over `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, timeout)

    def close(self) -> None:
        """Start nothing any more; what runs goes on, what waits is dropped."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the workers of a closed queue."""
        for worker in self._workers:
            worker.join()

    def _schedule(self, event: QueuedEvent, at: datetime) -> None:
        if not self._closed:
            heapq.heappush(self._waiting, (at, next(self._order), event))
            self._changed.notify_all()

    def _work(self) -> None:
        while (event := self._next()) is not None:
            retry = None
            try:
                retry = self._handle(event)
            finally:
                with self._changed:
                    self._running -= 1
                    if retry is not None:
                        self._schedule(retry, self._clock() + self._retry_delay)
                    self._changed.notify_all()

    def _next(self) -> QueuedEvent | None:
        """Return the next event when it is due, None when the queue is closed."""
        with self._changed:
            while not self._closed:
                if not self._waiting:
                    self._changed.wait()
                elif (remaining := (self._waiting[0][0] - self._clock()).total_seconds()) > 0:
                    self._changed.wait(min(remaining, _LOOK_EVERY_SECONDS))
                else:
                    self._running += 1
                    return heapq.heappop(self._waiting)[2]
            return None
