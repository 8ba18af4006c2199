"""Talk to the person at the terminal, on stderr; stdout is for data."""

import json
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from localcloud.scf.invocation import LogListener


def talk() -> Console:
    """Return the console for talk; NO_COLOR and pipes are respected."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def progress(console: Console) -> Progress:
    """Return a progress display; it draws on terminals only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def trouble(console: Console) -> LogListener:
    """Return a listener that shows what functions log as warnings and errors, and whatever is no JSON line."""

    def hear(function: str, _request_id: str, line: str) -> None:
        try:
            told = json.loads(line)
            serious = told["level"] in {"WARNING", "ERROR"}
        except (ValueError, KeyError, TypeError):
            serious = True
        if serious:
            console.print(f"{function}: {line}", markup=False, style="yellow")

    return hear


def print_json(value: Any) -> None:
    """Print a value as data."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
