from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesep.moments import read_moment

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T08:00+08:00", datetime(2026, 11, 21, tzinfo=timezone.utc)),
        ("2026-11-21T00:00:00Z", datetime(2026, 11, 21, tzinfo=timezone.utc)),
        ("90m", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
    ],
)
def test_a_time_is_read_as_people_type_it(text: str, moment: datetime) -> None:
    assert read_moment(text, NOW) == moment


def test_a_day_begins_at_midnight_of_this_machine() -> None:
    assert read_moment("2026-11-21", NOW) == datetime(2026, 11, 21).astimezone()


@given(st.text(max_size=20))
def test_any_text_is_a_moment_with_an_offset_or_refused(text: str) -> None:
    try:
        assert read_moment(text, NOW).utcoffset() is not None
    except ValueError as error:
        assert "is no time" in str(error)
