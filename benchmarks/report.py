"""What a benchmark has to say: tables, plots, and whether what was hoped for was reached; as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plots import Plot


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column is words, the others are figures."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return the table."""
        rule = ("---", *("--:" for _ in self.heading[1:]))
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.heading, rule, *self.rows))


@dataclass(frozen=True)
class Target:
    """A bound that was set beforehand, and what came of it; `at_least` where more is better.

    `packages` is what the peer on the app's own packages reaches: for whatever is built on them, the limit.
    """

    what: str
    bound: float
    reached: float
    at_least: bool = False
    packages: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the bound holds."""
        return self.reached >= self.bound if self.at_least else self.reached <= self.bound

    @property
    def row(self) -> tuple[str, ...]:
        """The row of a table of targets."""
        sign = "≥" if self.at_least else "≤"
        off = abs(self.reached / self.bound - 1)
        verdict = f"met, by {off:.0%}" if self.is_met else f"**missed by {off:.0%}**"
        limit = "" if self.packages is None else _short(self.packages)
        return self.what, f"{sign} {self.bound:g}", _short(self.reached), limit, verdict


def _short(figure: float) -> str:
    return f"{figure:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Section:
    """One benchmark: paragraphs about what was done, then what came out."""

    name: str
    title: str
    text: str
    tables: tuple[Table, ...]
    targets: tuple[Target, ...] = ()
    plots: tuple[Plot, ...] = ()

    def markdown(self, images: str) -> str:
        """Return the section; its plots lie in the folder `images`, as seen from the page."""
        pictures = [f"![{plot.title}]({images}/{plot.file_name})" for plot in self.plots]
        return "\n\n".join([f"## {self.title}", self.text, *(table.markdown() for table in self.tables), *pictures])

    def draw(self, folder: Path) -> None:
        """Write the plots."""
        folder.mkdir(parents=True, exist_ok=True)
        for plot in self.plots:
            (folder / plot.file_name).write_text(plot.svg(), encoding="utf-8")


def targets_table(sections: Sequence[Section]) -> Table:
    """Return every target and what came of it."""
    rows = tuple(target.row for section in sections for target in section.targets)
    return Table(("target", "bound", "reached", "the packages alone", "verdict"), rows)
