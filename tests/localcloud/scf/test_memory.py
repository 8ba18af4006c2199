"""The memory limit, on functions that really use memory."""

import os
import sys
from pathlib import Path

import pytest

from localcloud.scf.memory import MB, forget_peak, peak_bytes
from tests.localcloud.scf.lab import Lab

ONLY_LINUX_COUNTS = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells of memory in /proc"
)

GREEDY = """
    import time
    def main_handler(event, context):
        taken = bytearray(event["mb"] * 1024 * 1024)
        for place in range(0, len(taken), 4096):
            taken[place] = 1
        time.sleep(event.get("seconds", 0))
        return len(taken)
"""


@ONLY_LINUX_COUNTS
def test_a_function_within_its_memory_is_left_alone_and_its_peak_is_told(lab: Lab) -> None:
    key = lab.deploy(GREEDY, memory_mb=256)

    modest, small = lab.scf.invoke(key, {"mb": 100}), lab.scf.invoke(key, {"mb": 1})

    assert (modest.status_code, modest.value) == (200, 100 * MB)
    assert modest.memory is not None
    assert small.memory is not None
    assert 100 * MB < modest.memory < 200 * MB
    assert small.memory < 100 * MB, "the peak is that of the invocation, not of the instance"


@ONLY_LINUX_COUNTS
def test_a_function_that_goes_beyond_is_killed_while_it_runs(lab: Lab) -> None:
    key = lab.deploy(GREEDY, memory_mb=64)

    result = lab.scf.invoke(key, {"mb": 200, "seconds": 600})

    assert result.error is not None
    assert result.status_code == 434
    assert result.error.message.startswith("MemoryLimitReached: ")
    assert result.error.message.endswith(" MB were used, the limit is 64 MB")
    assert lab.scf.function(key).pids == (), "the status recycles the instance"


@ONLY_LINUX_COUNTS
def test_a_peak_that_is_over_before_anybody_looks_counts_too(lab: Lab) -> None:
    key = lab.deploy(GREEDY, memory_mb=64)

    assert lab.scf.invoke(key, {"mb": 200}).status_code == 434


@ONLY_LINUX_COUNTS
def test_loading_the_code_may_not_take_more_either(lab: Lab) -> None:
    key = lab.deploy("taken = bytearray(b'1' * (200 << 20))\ndef main_handler(event, context): pass\n", memory_mb=64)

    result = lab.scf.invoke(key, {})

    assert (result.status_code, result.cold_start) == (434, True)


@ONLY_LINUX_COUNTS
def test_the_peak_can_be_forgotten() -> None:
    taken = bytearray(b"1" * (64 * MB))
    before = peak_bytes(os.getpid())
    del taken
    forget_peak(os.getpid())
    after = peak_bytes(os.getpid())

    assert before is not None
    assert after is not None
    assert after <= before - 32 * MB


def test_of_a_process_that_is_gone_nothing_is_told() -> None:
    assert not Path("/proc/999999999").exists()
    assert peak_bytes(999999999) is None
    forget_peak(999999999)
