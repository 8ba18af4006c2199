"""Commands as processes of their own, that run until a test has seen enough of them."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import Any

import pytest

SECONDS = 120  # for what takes one or two, on a machine that is busy


@contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """Start a command; one that still runs at the end, or when its time is over, is killed."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **options) as process:
        watchdog = Timer(SECONDS, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def printed(process: "subprocess.Popen[str]") -> str:
    """Return the next line that it prints on standard output; where there is none, fail with what it says of it."""
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        assert process.stderr
        pytest.fail(f"it printed no more, for it ended with {process.wait()}: {process.stderr.read()}")
    return line.strip()


def told(process: "subprocess.Popen[str]") -> str:
    """Return the next line that it says on standard error; where there is none, fail."""
    assert process.stderr
    line = process.stderr.readline()
    if not line:
        pytest.fail(f"it said no more, for it ended with {process.wait()}")
    return line.rstrip("\n")
