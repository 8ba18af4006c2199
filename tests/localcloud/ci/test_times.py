from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci import times

moments = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones())  # noqa: DTZ001 - hypothesis adds the zones


def test_a_time_is_written_by_beijings_clock() -> None:
    assert times.written(datetime(2022, 7, 1, 2, 12, 26, 999999, timezone.utc)) == "2022-07-01T10:12:26+0800"


@given(moments)
def test_a_written_time_is_read_as_the_same_second(at: datetime) -> None:
    assert times.read(times.written(at)) == at.astimezone(timezone.utc).replace(microsecond=0)


@pytest.mark.parametrize("text", ["", "-", "2022-07-01", "2022-07-01T10:12:26", "2022-13-01T10:12:26+0800"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not match|unconverted"):
        times.read(text)


@pytest.mark.parametrize(
    ("start", "end", "lies"), [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False), (-1, 1, True)]
)
def test_a_time_lies_between_two_to_the_second(start: int | None, end: int | None, lies: bool) -> None:
    noon = datetime(2022, 7, 1, 12, tzinfo=timezone.utc)
    first, last = (None if bound is None else noon + timedelta(seconds=bound) for bound in (start, end))
    assert times.between(noon + timedelta(milliseconds=900), first, last) is lies
