"""Ctrl-C: for commands that go on until somebody ends them, and for those that end what they have begun."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rich.console import Console

from localcloud.interruption import Interruption

EXIT_INTERRUPTED = 130  # 128 + SIGINT


def until_interrupted() -> None:
    """Return when somebody presses Ctrl-C or ends the process."""
    Interruption().wait()


@dataclass
class Wish:
    """Whether somebody has pressed Ctrl-C."""

    came: bool = False


@contextmanager
def wish_to_end(console: Console, told: str) -> Iterator[Wish]:
    """Take the first Ctrl-C as a wish to end well, which is told in these words; the second ends the command."""
    wish = Wish()

    def hear(_number: int, _frame: FrameType | None) -> None:
        wish.came = True
        signal.signal(signal.SIGINT, before)
        console.print(told, markup=False)

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, before)
