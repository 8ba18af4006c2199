import io

import click
import pytest
from rich.console import Console

from tests.support import StoppedClock
from voicesep.progress import SECONDS_BETWEEN_LINES, meter


def test_a_pipe_gets_a_line_now_and_then_and_one_at_the_end() -> None:
    clock, out = StoppedClock(), io.StringIO()
    with meter(Console(file=out), "submitted", 40, clock.monotonic) as progress:
        for _ in range(40):
            clock.advance(SECONDS_BETWEEN_LINES / 10)
            progress.advance()
    assert out.getvalue().splitlines() == [f"submitted: {done} of 40" for done in (10, 20, 30, 40)]


def test_what_is_done_at_once_is_told_once() -> None:
    clock, out = StoppedClock(), io.StringIO()
    with meter(Console(file=out), "looked at", None, clock.monotonic) as progress:
        progress.advance(3)
    assert out.getvalue().splitlines() == ["looked at: 3"]


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end_and_no_lines() -> None:
    out = io.StringIO()
    with meter(Console(file=out, force_terminal=True, width=80), "submitted", 2) as progress:
        progress.advance(2)
    assert "\x1b[" in out.getvalue()
    assert "submitted: 2" not in out.getvalue()


def test_data_goes_into_its_pipe_while_a_terminal_shows_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    with meter(Console(file=out, force_terminal=True, width=80), "ended", 1) as progress:
        click.echo("an entry")
        progress.advance()
    assert capsys.readouterr().out == "an entry\n"
    assert "an entry" not in out.getvalue()
