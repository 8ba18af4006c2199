"""docs/operations.md: its tables are what the code logs, its queries can be asked, its alarms ring when they should."""

import ast
import re
from collections.abc import Iterator

import pytest

from localcloud.cls.records import records_of
from tests.operations_page import PAGE, Alarm, Record, alarms, answer, query, runbook, section, titles
from tests.support import ROOT, Lines, StoppedClock
from tests.voicesep.conftest import new_site, site  # noqa: F401 - fixtures
from tests.voicesep.site import BUCKET, Site
from tools import operations_page
from tools.log_catalogue import FIELDS, LINES, OF_EVERY_LINE
from voice_separation.telemetry import Event, Level, Telemetry, Value

DOORS = [ROOT / "src" / f"{door}.py" for door in ("submit", "callback", "reconcile")]
SOURCES = [*DOORS, *(ROOT / "src" / "voice_separation").rglob("*.py")]
LEVELS = {"debug": Level.DEBUG, "info": Level.INFO, "warning": Level.WARNING, "error": Level.ERROR}


def calls() -> Iterator[tuple[Event, Level | None, set[str]]]:
    """Every place in the code that logs: the event, the level if it stands there, and the fields that do."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(first := node.args[0], ast.Attribute)):
                continue
            if isinstance(first.value, ast.Name) and first.value.id == "Event":
                method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                yield Event[first.attr], LEVELS.get(method), {each.arg for each in node.keywords if each.arg}


def test_the_tables_are_what_the_catalogue_says() -> None:
    assert operations_page.page(PAGE) == PAGE, "run `make docs`"


def test_the_catalogue_has_every_event_and_every_field_once() -> None:
    assert set(LINES) == set(Event)
    assert {name for line in LINES.values() for name in line.fields} | set(OF_EVERY_LINE) == set(FIELDS)


def test_the_catalogue_has_the_level_and_the_fields_of_every_place_that_logs() -> None:
    logged = list(calls())
    assert {event for event, _, _ in logged} == set(Event)
    for event, level, fields in logged:
        assert fields <= set(LINES[event].fields), event
        assert level is None or level in LINES[event].levels, event


def test_no_level_is_promised_that_no_place_logs_at() -> None:
    somewhere = {(event, level) for event, level, _ in calls()}
    for event, line in LINES.items():
        for level in line.levels:
            assert (event, level) in somewhere or (event, None) in somewhere, (event, level)


@pytest.fixture
def calm(site: Site) -> list[Record]:  # noqa: F811
    """The log of an upload on which nothing went wrong but that it is no media."""
    site.cloud.cos.put(BUCKET, "incoming/talk.mp3", b"no media, so that the job ends at once")
    assert site.cloud.wait_until_idle(60)
    site.cloud.scf.fire_timer("every-minute")
    site.cloud.scf.fire_timer("daily-audit")
    assert site.cloud.wait_until_idle(60)
    return [record.fields for record in records_of(site.cloud.scf.invocations, {})]


def test_every_query_can_be_asked_of_what_the_functions_log(calm: list[Record]) -> None:
    answers = {title: answer(query(title), calm) for title in titles("Queries")}
    assert answers["Oldest open job"] == [{"seconds": answers["Oldest open job"][0]["seconds"]}]
    assert answers["Waiting room"] == [{"uploads": 0}]
    assert answers["Refused callbacks"] == []
    assert answers["Failed rate"] == [{"percent": 100.0, "jobs": 1}]
    assert [row["jobs"] for row in answers["Why jobs fail"]] == [1]
    assert answers["To be corrected"] == []
    assert answers["Runs of reconcile"] == [{"runs": 1, "finished": 0, "submitted": 0}]
    assert answers["Found by the audit"] == [{"uploads": 0, "claims": 0}]
    assert answers["Billed twice"] == [{"jobs": 0}]
    assert answers["Receiver"] == [{"times": 0}]
    assert answers["Throughput"][0]["jobs"] == 1
    assert answers["Over the time limit"] == []
    assert set(answers) == set(titles("Queries"))


def test_no_alarm_rings_when_all_is_calm(calm: list[Record]) -> None:
    assert [alarm.query for alarm in alarms() if alarm.rings(calm)] == []


def lines(event: Event, times: int = 1, *, at: Level | None = None, **fields: Value) -> list[Record]:
    """What such lines are in the log topic, where every value is text; of the severest level unless told."""
    told = Lines()
    levels = {Level.INFO: Telemetry.info, Level.WARNING: Telemetry.warning, Level.ERROR: Telemetry.error}
    for _ in range(times):
        levels[at or LINES[event].levels[-1]](Telemetry(StoppedClock(), sink=told), event, **fields)
    return [{name: _text(value) for name, value in record.items()} for record in told.events()]


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# What each alarm is for, and what it must still bear; nothing at all in the log is for the first.
LOUD: dict[str, list[Record]] = {
    "Runs of reconcile": [],
    "To be corrected": lines(Event.INVOCATION_FAILED, error="InvalidSettings"),
    "Oldest open job": lines(Event.RECONCILED, oldest_open_s=7201),
    "Waiting room": lines(Event.RECONCILED, waiting=501),
    "Refused callbacks": lines(Event.CALLBACK_REFUSED, 21, status=401, cause="forged", error="CapabilityRefused"),
    "Failed rate": lines(Event.ENTRY_STORED, 3, state="Failed") + lines(Event.ENTRY_STORED, 7, state="Success"),
    "Found by the audit": lines(Event.AUDITED, unclaimed=1, dead=0),
    "Receiver": lines(Event.NOTICE_DELAYED, 11),
    "Billed twice": lines(Event.JOB_DUPLICATE, cancelled=False),
}
BORNE: dict[str, list[Record]] = {
    "Runs of reconcile": lines(Event.RECONCILED),
    "To be corrected": [
        *lines(Event.UPLOAD_REFUSED, at=Level.WARNING, code=""),
        *lines(Event.CALLBACK_FAILED, at=Level.WARNING),
    ],
    "Oldest open job": lines(Event.RECONCILED, oldest_open_s=7200),
    "Waiting room": lines(Event.RECONCILED, waiting=500),
    "Refused callbacks": lines(Event.CALLBACK_REFUSED, 20, status=401, cause="forged", error="CapabilityRefused"),
    "Failed rate": lines(Event.ENTRY_STORED, 9, state="Failed"),
    "Found by the audit": lines(Event.AUDITED, unclaimed=0, dead=0),
    "Receiver": lines(Event.NOTICE_DELAYED, 10),
    "Billed twice": lines(Event.JOB_DUPLICATE, cancelled=True),
}


def test_the_alarms_are_those_that_are_tested() -> None:
    assert [alarm.query for alarm in alarms()] == list(LOUD) == list(BORNE)


@pytest.mark.parametrize("alarm", alarms(), ids=lambda alarm: alarm.query)
def test_an_alarm_rings_beyond_its_bound_and_not_before(alarm: Alarm) -> None:
    assert alarm.rings(LOUD[alarm.query])
    assert not alarm.rings(BORNE[alarm.query])


def test_eleven_runbooks_each_with_a_condition_and_commands() -> None:
    assert len(titles("Runbooks")) == 11
    for title in titles("Runbooks"):
        assert runbook(title).commands


def test_rarer_lines_are_lines_of_the_log() -> None:
    rows = section("Rarer ones").splitlines()
    named = [match[1] for row in rows if (match := re.match(r"\| `([a-z]+\.[a-z]+)`", row))]
    assert len(named) >= 5
    assert set(named) <= {event.value for event in Event}
