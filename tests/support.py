"""What tests of more than one room share."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Timer
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
EVENTS = ROOT / "events"
SAMPLE = ROOT / "src" / "voicesep" / "samples" / "talk-over-music.mp3"
PATIENCE = 60.0  # seconds, for what takes a moment unless the machine is busy


@dataclass
class StoppedClock:
    """A clock that moves only when told to, or when somebody sleeps."""

    at: datetime = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
    slept: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.elapsed += seconds


@dataclass
class Lines:
    """A sink that keeps the lines of a telemetry."""

    text: str = ""

    def write(self, text: str, /) -> None:
        self.text += text

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def load_event(name: str) -> Any:
    return json.loads((EVENTS / name).read_text(encoding="utf-8"))


def eventually(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return as soon as a condition holds; fail when it does not within so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"it does not hold after {seconds:g} seconds"
        time.sleep(0.005)


def first_line(
    process: "subprocess.Popen[str]", saying: str = "", *, said: IO[str] | None = None, seconds: float = PATIENCE
) -> str:
    """Return the first line that a process prints, or that has `saying` in it, without its end.

    Where none comes in time the process is killed, and what it wrote to standard error is told: `said` is the file of
    a process that writes more there than a pipe holds.
    """
    assert process.stdout
    limit = Timer(seconds, process.kill)
    limit.start()
    try:
        line = next((line for line in process.stdout if saying in line), None)
    finally:
        limit.cancel()
    if line is not None:
        return line.rstrip("\n")
    process.kill()
    code = process.wait()
    if said:
        said.seek(0)
    complaints = said or process.stderr
    told = complaints.read() if complaints else "nothing that was kept"
    raise AssertionError(f"it did not print {saying or 'a line'} but ended with {code} and said: {told}")
