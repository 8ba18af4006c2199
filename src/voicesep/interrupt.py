"""For commands that go on until somebody ends them."""

import signal
import threading


def until_interrupted() -> None:
    """Return when somebody presses Ctrl-C or ends the process."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
