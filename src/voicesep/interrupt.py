"""For commands that go on until somebody ends them."""

import signal
from queue import SimpleQueue


def until_interrupted() -> None:
    """Return when somebody presses Ctrl-C or ends the process."""
    ended: SimpleQueue[int] = SimpleQueue()  # an Event would lock itself out if the signal came as the wait begins
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: ended.put(number))
    ended.get()
