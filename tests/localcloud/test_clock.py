from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.clock import MovableClock, http_date, iso_date, stopped_at, system_clock

IN_CHINA = datetime(2019, 5, 24, 18, 56, 40, 123456, tzinfo=timezone(timedelta(hours=8)))


def test_headers_have_dates_in_gmt() -> None:
    assert http_date(IN_CHINA) == "Fri, 24 May 2019 10:56:40 GMT"


def test_listings_have_dates_in_utc_with_milliseconds() -> None:
    assert iso_date(IN_CHINA) == "2019-05-24T10:56:40.123Z"


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)


def test_a_movable_clock_goes_on_from_where_it_was_put() -> None:
    clock = MovableClock(stopped_at(IN_CHINA))

    clock.advance(90)
    clock.advance(0.5)

    assert clock() == IN_CHINA + timedelta(seconds=90.5)
    assert clock().utcoffset() == timedelta(0)


def test_a_movable_clock_runs_as_its_base_does() -> None:
    clock = MovableClock()
    clock.advance(3600)

    before = system_clock()
    told = clock()
    assert before <= told - timedelta(hours=1) <= system_clock()


def test_no_clock_goes_back() -> None:
    clock = MovableClock(stopped_at(IN_CHINA))

    with pytest.raises(ValueError, match="not by -1 seconds"):
        clock.advance(-1)

    assert clock() == IN_CHINA


def test_a_clock_may_be_moved_by_several_threads() -> None:
    clock = MovableClock(stopped_at(IN_CHINA))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(clock.advance, [1] * 1000))

    assert clock() == IN_CHINA + timedelta(seconds=1000)


@dataclass
class Ticking:
    """A second later at every look."""

    now: datetime = IN_CHINA

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_a_frozen_clock_stands_still_until_it_is_put_forward() -> None:
    clock = MovableClock(Ticking())
    clock.freeze()
    stood = clock()

    assert clock() == stood
    clock.advance(90)
    assert clock() == stood + timedelta(seconds=90)
    assert clock.is_frozen


def test_a_released_clock_goes_on_from_where_it_stood() -> None:
    clock = MovableClock(Ticking())
    clock.freeze()
    clock.advance(90)
    stood = clock()
    for _ in range(3):
        clock.release()

    assert not clock.is_frozen
    assert stood < clock() <= stood + timedelta(seconds=10)


@given(st.lists(st.sampled_from(["freeze", "release", "advance", "look"]), max_size=20))
def test_whatever_is_done_to_a_clock_it_never_goes_back(deeds: list[str]) -> None:
    clock = MovableClock(Ticking())
    latest = clock()
    for deed in deeds:
        if deed == "advance":
            clock.advance(0.25)
        elif deed != "look":
            getattr(clock, deed)()
        now = clock()
        assert now >= latest
        latest = now


def test_a_clock_that_cannot_be_put_so_far_forward_stays_where_it_is() -> None:
    clock = MovableClock(stopped_at(IN_CHINA))
    with pytest.raises(OverflowError):
        clock.advance(1e12)
    assert clock() == IN_CHINA
