"""Cuts what a function prints into lines, and keeps as much of them as an invocation's log may hold."""

from collections.abc import Callable

MOST_BYTES = 1024 * 1024
"""That are kept of the log of one invocation, and of one line; the vendor names no number."""


class LogLines:
    """The log of one invocation: `feed` it bytes, hear each whole line, `finish` for the last one."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""
        self._lines: list[str] = []
        self._kept = 0
        self._dropped = 0

    @property
    def count(self) -> int:
        """How many lines are kept so far."""
        return len(self._lines)

    def feed(self, output: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        *whole, self._rest = (self._rest + output).split(b"\n")
        for line in whole:
            self._add(line)
        if len(self._rest) > MOST_BYTES:
            self.end_line()

    def end_line(self) -> None:
        """Take what was printed since the last line as a line."""
        if self._rest:
            self._add(self._rest)
            self._rest = b""

    def finish(self) -> tuple[str, ...]:
        """Take what is left as a line, and return all that are kept; a last one tells of those that are not."""
        self.end_line()
        if self._dropped:
            self._lines.append(f"localcloud kept {MOST_BYTES} bytes of this log, {self._dropped} lines were dropped")
            self._dropped = 0
        return tuple(self._lines)

    def _add(self, line: bytes) -> None:
        text = line.decode(errors="replace").removesuffix("\r")
        self._on_line(text)
        self._kept += len(line)
        if self._kept > MOST_BYTES:
            self._dropped += 1
        else:
            self._lines.append(text)
