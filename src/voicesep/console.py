"""Talk to the person at the terminal, on stderr; stdout is for data."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from localcloud.scf.invocation import LogListener

UNLIMITED = 10_000
FEW = 10  # lines that are read at a glance
GAP = 2  # between two columns
LEAST = 8  # what is left of a column that is cut, where the others alone are wider than the terminal

Row = TypeVar("Row", bound=BaseModel)
Command = TypeVar("Command", bound=Callable[..., object])
Column = tuple[str, Callable[[Row], object]]
"""A heading, and what stands below it for a row."""


def talk() -> Console:
    """Return the console for talk; NO_COLOR and pipes are respected."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def progress(console: Console) -> Progress:
    """Return a progress display; it draws on terminals only, and what goes into a pipe meanwhile is left alone."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
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


@dataclass
class FirstFew:
    """Tells of many things, a line each: of the first few, or of `every` one; at the end how many more there were."""

    console: Console
    every: bool
    more: str
    _told: int = field(default=0, init=False)
    _kept_back: int = field(default=0, init=False)

    def tell(self, line: str, *, serious: bool = False) -> None:
        """Tell of one thing; a serious one is always told."""
        if self.every or serious or self._told < FEW:
            self.console.print(line, markup=False, style="red" if serious else None)
            self._told += 1
        else:
            self._kept_back += 1

    def end(self) -> None:
        """Say how many were not told of, and how to hear of them."""
        if self._kept_back:
            self.console.print(f"and {self._kept_back} more: {self.more}", markup=False)


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


def print_stream(rows: Iterable[Row], columns: Sequence[Column[Row]], form: str, cut: str = "") -> None:
    """Print rows as data while they come, as print_rows does; only a table is held whole, to know its widths."""
    if form == "table":
        print_rows(list(rows), columns, form, cut)
        return
    opening, between, closing = ("[", ",\n", "]\n") if form == "json" else ("", "\n", "")
    begun = False
    click.echo(opening, nl=False)
    for row in rows:
        click.echo(f"{between if begun else ''}{json.dumps(row.model_dump(mode='json'), ensure_ascii=False)}", nl=False)
        begun = True
    click.echo(closing if closing else "\n" * begun, nl=False)


def print_rows(rows: Sequence[Row], columns: Sequence[Column[Row]], form: str, cut: str = "") -> None:
    """Print rows as data: a table of the columns, one JSON list, or a JSON object a line.

    On a terminal cells are folded. With `cut`, the heading of a column, each row is one line instead, so that what
    stands in it can be copied, and that column gets the room that is left.
    """
    documents = [row.model_dump(mode="json") for row in rows]
    if form == "json":
        print_json(documents)
    elif form == "jsonl":
        for document in documents:
            click.echo(json.dumps(document, ensure_ascii=False))
    else:
        cells = [[str(value(row) or "") for _, value in columns] for row in rows]
        _print_table([heading for heading, _ in columns], cells, cut)


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], cut: str) -> None:
    console = Console(highlight=False)
    if console.is_terminal and cut:
        rows = _cut(headings, rows, headings.index(cut), console.width)
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    if console.is_terminal and not cut:
        console.print(table, markup=False)
        return
    console.width = UNLIMITED  # each row is one line; a terminal folds what is too long, and has it copied whole
    with console.capture() as lines:
        console.print(table, markup=False)
    for line in lines.get().splitlines():
        click.echo(line.rstrip())


def _cut(headings: Sequence[str], rows: Sequence[Sequence[str]], place: int, width: int) -> list[list[str]]:
    """Return the rows with one column cut, with an ellipsis, to the room that the others leave of a width."""
    others = [max(map(cell_len, cells)) for n, cells in enumerate(zip(headings, *rows, strict=True)) if n != place]
    room = max(width - sum(others) - GAP * len(others), LEAST)
    shown = []
    for row in rows:
        text = Text(" ".join(row[place].split()))
        text.truncate(room, overflow="ellipsis")
        shown.append([*row[:place], text.plain, *row[place + 1 :]])
    return shown
