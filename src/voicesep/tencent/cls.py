"""CLS, API 2020-10-16: the log topic of functions (SearchLog, 614/56447; fields of SCF's records, 583/9694)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from pydantic import BaseModel, ConfigDict, Field

from voicesep.tencent.client import ApiAnswer, Connection

CQL = 1
PAGE = 1000
OF_THE_PLATFORM = "SCF_"


class LogLine(BaseModel):
    """One line of a function's log."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    function: str
    request_id: str
    kind: str  # Custom, or Platform for SCF's own
    text: str

    @classmethod
    def of(cls, at: datetime, fields: Mapping[str, object]) -> "LogLine":
        """Read a record; a line that was a JSON object has become fields, and is made one again."""
        own = {name: value for name, value in fields.items() if not name.startswith(OF_THE_PLATFORM)}
        own = {name: value for name, value in own.items() if not name.startswith("__")}  # CLS's own
        text = str(fields.get("SCF_Message") or "") or json.dumps(own, ensure_ascii=False)
        return cls(
            at=at,
            function=str(fields.get("SCF_FunctionName", "")),
            request_id=str(fields.get("SCF_RequestId", "")),
            kind=str(fields.get("SCF_Type", "")),
            text=text,
        )


class _LogInfo(ApiAnswer):
    time: int
    log_json: str | None = Field(None, repr=False)
    raw_log: str | None = Field(None, repr=False)

    def line(self) -> LogLine:
        at = datetime.fromtimestamp(self.time / 1000, timezone.utc)
        try:
            fields = json.loads(self.log_json or "")
        except ValueError:
            fields = None
        return LogLine.of(at, fields if isinstance(fields, dict) else {"SCF_Message": self.raw_log or ""})


class _LogList(ApiAnswer):
    results: tuple[_LogInfo, ...] | None = None
    list_over: bool = True


@dataclass(frozen=True)
class ClsApi:
    """The logs of one region. Everything raises ApiRefused, Unreachable, Unavailable."""

    connection: Connection

    def search(
        self, topic: str, wanted: Mapping[str, str], *, since: datetime, until: datetime, most: int
    ) -> Iterator[LogLine]:
        """Yield the newest lines, `most` of them, newest first, whose fields have these values."""
        parameters = {
            "TopicId": topic,
            "QueryString": " AND ".join(f'{name}:"{value}"' for name, value in wanted.items()),
            "QuerySyntax": CQL,
            "From": int(since.timestamp() * 1000),
            "To": int(until.timestamp() * 1000),
            "Sort": "desc",
        }
        seen = 0
        while seen < most:
            page = {**parameters, "Offset": seen, "Limit": min(PAGE, most - seen)}
            answer = self.connection.ask("cls", "2020-10-16", "SearchLog", page, _LogList, target=topic)
            rows = answer.results or ()
            yield from (row.line() for row in rows)
            seen += len(rows)
            if answer.list_over or not rows:
                return
