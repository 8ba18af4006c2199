"""Cuts what a function prints into lines."""

from collections.abc import Callable


class LogLines:
    """The log of one invocation: `feed` it bytes, hear each whole line, `finish` for the last one."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""
        self._lines: list[str] = []

    def feed(self, output: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        *whole, self._rest = (self._rest + output).split(b"\n")
        for line in whole:
            self._add(line)

    def finish(self) -> tuple[str, ...]:
        """Take what is left as a line, and return all of them."""
        if self._rest:
            self._add(self._rest)
            self._rest = b""
        return tuple(self._lines)

    def _add(self, line: bytes) -> None:
        text = line.decode(errors="replace").removesuffix("\r")
        self._lines.append(text)
        self._on_line(text)
