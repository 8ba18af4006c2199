import http.client

import pytest

from tests.localcloud.cloud_lab import CloudLab
from tests.localcloud.control.steering import Steering

PUTS = {"service": "cos", "method": "PUT", "path": "^/in/", "function": None}
EVERYTHING = {"service": None, "method": None, "path": None, "function": None}
KINDS = [
    {"kind": "refuse", "status": 503, "code": "ServiceUnavailable"},
    {"kind": "delay", "seconds": 0.5},
    {"kind": "drop"},
    {"kind": "lose-answer"},
    {"kind": "kill-before"},
    {"kind": "kill-after"},
]


@pytest.mark.parametrize("effect", KINDS, ids=lambda effect: effect["kind"])
def test_a_fault_of_each_kind_is_told_as_it_was_given(steered: Steering, effect: dict[str, object]) -> None:
    given = {"effect": effect, "requests": PUTS, "times": 2, "after": 1, "probability": 0.5}
    assert steered.post("/faults", **given) == {**given, "struck": 0}
    assert steered.get("/faults") == {"faults": [{**given, "struck": 0}]}


def test_a_fault_without_further_words_befalls_every_request_for_ever(steered: Steering) -> None:
    added = steered.post("/faults", effect={"kind": "drop"})
    assert added == {
        "effect": {"kind": "drop"},
        "requests": EVERYTHING,
        "times": None,
        "after": 0,
        "probability": 1.0,
        "struck": 0,
    }


def test_a_fault_strikes_and_is_counted_until_it_is_cleared(cloud_lab: CloudLab, steering: Steering) -> None:
    steering.post("/faults", effect={"kind": "refuse", "status": 503, "code": "SlowDown"}, requests=PUTS)
    assert cloud_lab.send("PUT", "/in/1", body=b"")[0] == 503
    assert cloud_lab.send("PUT", "/elsewhere", body=b"")[0] == 200
    assert steering.get("/faults")["faults"][0]["struck"] == 1
    assert steering.delete("/faults") == {"faults": []}
    assert cloud_lab.send("PUT", "/in/1", body=b"")[0] == 200


def test_an_answer_that_is_lost_is_lost_though_the_object_is_there(cloud_lab: CloudLab, steering: Steering) -> None:
    steering.post("/faults", effect={"kind": "lose-answer"}, times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        cloud_lab.send("PUT", "/key", body=b"content")
    assert cloud_lab.keys == ["key"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "effect"),
        ({"effect": {"kind": "flood"}}, "'flood'"),
        ({"effect": {"kind": "refuse", "status": 200, "code": "Fine"}}, "status"),
        ({"effect": {"kind": "delay", "seconds": -1}}, "seconds"),
        ({"effect": {"kind": "drop"}, "probability": 2}, "probability"),
        ({"effect": {"kind": "drop"}, "times": -1}, "times"),
        ({"effect": {"kind": "drop"}, "requests": {"path": "("}}, "no regular expression"),
        ({"effect": {"kind": "drop"}, "requests": {"service": "vod"}}, "requests.service"),
    ],
)
def test_what_is_no_fault_is_refused_with_the_reason(steered: Steering, given: object, named: str) -> None:
    status, code, message = steered.refused("POST", "/faults", given)
    assert (status, code) == (400, "InvalidArgument")
    assert named in message
    assert steered.cloud.faults.rules == ()
