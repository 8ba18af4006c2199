"""Talk to the person at the terminal, on stderr; stdout is for data."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from localcloud.scf.invocation import LogListener

UNLIMITED = 10_000

Row = TypeVar("Row", bound=BaseModel)
Command = TypeVar("Command", bound=Callable[..., object])
Column = tuple[str, Callable[[Row], object]]
"""A heading, and what stands below it for a row."""


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


def output_format(command: Command) -> Command:
    """Add the option that says how rows are printed."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "jsonl"]),
        default="table",
        show_default=True,
        help="How the rows are printed.",
    )(command)


def print_stream(rows: Iterable[Row], columns: Sequence[Column[Row]], form: str) -> None:
    """Print rows as data while they come, as print_rows does; only a table is held whole, to know its widths."""
    if form == "table":
        print_rows(list(rows), columns, form)
        return
    opening, between, closing = ("[", ",\n", "]\n") if form == "json" else ("", "\n", "")
    begun = False
    click.echo(opening, nl=False)
    for row in rows:
        click.echo(f"{between if begun else ''}{json.dumps(row.model_dump(mode='json'), ensure_ascii=False)}", nl=False)
        begun = True
    click.echo(closing if closing else "\n" * begun, nl=False)


def print_rows(rows: Sequence[Row], columns: Sequence[Column[Row]], form: str) -> None:
    """Print rows as data: a table of the columns, one JSON list, or a JSON object a line."""
    documents = [row.model_dump(mode="json") for row in rows]
    if form == "json":
        print_json(documents)
    elif form == "jsonl":
        for document in documents:
            click.echo(json.dumps(document, ensure_ascii=False))
    else:
        table = Table(box=None, pad_edge=False)
        for heading, _ in columns:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(str(value(row) or "") for _, value in columns))
        console = Console(highlight=False)
        if console.is_terminal:
            console.print(table, markup=False)
            return
        console.width = UNLIMITED  # whoever reads a pipe wants each row on one line, and nothing to fill it up
        with console.capture() as plain:
            console.print(table, markup=False)
        for line in plain.get().splitlines():
            click.echo(line.rstrip())
