"""How much memory a process uses: its peak of resident memory, as Linux counts it in /proc (proc(5))."""

import contextlib
import re
from pathlib import Path

MB = 1024 * 1024
_PEAK = re.compile(rb"^VmHWM:\s*(\d+) kB$", re.MULTILINE)
_FORGET_THE_PEAK = "5"  # written to clear_refs


def peak_bytes(pid: int) -> int | None:
    """Return the most that the process had at once since `forget_peak`; None where nobody counts, or it is gone.

    Not counted: what its children use.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return None
    found = _PEAK.search(status)
    return int(found[1]) * 1024 if found else None


def forget_peak(pid: int) -> None:
    """Begin to count anew from what the process has now."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text(_FORGET_THE_PEAK, encoding="ascii")
