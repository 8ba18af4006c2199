"""Calls that are to be made later."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

Call = Callable[[], object]

_log = logging.getLogger("localcloud.faults")


class Later:
    """Makes calls when they are due, one at a time, on a thread that begins with the first. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Call]] = []
        self._order = itertools.count()
        self._busy = False
        self._stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def call(self, seconds: float, call: Call) -> None:
        """Make `call` in so many seconds; what it raises is logged. After the stop it is never made."""
        with self._changed:
            if self._stopped:
                return
            heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._order), call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="localcloud:later", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def is_idle(self) -> bool:
        """Return whether there is no call to make and none being made."""
        with self._changed:
            return not (self._waiting or self._busy)

    def stop(self) -> None:
        """Make no more calls, and return when the one being made has ended."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - one call never takes the others with it
                # It may be the delivery of a notification, whose address is a secret that the error may quote.
                _log.warning("A delayed event was not delivered (%s)", type(error).__name__)
            finally:
                with self._changed:
                    self._busy = False

    def _next(self) -> Call | None:
        with self._changed:
            while not self._stopped:
                if not self._waiting:
                    self._changed.wait()
                elif (remaining := self._waiting[0][0] - time.monotonic()) > 0:
                    self._changed.wait(remaining)
                else:
                    self._busy = True
                    return heapq.heappop(self._waiting)[-1]
            return None
