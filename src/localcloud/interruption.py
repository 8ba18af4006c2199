"""Ctrl-C and SIGTERM, for programs that go on until one of them comes."""

import os
import signal


class Interruption:
    """Takes note of SIGINT and SIGTERM from now on, in the place of what they would do; made in the main thread.

    They are waited for at a pipe, which the interpreter writes to as they come. A main thread that waits for a lock, as
    an Event does, may sleep through a signal that has come just before.
    """

    def __init__(self) -> None:
        self._noted, noting = os.pipe()
        os.set_blocking(noting, False)
        signal.set_wakeup_fd(noting, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: None)

    def wait(self) -> None:
        """Return when one has come, be it before this was called."""
        os.read(self._noted, 1)
