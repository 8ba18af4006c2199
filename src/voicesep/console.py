"""Talk to the person at the terminal, on stderr; stdout is for data."""

import json
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


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


def print_json(value: Any) -> None:
    """Print a value as data."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
