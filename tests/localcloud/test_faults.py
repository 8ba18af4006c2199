"""Faults end to end: over HTTP, with real signatures, and functions in real processes."""

import http.client
import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from localcloud import xml
from localcloud.faults import Delay, Drop, Effect, KillAfter, KillBefore, LoseAnswer, Refuse, Requests
from tests.localcloud.cloud_lab import BUCKET, CI, COS, CloudLab, on_upload, seeded
from tests.localcloud.signing import signed_headers
from tests.support import PATIENCE, eventually

Lost = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.mark.parametrize(
    ("host", "refusal"),
    [
        (COS, Refuse(503, "ServiceUnavailable")),
        (COS, Refuse(429, "SlowDown")),
        (CI, Refuse(403, "QueueSaturated")),
        (CI, Refuse(500, "InternalError")),
    ],
)
def test_a_refusal_has_the_status_and_the_code_of_the_vendor_and_carries_nothing_out(
    cloud_lab: CloudLab, host: str, refusal: Refuse
) -> None:
    cloud_lab.cloud.faults.add(refusal)

    status, body = cloud_lab.send("PUT" if host == COS else "POST", "/jobs", host=host, body=b"content")

    assert (status, xml.parse(body, root="Error")["Code"]) == (refusal.status, refusal.code)
    assert "'/jobs'" in xml.parse(body, root="Error")["Message"]
    assert cloud_lab.keys == []
    assert cloud_lab.cloud.ci.jobs() == ()


def test_what_is_refused_once_works_the_second_time(cloud_lab: CloudLab) -> None:
    rule = cloud_lab.cloud.faults.add(Refuse(503, "ServiceUnavailable"), times=1)

    statuses = [cloud_lab.send("PUT", "/talk.mp3", body=b"content")[0] for _ in range(2)]

    assert statuses == [503, 200]
    assert rule.struck == 1
    assert [(each.status, each.fault) for each in cloud_lab.cloud.recorder.requests()] == [
        (503, "Refuse"),
        (200, None),
    ]


def test_a_lost_answer_leaves_the_request_carried_out(cloud_lab: CloudLab) -> None:
    cloud_lab.cloud.faults.add(LoseAnswer(), times=1)

    with pytest.raises(Lost):
        cloud_lab.send("PUT", "/talk.mp3", body=b"content")

    assert cloud_lab.keys == ["talk.mp3"]
    (request,) = cloud_lab.cloud.recorder.requests()
    assert (request.status, request.fault) == (200, "LoseAnswer")


def test_a_dropped_request_is_not_carried_out(cloud_lab: CloudLab) -> None:
    cloud_lab.cloud.faults.add(Drop(), times=1)

    with pytest.raises(Lost):
        cloud_lab.send("PUT", "/talk.mp3", body=b"content")

    assert cloud_lab.keys == []
    (request,) = cloud_lab.cloud.recorder.requests()
    assert (request.status, request.fault) == (None, "Drop")


@pytest.mark.parametrize("effect", [Drop(), LoseAnswer()])
@pytest.mark.parametrize("key", ["there", "missing"])
def test_no_byte_of_an_answer_arrives_and_the_connection_closes(cloud_lab: CloudLab, effect: Effect, key: str) -> None:
    cloud_lab.cloud.cos.put(BUCKET, "there", b"content")
    cloud_lab.cloud.faults.add(effect)
    identity = cloud_lab.cloud.credentials
    headers = signed_headers("GET", COS, f"/{key}", secret_id=identity.access_key_id, secret_key=identity.secret_key)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    with socket.create_connection(("127.0.0.1", cloud_lab.port), timeout=30) as connection:
        connection.sendall(f"GET /{key} HTTP/1.1\r\n{head}\r\n".encode())
        assert connection.recv(1) == b""


def test_a_lost_refusal_is_recorded_with_its_status(cloud_lab: CloudLab) -> None:
    cloud_lab.cloud.faults.add(LoseAnswer())

    with pytest.raises(Lost):
        cloud_lab.send("GET", "/missing")

    assert [request.status for request in cloud_lab.cloud.recorder.requests()] == [404]


def test_a_delayed_request_waits_before_it_is_carried_out(cloud_lab: CloudLab, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[tuple[float, list[str]]] = []

    async def sleep(seconds: float) -> None:
        waited.append((seconds, cloud_lab.keys))

    monkeypatch.setattr("localcloud.faults.effects.asyncio", SimpleNamespace(sleep=sleep))
    cloud_lab.cloud.faults.add(Delay(0.3))

    assert cloud_lab.send("PUT", "/talk.mp3", body=b"content")[0] == 200

    assert waited == [(0.3, [])]
    assert cloud_lab.keys == ["talk.mp3"]


def test_a_server_stops_though_requests_are_delayed(new_cloud_lab: Callable[..., CloudLab]) -> None:
    lab = new_cloud_lab()
    delay = lab.cloud.faults.add(Delay(3600))
    connection = lab.connect()
    try:
        connection.request("GET", "/", headers={"Host": COS})
        eventually(lambda: delay.struck)
        stopping = threading.Thread(target=lab.cloud.stop, daemon=True)
        stopping.start()
        stopping.join(PATIENCE)
        assert not stopping.is_alive()
    finally:
        connection.close()


def test_only_the_requests_that_are_meant_are_struck(cloud_lab: CloudLab) -> None:
    claims = Requests(service="cos", method="PUT", path="^/index/claims/")
    cloud_lab.cloud.faults.add(Refuse(503, "ServiceUnavailable"), claims, after=1, times=1)

    paths = ["/index/claims/1", "/index/jobs/1", "/index/claims/2", "/index/claims/3"]
    statuses = [cloud_lab.send("PUT", path, body=b"")[0] for path in paths]

    assert statuses == [200, 200, 503, 200]


def test_rules_strike_in_the_order_they_were_added_and_can_be_cleared(cloud_lab: CloudLab) -> None:
    faults = cloud_lab.cloud.faults
    faults.add(Refuse(503, "ServiceUnavailable"), times=1)
    faults.add(Refuse(429, "SlowDown"))

    first, second = (cloud_lab.send("GET", "/")[0] for _ in range(2))
    faults.clear()

    assert (first, second, cloud_lab.send("GET", "/")[0]) == (503, 429, 200)


def test_what_luck_strikes_is_told_by_the_seed(new_cloud_lab: Callable[..., CloudLab]) -> None:
    lab = new_cloud_lab(seed=7)
    lab.cloud.faults.add(Refuse(503, "ServiceUnavailable"), probability=0.5)

    statuses = [lab.send("GET", "/")[0] for _ in range(20)]

    chance = seeded(7)
    assert statuses == [503 if chance.random() < 0.5 else 200 for _ in range(20)]
    assert {503, 200} == set(statuses)


def test_requests_of_a_function_are_recorded_with_its_name_and_invocation(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy()

    result = cloud_lab.cloud.scf.invoke("echo", [["PUT", "/one"], ["GET", "/two"]], request_id="f03dc946")
    cloud_lab.send("GET", "/")

    assert result.value == [200, 404]
    recorder = cloud_lab.cloud.recorder
    assert [(each.function, each.invocation) for each in recorder.requests()] == [
        ("mps-dev-media-echo", "f03dc946"),
        ("mps-dev-media-echo", "f03dc946"),
        (None, None),
    ]
    assert recorder.of_invocation("f03dc946") == recorder.requests()[:2]


def test_a_rule_can_be_for_one_function(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy("one", "two")
    cloud_lab.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(function="one"))

    statuses = [cloud_lab.cloud.scf.invoke(key, [["GET", "/key"]]).value for key in ("one", "two")]

    assert statuses == [[503], [404]]
    assert cloud_lab.send("GET", "/key")[0] == 404


@pytest.mark.parametrize(("effect", "stored", "status"), [(KillBefore(), [], None), (KillAfter(), ["talk.mp3"], 200)])
def test_a_killed_instance_ends_its_invocation_with_439(
    cloud_lab: CloudLab, effect: Effect, stored: list[str], status: int | None
) -> None:
    cloud_lab.deploy()
    cloud_lab.cloud.scf.invoke("echo", [])
    assert len(cloud_lab.cloud.scf.function("echo").pids) == 1
    cloud_lab.cloud.faults.add(effect)

    result = cloud_lab.cloud.scf.invoke("echo", [["PUT", "/talk.mp3"], ["PUT", "/never"]])

    assert result.error is not None
    assert (result.error.status_code, result.error.message) == (439, "User process exit when running: signal 9")
    assert cloud_lab.cloud.scf.function("echo").pids == ()
    (request,) = cloud_lab.cloud.recorder.of_invocation(result.request_id)
    assert (request.path, request.status, request.fault) == ("/talk.mp3", status, type(effect).__name__)
    assert cloud_lab.keys == stored


def test_an_event_whose_instance_was_killed_is_tried_again_with_the_same_id(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy()
    cloud_lab.cloud.faults.add(KillBefore(), times=1)

    request_id = cloud_lab.cloud.scf.invoke_async("echo", [["PUT", "/talk.mp3"]])

    assert [(each.result.status_code, each.outcome) for each in cloud_lab.invocations] == [
        (439, "retrying"),
        (200, "succeeded"),
    ]
    assert [each.status for each in cloud_lab.cloud.recorder.of_invocation(request_id)] == [None, 200]
    assert cloud_lab.keys == ["talk.mp3"]


def test_nothing_is_killed_for_a_request_that_no_function_sent(cloud_lab: CloudLab) -> None:
    rule = cloud_lab.cloud.faults.add(KillBefore())

    assert cloud_lab.send("PUT", "/talk.mp3", body=b"content")[0] == 200

    assert rule.struck == 0


def test_every_request_of_an_invocation_can_be_a_crash_point(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy()
    event = [["PUT", "/one"], ["GET", "/one"], ["DELETE", "/one"], ["PUT", "/two"]]
    clean = cloud_lab.cloud.scf.invoke("echo", event)
    points = len(cloud_lab.cloud.recorder.of_invocation(clean.request_id))
    assert points == 4

    for effect in (KillBefore(), KillAfter()):
        for point in range(points):
            cloud_lab.cloud.faults.clear()
            cloud_lab.cloud.faults.add(effect, Requests(function="echo"), after=point, times=1)
            request_id = cloud_lab.cloud.scf.invoke_async("echo", event)
            outcomes = [each.outcome for each in cloud_lab.invocations if each.result.request_id == request_id]
            assert outcomes == ["retrying", "succeeded"]
            faults = [each.fault for each in cloud_lab.cloud.recorder.of_invocation(request_id)]
            assert faults == [None] * point + [type(effect).__name__] + [None] * points
            assert cloud_lab.keys == ["two"]


def test_a_lost_event_calls_nobody(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy(triggers=(on_upload(),))
    cloud_lab.cloud.faults.events.lose(1)

    cloud_lab.cloud.cos.put(BUCKET, "talk.mp3", b"content")

    assert cloud_lab.invocations == ()
    assert cloud_lab.cloud.faults.events.cos.counts.lost == 1


def test_a_duplicated_event_calls_twice(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy(source="def main_handler(event, context): return event\n", triggers=(on_upload(),))
    cloud_lab.cloud.faults.events.duplicate(1)

    cloud_lab.cloud.cos.put(BUCKET, "talk.mp3", b"content")

    first, second = cloud_lab.invocations
    assert first.result.value == second.result.value
    assert first.result.request_id != second.result.request_id


def test_the_cloud_is_not_idle_while_an_event_is_late(cloud_lab: CloudLab) -> None:
    cloud_lab.deploy(source="def main_handler(event, context): return 1\n", triggers=(on_upload(),))
    cloud_lab.cloud.faults.events.delay(1, seconds=0.5)

    cloud_lab.cloud.cos.put(BUCKET, "talk.mp3", b"content")

    assert len(cloud_lab.invocations) == 1
    assert cloud_lab.cloud.faults.events.cos.counts.delayed == 1


@pytest.mark.parametrize(("misfortune", "arrived"), [("none", 1), ("lose", 0), ("duplicate", 2)])
def test_a_callback_goes_astray_as_events_do(cloud_lab: CloudLab, misfortune: str, arrived: int) -> None:
    if misfortune != "none":
        getattr(cloud_lab.cloud.faults.events.ci, misfortune)(1)
    job = {
        "Tag": "VoiceSeparate",
        "Input": {"Object": "missing.mp3"},
        "Operation": {
            "VoiceSeparate": {"AudioMode": "IsAudio"},
            "Output": {"Region": "ap-guangzhou", "Bucket": BUCKET, "AuObject": "voice.mp3"},
        },
        "CallBack": "https://1250000000-nobody.ap-guangzhou.tencentscf.com/finished",
    }

    assert cloud_lab.send("POST", "/jobs", host=CI, body=xml.render("Request", job))[0] == 200

    assert cloud_lab.cloud.wait_until_idle(PATIENCE)
    paths = [request.path for request in cloud_lab.cloud.recorder.requests("functions")]
    assert paths == ["/finished"] * arrived
    assert cloud_lab.cloud.faults.events.ci.counts.messages == 1
