from datetime import datetime, timedelta, timezone

from localcloud.scf.timer_trigger import timer_event


def test_a_timer_event_is_the_one_of_the_vendor_s_document() -> None:
    at = datetime(2019, 2, 21, 19, 49, tzinfo=timezone(timedelta(hours=8)))

    assert timer_event("EveryDay", "user define msg body", at) == {
        "Type": "Timer",
        "TriggerName": "EveryDay",
        "Time": "2019-02-21T11:49:00Z",
        "Message": "user define msg body",
    }
