"""The machine that measured, and what else it was doing."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.report import Table


@dataclass(frozen=True)
class Machine:
    """What figures depend on; memory in GiB, load as the average of the last minute."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    measured_at: str
    load: float

    def table(self) -> Table:
        """Return it as a table."""
        rows = (
            ("processor", f"{self.processor}, {self.cores} cores"),
            ("memory", f"{self.memory_gib:.0f} GiB"),
            ("system", self.system),
            ("Python", self.python),
            ("measured", self.measured_at),
            ("load before it began", f"{self.load:.2f}"),
        )
        return Table(("", ""), rows)


def this_machine() -> Machine:
    """Describe the machine. Linux only, for it reads /proc."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = re.search(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(encoding="utf-8"))
    return Machine(
        processor=processor[1] if processor else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=int(memory[1]) / (1 << 20) if memory else 0.0,
        system=f"{platform.system()} {platform.release()}, {platform.machine()}",
        python=f"CPython {platform.python_version()} for the bench and the servers, 3.10 for the functions",
        measured_at=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        load=os.getloadavg()[0],
    )
