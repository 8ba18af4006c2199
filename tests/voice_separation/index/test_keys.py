from datetime import datetime, timedelta, timezone

from voice_separation.index import keys

UPLOAD = "0123456789abcdef0123456789abcdef"
LATE_IN_CHINA = datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=8)))


def test_the_documented_keys() -> None:
    assert keys.claim(UPLOAD, 2) == f"claims/{UPLOAD}/2.json"
    assert keys.waiting(UPLOAD) == f"waiting/{UPLOAD}.json"
    assert keys.refused(UPLOAD) == f"refused/{UPLOAD}.json"
    assert keys.job("j1") == "jobs/08/j1.json"


def test_hours_are_counted_in_utc() -> None:
    assert keys.pending(UPLOAD, LATE_IN_CHINA) == f"pending/2026-11-21/17/{UPLOAD}.json"
    assert keys.log("j1", LATE_IN_CHINA) == "log/2026-11-21/17/j1.json"
