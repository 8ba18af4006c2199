from datetime import datetime, timedelta, timezone

from localcloud.clock import http_date, iso_date, system_clock

IN_CHINA = datetime(2019, 5, 24, 18, 56, 40, 123456, tzinfo=timezone(timedelta(hours=8)))


def test_headers_have_dates_in_gmt() -> None:
    assert http_date(IN_CHINA) == "Fri, 24 May 2019 10:56:40 GMT"


def test_listings_have_dates_in_utc_with_milliseconds() -> None:
    assert iso_date(IN_CHINA) == "2019-05-24T10:56:40.123Z"


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)
