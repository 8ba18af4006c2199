"""Timers of deployed functions, fired by hand and by the clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest

from localcloud.clock import MovableClock, stopped_at
from localcloud.scf.cron import Cron
from localcloud.scf.project import TimerTrigger
from localcloud.scf.registry import FunctionNotDeployedError, NoTimerError
from localcloud.scf.timers import Timers
from tests.localcloud.scf.lab import Lab, LabFactory, function_spec, project
from tests.support import PATIENCE, eventually

NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
ECHO = "def main_handler(event, context): return event\n"


def timer(name: str, cron: str = "0 * * * * * *", function: str = "echo", *, enabled: bool = True) -> TimerTrigger:
    return TimerTrigger(function, name, Cron.parse(cron), "audit", enabled=enabled)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(stopped_at(NEW_YEAR))


@pytest.fixture
def lab(new_lab: LabFactory, clock: MovableClock) -> Lab:
    return new_lab(clock=clock)


@dataclass
class Looks:
    """The clock of timers, which counts how often they look at it."""

    clock: MovableClock
    count: int = 0

    def __call__(self) -> datetime:
        self.count += 1
        return self.clock()

    def wait_for_a_whole_one(self) -> None:
        """Return when the timers have looked at everything at the present time of the clock."""
        before = self.count
        eventually(lambda: self.count >= before + 2)


@contextmanager
def running(lab: Lab, clock: MovableClock) -> Iterator[Looks]:
    """Have the timers run; what counts their looks is handed out."""
    looks = Looks(clock)
    timers = Timers(lab.scf, looks)
    timers.start()
    try:
        yield looks
    finally:
        timers.stop()


def fired(lab: Lab) -> list[tuple[str, str]]:
    """Which timers have fired and when, as soon as all is told."""
    assert lab.scf.drain(PATIENCE)
    events = [record.result.value for record in lab.scf.invocations]
    return sorted((event["Time"], event["TriggerName"]) for event in events)


def test_a_timer_fired_by_hand_sends_its_event(lab: Lab) -> None:
    lab.deploy(ECHO, triggers=(timer("minutely"), timer("daily", enabled=False)))

    request_ids = [lab.scf.fire_timer(name) for name in ("minutely", "daily")]

    assert lab.scf.drain(PATIENCE)
    records = {record.result.request_id: record for record in lab.scf.invocations}
    assert records[request_ids[0]].invocation_type == "Event"
    assert [records[each].result.value for each in request_ids] == [
        {"Type": "Timer", "TriggerName": name, "Time": "2026-01-01T00:00:00Z", "Message": "audit"}
        for name in ("minutely", "daily")
    ]


def test_an_invocation_by_a_timer_is_tried_again_as_any_asynchronous_one(lab: Lab) -> None:
    lab.deploy("def main_handler(event, context): raise RuntimeError\n", triggers=(timer("minutely"),))

    lab.scf.fire_timer("minutely")

    assert lab.scf.drain(PATIENCE)
    assert [record.outcome for record in lab.scf.invocations] == ["retrying", "retrying", "dropped"]


def test_timers_of_one_name_are_told_apart_by_their_functions(lab: Lab) -> None:
    (lab.code / "index.py").write_text(ECHO)
    triggers = tuple(timer("minutely", function=key) for key in ("one", "two"))
    lab.scf.deploy(project(function_spec("one"), function_spec("two"), triggers=triggers), lab.code)

    with pytest.raises(NoTimerError, match="2 timers are called minutely"):
        lab.scf.fire_timer("minutely")
    lab.scf.fire_timer("minutely", function="two")

    assert lab.scf.drain(PATIENCE)
    assert [record.result.function_name for record in lab.scf.invocations] == ["mps-dev-media-two"]


def test_a_timer_that_is_not_there_is_named_with_those_there_are(lab: Lab) -> None:
    lab.deploy(ECHO, triggers=(timer("minutely"),))

    with pytest.raises(NoTimerError, match=r"0 timers are called daily; .* Known: minutely of mps-dev-media-echo"):
        lab.scf.fire_timer("daily")
    with pytest.raises(FunctionNotDeployedError):
        lab.scf.fire_timer("minutely", function="nobody")


def test_timers_fire_when_they_come_due(lab: Lab, clock: MovableClock) -> None:
    lab.deploy(ECHO, triggers=(timer("minutely"), timer("hourly", "0 0 * * * * *")))

    with running(lab, clock) as looks:
        looks.wait_for_a_whole_one()
        assert fired(lab) == []
        clock.advance(60)
        looks.wait_for_a_whole_one()
        looks.wait_for_a_whole_one()
        assert fired(lab) == [("2026-01-01T00:01:00Z", "minutely")], "once"
        clock.advance(60)
        looks.wait_for_a_whole_one()
        assert fired(lab) == [("2026-01-01T00:01:00Z", "minutely"), ("2026-01-01T00:02:00Z", "minutely")]


def test_after_a_jump_of_the_clock_a_timer_fires_once(lab: Lab, clock: MovableClock) -> None:
    lab.deploy(ECHO, triggers=(timer("minutely"), timer("hourly", "0 0 * * * * *")))

    with running(lab, clock) as looks:
        clock.advance(7200)
        looks.wait_for_a_whole_one()
        looks.wait_for_a_whole_one()

    assert sorted(name for _, name in fired(lab)) == ["hourly", "minutely"]


def test_a_timer_that_is_not_enabled_never_fires_by_itself(lab: Lab, clock: MovableClock) -> None:
    lab.deploy(ECHO, triggers=(timer("closed", enabled=False), timer("open")))

    with running(lab, clock) as looks:
        clock.advance(60)
        looks.wait_for_a_whole_one()

    assert [name for _, name in fired(lab)] == ["open"]


def test_stopped_timers_fire_no_more(lab: Lab, clock: MovableClock) -> None:
    lab.deploy(ECHO, triggers=(timer("minutely"), timer("by hand", enabled=False)))
    with running(lab, clock):
        pass

    clock.advance(60)
    lab.scf.fire_timer("by hand")

    assert "scf-timers" not in [thread.name for thread in threading.enumerate()]
    assert [name for _, name in fired(lab)] == ["by hand"]


def test_timers_that_never_began_can_be_stopped(lab: Lab, clock: MovableClock) -> None:
    Timers(lab.scf, clock).stop()
