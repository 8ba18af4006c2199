"""What docs/operations.md says, as its tests read it: queries, alarms, runbooks; and CLS, as far as they need it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from localcloud.cls.query import parse_query
from tests.support import ROOT
from tools.log_catalogue import FIELDS

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OF_SCF = ("SCF_FunctionName", "SCF_RequestId", "SCF_StatusCode", "SCF_RetryNum")
_SQL_TYPES = {"text": "VARCHAR", "long": "BIGINT", "double": "DOUBLE"}
_AFTER_FROM = re.compile(r" (group by|order by)|$")

Record = Mapping[str, str]
"""A record as it stands in the log topic."""


def section(title: str, level: str = "##") -> str:
    """Return what stands below a heading, up to the next of its level."""
    found = re.search(rf"^{level} {re.escape(title)}\n(.*?)(?=^##? |^{level} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def daily() -> tuple[tuple[str, ...], ...]:
    """Return the commands that the page begins with."""
    return typed(fence("sh", PAGE[: PAGE.index("## ")]))


def titles(within: str) -> list[str]:
    return re.findall(r"^### (.+)$", section(within), re.MULTILINE)


def fence(language: str, text: str) -> str:
    (content,) = re.findall(rf"^```{language}\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    return str(content)


@dataclass(frozen=True)
class Runbook:
    """How a fault is found, and what is typed once its cause is gone."""

    title: str
    condition: str
    commands: tuple[tuple[str, ...], ...]

    def lines(self, records: Iterable[Record]) -> list[Record]:
        return admitted(self.condition, records)


def runbook(title: str) -> Runbook:
    text = section(title, "###")
    return Runbook(title, fence("sql", text), typed(fence("sh", text)))


def typed(commands: str) -> tuple[tuple[str, ...], ...]:
    """Return the arguments of commands for the deployed app, without --live, and without comments."""
    lines = [line.partition(" #")[0].split() for line in commands.splitlines()]
    assert all(words[0] == ".venv/bin/voicesep" and "--live" in words for words in lines)
    return tuple(tuple(word for word in words[1:] if word != "--live") for words in lines)


def query(title: str) -> str:
    return fence("sql", section(title, "###"))


@dataclass(frozen=True)
class Alarm:
    """Which query is asked, and when it rings."""

    query: str
    condition: str
    then: str

    def rings(self, records: Iterable[Record]) -> bool:
        """Evaluate the trigger condition over each row of the result, as CLS does (614/39576)."""
        comparisons = [re.fullmatch(r"\$1\.(\w+) (<|>|>=) (\d+)", each) for each in self.condition.split(" && ")]
        assert all(comparisons), self.condition
        return any(
            all(_compared(row[each[1]], each[2], int(each[3])) for each in comparisons if each)
            for row in answer(query(self.query), records)
        )


def alarms() -> list[Alarm]:
    """The rows of the table."""
    rows = [line.strip("| ").split(" | ") for line in section("Alarms").splitlines() if line.startswith("| [")]
    return [Alarm(asked[1 : asked.index("]")], condition.strip("`"), then) for asked, _, condition, then in rows]


def _compared(value: float | None, operator: str, bound: int) -> bool:
    if value is None:  # what is summed up over nothing
        return False
    return {"<": value < bound, ">": value > bound, ">=": value >= bound}[operator]


def admitted(condition: str, records: Iterable[Record]) -> list[Record]:
    """Return the records that meet the condition of a query."""
    wanted = parse_query(condition)
    return [record for record in records if wanted.admits(record)]


def answer(asked: str, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Answer a query: its condition, then its SQL, in which CLS needs no FROM."""
    condition, sql = asked.split(" | ", 1)
    columns = {**{name: _SQL_TYPES[kind] for name, (kind, _) in FIELDS.items()}, **dict.fromkeys(OF_SCF, "VARCHAR")}
    with duckdb.connect() as database:
        database.execute("create table log ({})".format(", ".join(f'"{name}" {columns[name]}' for name in columns)))
        row = "insert into log values ({})".format(", ".join("?" * len(columns)))  # noqa: S608 - question marks only
        for record in admitted(condition, records):
            database.execute(row, [record.get(name) for name in columns])
        found = database.execute(_AFTER_FROM.sub(lambda match: f" from log{match[0]}", sql, count=1))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
