"""Which invocation of a function sends a request: known by the credentials that were issued for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Caller:
    """An invocation that runs right now."""

    key: str  # of the function, in its file
    function: str  # its name in SCF
    request_id: str
    kill: Callable[[], None] = field(repr=False)  # ends the instance at once, as SIGKILL does; may block for a second

    def is_of(self, key_or_name: str) -> bool:
        """Whether it is an invocation of this function."""
        return key_or_name in (self.key, self.function)


class Callers:
    """The running invocations by the id of their access key. Thread-safe."""

    def __init__(self) -> None:
        self._running: dict[str, Caller] = {}
        self._lock = threading.Lock()

    @contextmanager
    def running(self, access_key_id: str | None, caller: Caller) -> Iterator[None]:
        """Know `caller` for as long as the context lasts; one without credentials cannot be known."""
        if access_key_id is None:
            yield
            return
        with self._lock:
            self._running[access_key_id] = caller
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(access_key_id, None)

    def find(self, access_key_id: str | None) -> Caller | None:
        """Return the invocation that has this access key, None if none has."""
        if access_key_id is None:
            return None
        with self._lock:
            return self._running.get(access_key_id)


def nobody(_access_key_id: str | None) -> Caller | None:
    """Find no caller: for a cloud without functions."""
    return None
