"""What tests of more than one room share."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVENTS = ROOT / "events"
SAMPLE = ROOT / "src" / "voicesep" / "samples" / "talk-over-music.mp3"


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
