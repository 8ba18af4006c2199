"""Cron expressions of seven fields; times in the tests are Beijing's, as the expressions are."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.scf.cron import BEIJING, Cron

SATURDAY = "2026-11-21"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


# The examples of the vendor's document (583/9708), and one time at which each fires and one at which it does not.
@pytest.mark.parametrize(
    ("expression", "fires", "waits"),
    [
        ("*/5 * * * * * *", f"{SATURDAY} 10:00:35", f"{SATURDAY} 10:00:36"),
        ("0 15 10 1 * * *", "2026-12-01 10:15:00", "2026-12-02 10:15:00"),
        ("0 15 10 * * MON-FRI *", "2026-11-20 10:15:00", f"{SATURDAY} 10:15:00"),
        ("0 0 10,14,16 * * * *", f"{SATURDAY} 14:00:00", f"{SATURDAY} 15:00:00"),
        ("0 */30 9-17 * * * *", f"{SATURDAY} 17:30:00", f"{SATURDAY} 18:00:00"),
        ("0 0 12 * * WED *", "2026-11-25 12:00:00", f"{SATURDAY} 12:00:00"),
    ],
)
def test_an_example_of_the_vendor_fires_when_the_document_says(expression: str, fires: str, waits: str) -> None:
    cron = Cron.parse(expression)

    assert cron.matches(at(fires))
    assert not cron.matches(at(waits))


@pytest.mark.parametrize(
    ("expression", "after", "following"),
    [
        ("0 * * * * * *", f"{SATURDAY} 10:00:00", f"{SATURDAY} 10:01:00"),
        ("0 0 3 * * * *", f"{SATURDAY} 10:00:00", "2026-11-22 03:00:00"),
        ("30 59 23 31 12 * *", f"{SATURDAY} 10:00:00", "2026-12-31 23:59:30"),
        ("0 1/10 * * * * *", f"{SATURDAY} 10:00:00", f"{SATURDAY} 10:01:00"),
        ("0 1/10 * * * * *", f"{SATURDAY} 10:51:00", f"{SATURDAY} 11:01:00"),
        ("0 0 0 29 2 * *", f"{SATURDAY} 10:00:00", "2028-02-29 00:00:00"),
        ("0 0 0 1 JAN * 2030-2040/5", f"{SATURDAY} 10:00:00", "2030-01-01 00:00:00"),
        ("0 0 0 ? * 0 *", f"{SATURDAY} 10:00:00", "2026-11-22 00:00:00"),
        ("0 0 0 1 * ? *", f"{SATURDAY} 10:00:00", "2026-12-01 00:00:00"),
        ("0 0 0 * * sun,1-2 *", "2026-11-24 10:00:00", "2026-11-29 00:00:00"),
    ],
)
def test_the_next_time_comes_after_the_last(expression: str, after: str, following: str) -> None:
    assert Cron.parse(expression).next_after(at(after)) == at(following)


def test_a_day_and_a_weekday_are_alternatives() -> None:
    cron = Cron.parse("0 0 0 13 * FRI *")

    assert cron.matches(at("2026-11-27 00:00:00")), "a Friday"
    assert cron.matches(at("2026-12-13 00:00:00")), "a 13th"
    assert not cron.matches(at("2026-11-26 00:00:00"))


def test_three_o_clock_is_three_in_beijing() -> None:
    told = Cron.parse("0 0 3 * * * *").next_after(datetime(2026, 11, 21, tzinfo=timezone.utc))

    assert told == datetime(2026, 11, 21, 19, tzinfo=timezone.utc)
    assert told is not None
    assert told.utcoffset() == timedelta(0)


def test_the_fraction_of_a_second_is_not_the_next_second() -> None:
    cron = Cron.parse("* * * * * * *")

    assert cron.next_after(at(f"{SATURDAY} 10:00:00.900000")) == at(f"{SATURDAY} 10:00:01")


@pytest.mark.parametrize("expression", ["0 0 0 30 2 ? *", "0 0 0 1 1 ? 2025"])
def test_what_never_comes_is_nothing(expression: str) -> None:
    assert Cron.parse(expression).next_after(at(f"{SATURDAY} 10:00:00")) is None


def field(first: int, last: int) -> st.SearchStrategy[str]:
    value = st.integers(first, last)
    spans = st.tuples(value, value).map(lambda pair: f"{min(pair)}-{max(pair)}")
    starts = st.one_of(st.just("*"), value.map(str), spans)
    parts = st.one_of(starts, st.tuples(starts, st.integers(1, last)).map(lambda pair: f"{pair[0]}/{pair[1]}"))
    return st.lists(parts, min_size=1, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6), st.just("*")
).map(" ".join)


@given(EXPRESSIONS, st.integers(1_600_000_000, 1_900_000_000))
def test_the_next_time_is_one_of_its_own_and_none_is_left_out(expression: str, timestamp: int) -> None:
    cron, after = Cron.parse(expression), datetime.fromtimestamp(timestamp, BEIJING)

    following = cron.next_after(after)

    until = after + timedelta(seconds=300)
    if following is not None:
        assert cron.matches(following)
        assert following > after
        until = min(until, following)
    second = after + timedelta(seconds=1)
    while second < until:
        assert not cron.matches(second)
        second += timedelta(seconds=1)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("* * * * *", "must have seven fields"),
        ("60 * * * * * *", "the second `60` is none of 0 to 59"),
        ("* * 24 * * * *", "the hour `24` is none of 0 to 23"),
        ("* * * 0 * * *", "the day `0` is none of 1 to 31"),
        ("* * * L * * *", "the vendor's L, W and #"),
        ("* * * * * 5#2 *", "the vendor's L, W and #"),
        ("* * * * 13 * *", "the month `13`"),
        ("* * * * * 7 *", "the weekday `7` is none of 0 to 6"),
        ("* * * * * * 2100", "the year `2100` is none of 1970 to 2099"),
        ("5-1 * * * * * *", "the second `5-1` runs backwards"),
        ("*/0 * * * * * *", "the second `*/0` has no step"),
        ("*/ * * * * * *", "the second `*/` has no step"),
        ("? * * * * * *", "the second `?`"),
        ("1,,2 * * * * * *", "the second ``"),
        ("١ * * * * * *", "the second `١`"),
        ("1/² * * * * * *", "the second `1/²` has no step"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_by_its_field(expression: str, told: str) -> None:
    with pytest.raises(ValueError) as invalid:  # noqa: PT011 - the words are looked at
        Cron.parse(expression)
    assert told in str(invalid.value)
