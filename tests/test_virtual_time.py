"""Time in simulations: it jumps from one thing to the next, and only one task runs at any moment."""

from datetime import datetime, timedelta, timezone

import pytest

from benchmarks.virtual_time import VirtualTime

START = datetime(2026, 3, 1, tzinfo=timezone.utc)


def test_hours_pass_at_once() -> None:
    time = VirtualTime(START)
    time.run_until(7200)
    assert time.now() == START + timedelta(hours=2)
    assert time.monotonic() == 7200


def test_things_happen_in_the_order_of_their_time_and_at_it() -> None:
    time = VirtualTime(START)
    seen: list[tuple[str, float]] = []
    time.call(20, lambda: seen.append(("late", time.monotonic())))
    time.call(10, lambda: seen.append(("early", time.monotonic())))
    time.call(99, lambda: seen.append(("never", time.monotonic())))
    time.run_until(50)
    assert seen == [("early", 10), ("late", 20)]


def test_tasks_that_sleep_take_turns() -> None:
    time = VirtualTime(START)
    seen: list[str] = []

    def task(name: str, pause: float) -> None:
        for n in range(3):
            seen.append(f"{name}{n}")
            time.sleep(pause)

    time.begin(0, lambda: task("a", 2))
    time.begin(1, lambda: task("b", 2))
    assert not time.is_idle
    time.run_until(60)
    assert seen == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert time.is_idle


def test_what_a_task_raises_ends_the_run() -> None:
    time = VirtualTime(START)
    time.begin(1, [].pop)
    with pytest.raises(IndexError):
        time.run_until(2)
