"""More uploads than CI takes: a queue of 100, 10 jobs at once, and whoever finds no room waits for their turn."""

import pytest

from benchmarks.chaos import FLOOD, run
from benchmarks.chaos_app import TIME_LIMITS
from benchmarks.chaos_course import Plan
from benchmarks.chaos_report import Outcome
from benchmarks.chaos_weather import CALM

MANY = 300


@pytest.fixture(scope="module")
def flood() -> Outcome:
    """All uploads within 15 seconds, and nothing goes wrong but that there is no room."""
    return run(Plan(MANY, 1, odds=CALM, uploads_per_second=FLOOD))


def test_most_uploads_find_no_room_at_first(flood: Outcome) -> None:
    assert flood.waited > MANY / 2


def test_none_is_lost_and_the_index_tells_of_each(flood: Outcome) -> None:
    assert flood.verdict.passed, flood.verdict.problems


def test_none_is_billed_twice(flood: Outcome) -> None:
    assert flood.jobs == MANY


def test_the_waiting_room_drains_oldest_first(flood: Outcome) -> None:
    assert flood.overtaken == 0


def test_each_reconcile_ends_inside_its_time_limit(flood: Outcome) -> None:
    assert flood.counts.died == 0
    assert 0 < flood.counts.longest_reconcile < TIME_LIMITS["reconcile"]
