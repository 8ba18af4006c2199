"""What the tests wait with: it must end, and say why."""

import subprocess
import sys
import tempfile

import pytest

from tests.support import eventually, first_line

SILENT = "import sys, time; print('out of order', file=sys.stderr, flush=True); time.sleep(600)"


def test_what_never_comes_true_fails() -> None:
    with pytest.raises(AssertionError, match=r"it does not hold after 0\.01 seconds"):
        eventually(lambda: False, 0.01)


def test_the_first_line_of_a_process_is_waited_for_or_the_first_that_says_something() -> None:
    program = [sys.executable, "-c", "for each in ('one', 'two', 'three'): print(each)"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert [first_line(process), first_line(process, "thr")] == ["one", "three"]


@pytest.mark.parametrize("to_a_file", [False, True])
def test_a_process_that_prints_nothing_is_killed_and_what_it_said_is_told(*, to_a_file: bool) -> None:
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [sys.executable, "-c", SILENT],
            stdout=subprocess.PIPE,
            stderr=said if to_a_file else subprocess.PIPE,
            text=True,
        ) as process,
    ):
        with pytest.raises(AssertionError, match="ended with -9 and said: out of order"):
            first_line(process, said=said if to_a_file else None, seconds=3)
        assert process.returncode == -9
