import signal
import subprocess
import sys

import pytest

WAITS = """
import signal
from localcloud.interruption import Interruption

interruption = Interruption()
signal.raise_signal(signal.{name})
interruption.wait()
print("ended in order")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_that_comes_before_the_wait_ends_it(name: str) -> None:
    program = [sys.executable, "-c", WAITS.format(name=signal.Signals[name].name)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("ended in order\n", "")
