"""Write the tables of docs/operations.md: every line of the log, and every field of it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.log_catalogue import FIELDS, LINES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
BEGIN, END = "<!-- log lines: written by `make docs` -->\n", "<!-- /log lines -->"


def page(text: str) -> str:
    """Return the text of the page with its tables as they should be."""
    tables = "\n".join(_lines()) + "\n\n" + "\n".join(_fields()) + "\n"
    found = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if len(found.findall(text)) != 1:
        raise SystemExit(f"{PAGE.name} needs one place between {BEGIN.strip()} and {END}")
    return found.sub(lambda _: BEGIN + tables + END, text)


def _lines() -> Iterator[str]:
    yield "| event | level | fields | what it means |"
    yield "|---|---|---|---|"
    for event, line in sorted(LINES.items()):
        levels = " ".join(level.name for level in line.levels)
        fields = " ".join(f"`{name}`" for name in line.fields)
        yield f"| `{event.value}` | {levels} | {fields} | {line.meaning} |"


def _fields() -> Iterator[str]:
    yield "| field | index it as | |"
    yield "|---|---|---|"
    for name, (kind, meaning) in FIELDS.items():
        yield f"| `{name}` | {kind} | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)  # noqa: T201 - a tool talks
