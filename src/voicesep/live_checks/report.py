"""The report, in Markdown, written while the questions are asked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from voicesep.live_checks.bench import Cleaned
from voicesep.live_checks.questions import Question
from voicesep.live_checks.redaction import Redaction
from voicesep.project import PROGRAM


@dataclass(frozen=True)
class Report:
    """Writes what is observed at once: it was paid for, whatever comes next. It names no bucket, account or key."""

    sheet: TextIO
    redaction: Redaction

    def begin(self, *, at: datetime, region: str, where: str) -> None:
        """Write the head; `where` says which cloud is asked."""
        self._write("# What was observed", "")
        self._write(f"`{PROGRAM} live-checks`, {at.isoformat(timespec='seconds')}, {where}, region {region}.")

    def ask(self, question: Question) -> None:
        """Write the heading of a question."""
        self._write("", f"## {question.name}", "")
        self._write(f"**{question.asks}** {question.source}.")
        self._write(f"What was done: {question.does}. Cost: {question.cost}.", "")

    def observe(self, seen: str) -> None:
        """Write one thing that was seen."""
        self._write("- " + seen.replace("\n", "\n  "))

    def end(self, cleaned: Cleaned) -> None:
        """Write what became of everything that was written into the bucket."""
        self._write("", "## Clean-up", "")
        self.observe(f"deleted {cleaned.deleted} objects")
        if cleaned.problems:
            self.observe(f"{len(cleaned.problems)} requests failed; the first: {cleaned.problems[0]}")

    def _write(self, *lines: str) -> None:
        self.sheet.writelines(f"{self.redaction.hide(line)}\n" for line in lines)
        self.sheet.flush()


@contextmanager
def open_sheet(path: Path | None) -> Iterator[TextIO]:
    """Open where the report goes, None for standard output. Raises click.UsageError when it cannot be written."""
    if path is None:
        yield sys.stdout
        return
    try:
        sheet = path.open("w", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--output {path}: {error.strerror}; name a file that can be written") from error
    with sheet:
        yield sheet
