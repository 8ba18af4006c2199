"""What only the whole cloud has: one clock for its state, the machine's for its signatures."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from localcloud.clock import MovableClock, stopped_at
from localcloud.scf.cron import Cron
from localcloud.scf.project import TimerTrigger
from tests.localcloud.cloud_lab import BUCKET, CloudLab
from tests.support import eventually

NewCloudLab = Callable[..., CloudLab]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOURLY = TimerTrigger("echo", "hourly", Cron.parse("0 0 * * * * *"), "", enabled=True)


def test_requests_stay_valid_however_far_the_clock_is_moved(new_cloud_lab: NewCloudLab) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_cloud_lab(clock=clock)
    lab.deploy()
    clock.advance(timedelta(days=400).total_seconds())

    assert lab.send("PUT", "/mine", body=b"content")[0] == 200
    assert lab.cloud.scf.invoke("echo", [["PUT", "/the-function-s"]]).value == [200]

    stored = lab.cloud.cos.list(BUCKET).contents
    assert [each.last_modified for each in stored] == [NEW_YEAR + timedelta(days=400)] * 2
    assert {each.at for each in lab.cloud.recorder.requests()} == {NEW_YEAR + timedelta(days=400)}


def fired(lab: CloudLab, count: int) -> list[Any]:
    """The results of the invocations, as soon as there are so many."""
    eventually(lambda: len(lab.cloud.scf.invocations) >= count)
    return [each.result.value for each in lab.invocations]


def test_timers_fire_by_the_cloud_s_clock_when_they_are_wanted(new_cloud_lab: NewCloudLab) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_cloud_lab(clock=clock, timers=True)
    lab.deploy(source="def main_handler(event, context): return event['Time']\n", triggers=(HOURLY,))

    clock.advance(3600)
    assert fired(lab, 1) == ["2026-01-01T01:00:00Z"]
    clock.advance(3600)
    assert fired(lab, 2) == ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]


def test_timers_do_not_fire_unless_they_are_wanted(new_cloud_lab: NewCloudLab) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_cloud_lab(clock=clock)
    lab.deploy(source="def main_handler(event, context): return event['Time']\n", triggers=(HOURLY,))

    clock.advance(3600)
    assert "scf-timers" not in [thread.name for thread in threading.enumerate()]

    lab.cloud.scf.fire_timer("hourly")
    assert [each.result.value for each in lab.invocations] == ["2026-01-01T01:00:00Z"]
