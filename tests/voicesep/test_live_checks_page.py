"""docs/live-checks.md: what the script asks stands there, what needs a hand can be done, every query can be asked."""

import json
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.operations_page import Record, answer
from tests.pages import Page
from tests.support import ROOT, Lines, StoppedClock
from voice_separation.telemetry import Event, Level, Telemetry, Value
from voicesep.live_checks.catalogue import QUESTIONS

PAGE = Page(ROOT / "docs" / "live-checks.md")


def test_the_page_lists_every_question_as_the_script_asks_it() -> None:
    listed = [line for line in PAGE.text.splitlines() if line.startswith("| `")]
    assert listed == [f"| `{each.name}` | {each.asks} | {each.cost} |" for each in QUESTIONS]


# The function to ask SCF with


@dataclass
class Asked:
    """The function on the page; `slept` seconds."""

    module: ModuleType
    slept: list[float]

    def answers(self, **query: str) -> Any:
        return self.module.main_handler({"queryString": query}, {"request_id": "r1"})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    (code,) = [fence.content for fence in PAGE.fences if fence.language == "python"]
    module = ModuleType("probe")
    exec(compile(code, str(PAGE.path), "exec"), module.__dict__)  # noqa: S102 - our own page
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    monkeypatch.setenv("TENCENTCLOUD_SECRETID", "AKIDwhatever1234")
    return Asked(module, slept)


def test_the_function_tells_of_its_image_and_four_characters_of_its_key(asked: Asked) -> None:
    told = asked.answers()
    assert told["openssl"].startswith("OpenSSL")
    assert (told["key"], told["request_id"], told["up_seconds"]) == ("1234", "r1", 0)
    assert json.loads(json.dumps(told)) == told


def test_the_function_raises_sleeps_and_leads_elsewhere_as_the_page_says(asked: Asked) -> None:
    with pytest.raises(RuntimeError, match="as asked"):
        asked.answers(**{"raise": "1"})
    asked.answers(sleep="890")
    assert asked.slept == [890.0]
    assert asked.answers(to="https://example.com/")["headers"] == {"Location": "https://example.com/"}
    typed = set(re.findall(r"\$at/\?(\w+)=", PAGE.text))
    assert typed == {"raise", "sleep", "to"}


def test_the_function_fails_with_the_event_that_is_to_become_a_dead_letter(asked: Asked) -> None:
    with pytest.raises(AttributeError):
        asked.module.main_handler(1, {})


# The queries


def lines(event: Event, *, of: str = "r1", **fields: Value) -> Record:
    told = Lines()
    Telemetry(StoppedClock(), Level.DEBUG, told).bind(request_id=of).debug(event, **fields)
    return {name: str(value) for name, value in told.events()[0].items()}


def query(about: str) -> str:
    (found,) = [fence.content for fence in PAGE.fences if fence.language == "sql" and about in fence.content]
    return " ".join(found.split())


def test_uploads_that_come_twice_are_found_and_retries_are_told_from_them() -> None:
    records = [
        lines(Event.RECORD_RECEIVED, of="r1", cos_request_id="once"),
        lines(Event.RECORD_RECEIVED, of="r2", cos_request_id="twice"),
        lines(Event.RECORD_RECEIVED, of="r3", cos_request_id="twice"),
        lines(Event.RECORD_RECEIVED, of="r4", cos_request_id="retried"),
        lines(Event.RECORD_RECEIVED, of="r4", cos_request_id="retried"),
    ]
    rows = {row["cos_request_id"]: row["requests"] for row in answer(query("cos_request_id"), records)}
    assert rows == {"twice": 2, "retried": 1}


def test_events_with_several_records_are_found() -> None:
    records = [lines(Event.RECORD_RECEIVED, records=many) for many in (1, 3, 1)]
    assert answer(query("max(records)"), records) == [{"most": 3}]


def test_jobs_that_end_in_two_ways_are_found() -> None:
    records = [
        lines(Event.ENTRY_STORED, job_id="j1", state="Success", code="Success"),
        lines(Event.ENTRY_STORED, job_id="j1", state="Success", code="Success"),
        lines(Event.ENTRY_STORED, job_id="j2", state="Success", code="Success"),
        lines(Event.ENTRY_STORED, job_id="j2", state="Failed", code="InternalError"),
    ]
    assert answer(query("job_id"), records) == [{"job_id": "j2", "states": 2, "codes": 2, "times": 2}]
