import pytest

from tests.localcloud.cloud_lab import BUCKET, CloudLab, on_upload
from tests.localcloud.control.steering import Steering

SEEING = "def main_handler(event, context): return event['Records'][0]['cos']['cosObject']['key'].rpartition('/')[2]\n"


def seen(lab: CloudLab, *keys: str) -> list[str]:
    """Upload to these keys, one after the other, and return which ones the function saw."""
    for key in keys:
        lab.cloud.cos.put(BUCKET, key, b"content")
    return sorted(run.result.value for run in lab.invocations)


def test_the_next_events_are_lost_and_those_after_them_come_twice(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy(source=SEEING, triggers=(on_upload(),))
    told = steering.post("/events", cos={"lose_next": 1, "duplicate_next": 1})
    assert (told["cos"]["lose_next"], told["cos"]["duplicate_next"]) == (1, 1)

    assert seen(cloud_lab, "1", "2", "3") == ["2", "2", "3"]

    events = steering.get("/events")
    assert (events["cos"]["lose_next"], events["cos"]["duplicate_next"]) == (0, 0)
    assert (events["cos"]["messages"], events["cos"]["lost"], events["cos"]["duplicated"]) == (3, 1, 1)
    assert events["ci"]["messages"] == 0


def test_what_is_left_out_stays_as_it_is(steered: Steering) -> None:
    steered.post("/events", ci={"lose": 0.25, "delay": 0.5, "delay_seconds": 3}, cos={"lose_next": 2})
    told = steered.post("/events", ci={"duplicate": 1})
    assert {name: told["ci"][name] for name in ("lose", "duplicate", "delay", "delay_seconds")} == {
        "lose": 0.25,
        "duplicate": 1,
        "delay": 0.5,
        "delay_seconds": 3,
    }
    assert told["cos"]["lose_next"] == 2


def test_clearing_the_faults_lets_events_pass(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy(source=SEEING, triggers=(on_upload(),))
    steering.post("/events", cos={"lose_next": 5, "lose": 1})
    steering.delete("/faults")
    assert seen(cloud_lab, "1") == ["1"]


@pytest.mark.parametrize("change", [{"lose": 1.5}, {"lose_next": -1}, {"delay_seconds": -1}, {"loose": 1}])
def test_what_cannot_befall_an_event_is_refused(steered: Steering, change: dict[str, float]) -> None:
    status, _, message = steered.refused("POST", "/events", {"cos": change})
    assert status == 400
    assert next(iter(change)) in message
