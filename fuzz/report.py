"""The table of a fuzzing run, and its place in a document."""

import platform
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fuzz.measured import Measures

_BLOCK = re.compile(r"(<!-- fuzz -->\n).*?(<!-- /fuzz -->)", re.DOTALL)
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """What came of one target; `broke` is the engine's report if an input broke it."""

    target: str
    engine: str
    measures: Measures
    broke: str | None


def table(runs: list[Run], today: date) -> str:
    """Return the runs as Markdown."""
    engine = runs[0].engine
    heading = f"{today}, {engine}, Python {platform.python_version()}, {platform.system()} {platform.machine()}:\n"
    columns = "| target | seconds | inputs | a second | features | longest input | peak memory | broke |"
    rows = [_row(run) for run in runs]
    total = sum(run.measures.inputs for run in runs), sum(run.measures.seconds for run in runs)
    last = f"| all | {total[1]:.0f} | {total[0]:,} | | | | | {sum(run.broke is not None for run in runs)} |"
    return "\n".join([heading, columns, "|---|---:|---:|---:|---:|---:|---:|---|", *rows, last])


def _row(run: Run) -> str:
    told = run.measures
    broke = "yes" if run.broke else "no"
    features = "–" if told.features is None else f"{told.features:,}"
    return (
        f"| {run.target} | {told.seconds:.0f} | {told.inputs:,} | {told.per_second:,.0f} | {features} |"
        f" {told.slowest_seconds * 1000:.0f} ms | {told.peak_bytes / _MEGABYTE:.0f} MiB | {broke} |"
    )


def record(document: Path, text: str) -> None:
    """Put the table into the document, in place of the former one. Raises ValueError where there is no such block."""
    new, found = _BLOCK.subn(lambda match: f"{match[1]}{text}\n{match[2]}", document.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{document} has no block between <!-- fuzz --> and <!-- /fuzz -->. Add one.")
    document.write_text(new, encoding="utf-8")
