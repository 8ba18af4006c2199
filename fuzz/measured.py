"""What a run of a target costs: inputs, seconds, the slowest input, memory."""

import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from fuzz.catalogue import Function

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; getrusage counts KiB on Linux


class Measures(BaseModel):
    """What was measured in one process; `features` only where the engine counts coverage."""

    inputs: int = 0
    seconds: float = 0.0
    slowest_seconds: float = 0.0
    peak_bytes: int = 0
    features: int | None = None

    @property
    def per_second(self) -> float:
        """Inputs in a second."""
        return self.inputs / self.seconds if self.seconds else 0.0


@dataclass
class Meter:
    """Runs a target and measures it; what it knows is in `file` about once a second, however the process ends."""

    target: Function
    file: Path | None = None
    measures: Measures = field(default_factory=Measures)
    _begun: float = field(default_factory=time.monotonic)
    _saved: float = 0.0

    def __call__(self, data: bytes) -> None:
        """Give the target one input."""
        before = time.monotonic()
        try:
            self.target(data)
        finally:
            after = time.monotonic()
            self.measures.inputs += 1
            self.measures.seconds = after - self._begun
            self.measures.slowest_seconds = max(self.measures.slowest_seconds, after - before)
            if after - self._saved > 1:
                self.save()
                self._saved = after

    def save(self) -> None:
        """Write down what is known so far."""
        self.measures.peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
        if self.file:
            self.file.write_text(self.measures.model_dump_json(), encoding="utf-8")
