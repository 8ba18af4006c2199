import json

from tests.support import Lines, StoppedClock
from voice_separation.telemetry import Event, Level, Telemetry


def test_a_line_is_one_json_object_with_time_level_event_and_everything_bound() -> None:
    lines = Lines()
    Telemetry(StoppedClock(), Level.INFO, lines).bind(request_id="r1").info(Event.JOB_SUBMITTED, job_id="j1")
    assert lines.events() == [
        {
            "ts": "2026-11-21T03:30:00.000+00:00",
            "level": "INFO",
            "event": "job.submitted",
            "request_id": "r1",
            "job_id": "j1",
        }
    ]


def test_what_is_below_the_level_is_not_written() -> None:
    lines = Lines()
    telemetry = Telemetry(StoppedClock(), Level.WARNING, lines)
    telemetry.debug(Event.REQUEST_SENT)
    telemetry.info(Event.ENTRY_STORED)
    telemetry.warning(Event.CALLBACK_REFUSED)
    telemetry.error(Event.INVOCATION_FAILED)
    assert [line["level"] for line in lines.events()] == ["WARNING", "ERROR"]


def test_a_key_with_line_breaks_or_lone_surrogates_stays_one_line() -> None:
    lines = Lines()
    Telemetry(StoppedClock(), Level.INFO, lines).info(Event.UPLOAD_SKIPPED, key="a\nb\r\u2028\ud800")
    (line,) = lines.text.splitlines()
    assert json.loads(line)["key"] == "a\nb\r\u2028\ud800"
