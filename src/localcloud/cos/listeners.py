"""Who wants to hear of new objects."""

import threading
from collections.abc import Callable

from localcloud.cos.objects import ObjectCreated

ObjectListener = Callable[[ObjectCreated], None]


class Listeners:
    """Those who are told of every new object, in the order they came. Thread-safe."""

    def __init__(self) -> None:
        self._listeners: tuple[ObjectListener, ...] = ()
        self._are_quick = True
        self._lock = threading.Lock()

    @property
    def are_quick(self) -> bool:
        """Whether none of them ever waits for anybody."""
        return self._are_quick

    def add(self, listener: ObjectListener, *, is_quick: bool) -> None:
        """Have one more told from now on."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
            self._are_quick = self._are_quick and is_quick

    def tell(self, news: ObjectCreated) -> None:
        """Tell all of them, on this thread."""
        for listener in self._listeners:
            listener(news)
