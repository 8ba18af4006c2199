"""How far a long command is, on stderr: a bar on a terminal, a line now and then in a pipe or a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from rich.console import Console

from voicesep.console import progress

SECONDS_BETWEEN_LINES = 5.0


@dataclass
class Meter:
    """Counts what is done, in whatever thread; `total` None when nobody knows how much there is."""

    label: str
    total: int | None
    draw: Callable[[int], None]
    done: int = 0
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def advance(self, by: int = 1) -> None:
        """Count more as done, or less."""
        with self._one_at_a_time:
            self.done += by
            self.draw(self.done)


@dataclass
class _Lines:
    """Prints a line when some time has passed since the last."""

    console: Console
    label: str
    total: int | None
    monotonic: Callable[[], float]
    _said_at: float = field(init=False)
    _said: int = -1

    def __post_init__(self) -> None:
        self._said_at = self.monotonic()

    def draw(self, done: int) -> None:
        """Say how much is done, if it is time to."""
        if self.monotonic() >= self._said_at + SECONDS_BETWEEN_LINES:
            self.say(done)

    def say(self, done: int) -> None:
        """Say how much is done."""
        if done != self._said:
            of = "" if self.total is None else f" of {self.total}"
            self.console.print(f"{self.label}: {done}{of}", markup=False)
            self._said, self._said_at = done, self.monotonic()


@contextmanager
def meter(
    console: Console, label: str, total: int | None = None, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Meter]:
    """Show how far it is for as long as the context lasts; a pipe also gets a last line."""
    if console.is_terminal:
        with progress(console) as display:
            task = display.add_task(label, total=total)
            yield Meter(label, total, lambda done: display.update(task, completed=done))
        return
    lines = _Lines(console, label, total, monotonic)
    counting = Meter(label, total, lines.draw)
    try:
        yield counting
    finally:
        lines.say(counting.done)
