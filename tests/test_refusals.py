"""Every refusal of door 2, through both fronts that SCF has: its status, its body, and that nothing was written."""

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from pytest_mock import MockerFixture

import callback
from localcloud import LocalCloud
from localcloud.faults import Refuse, Requests
from tests.support import EVENTS, ROOT, load_event
from tests.voice_separation.conftest import Workbench
from voice_separation.capability import KeyRing
from voice_separation.gateway import MAX_BODY_BYTES
from voicesep.local import LocalApp

BUCKET = {"INPUT_BUCKET": "test-123456789", "REGION": "ap-chongqing"}
JOB = (EVENTS / "callback-job.xml").read_bytes()
UPLOAD = "0123456789abcdef0123456789abcdef"
DAY = timedelta(days=1)
ROTATED = "a-secret-that-was-rotated-out"
UNAUTHORIZED = '{"message": "unauthorized"}'


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Front:
    """One of the two ways to door 2, in a deployed app."""

    app: LocalApp
    pass_on: Callable[[LocalApp, str, str, bytes, dict[str, str]], Answer]

    def ring(self) -> KeyRing:
        return KeyRing((self.app.environment["CALLBACK_SECRETS"],))

    def written(self) -> list[str]:
        return [stored.key for stored in self.app.cloud.cos.list(self.app.bucket.name, prefix="index/").contents]

    def send(self, path: str, body: bytes = JOB, method: str = "POST", encoding: str = "identity") -> Answer:
        return self.pass_on(self.app, method, path, body, {"Content-Encoding": encoding})

    def report(self, body: bytes = JOB, *, encoding: str = "identity") -> Answer:
        """Send a notification to the valid static address."""
        return self.send(self.ring().static_path(), body, encoding=encoding)


def through_the_function_url(app: LocalApp, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    host = urlsplit(app.environment["CALLBACK_URL"]).netloc
    connection = http.client.HTTPConnection(app.cloud.endpoint.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, quote(path), body, {"Host": host, "Content-Type": "application/xml", **headers})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, answer.read().decode(), told)
    finally:
        connection.close()


def through_api_gateway(app: LocalApp, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    event = load_event("api-gateway.json")
    event |= {
        "httpMethod": method,
        "path": path,
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": "true",
    }
    result = app.cloud.scf.invoke("callback", event)
    assert result.error is None, result.error
    value: Any = result.value
    return Answer(value["statusCode"], value["body"], {name.lower(): text for name, text in value["headers"].items()})


@pytest.fixture(scope="module")
def deployed() -> Iterator[LocalApp]:
    with LocalApp(ROOT, BUCKET, lambda *_: None) as app:
        app.deploy()
        app.cloud.ci.restore(JOB)
        yield app


@pytest.fixture(params=[through_the_function_url, through_api_gateway], ids=["function URL", "API Gateway"])
def front(deployed: LocalApp, request: pytest.FixtureRequest) -> Iterator[Front]:
    """A front that must be refused: whatever the test sends, nothing may be written."""
    front = Front(deployed, request.param)
    yield front
    assert front.written() == []


def told(message: str) -> str:
    return json.dumps({"message": message})


def test_what_would_be_stored_is_stored_so_that_the_refusals_below_mean_something() -> None:
    with LocalApp(ROOT, BUCKET, lambda *_: None) as app:
        app.deploy()
        app.cloud.ci.restore(JOB)
        for way in (through_the_function_url, through_api_gateway):
            front = Front(app, way)
            assert front.report() == Answer(200, told("stored"))
            assert [key.split("/")[1] for key in front.written()] == ["jobs", "log"]


# 401, one body for every cause


def test_no_capability(front: Front) -> None:
    assert front.send("/") == Answer(401, UNAUTHORIZED)


def test_a_forged_capability(front: Front) -> None:
    forged = KeyRing((ROTATED,))
    assert front.send(forged.static_path()) == Answer(401, UNAUTHORIZED)
    path = forged.path(UPLOAD, now=datetime.now(timezone.utc), ttl=DAY)
    assert front.send(path) == Answer(401, UNAUTHORIZED)


def test_an_expired_capability(front: Front) -> None:
    path = front.ring().path(UPLOAD, now=datetime.now(timezone.utc) - 2 * DAY, ttl=DAY)
    assert front.send(path) == Answer(401, UNAUTHORIZED)


def test_a_capability_whose_expiry_was_put_off(front: Front) -> None:
    expired = front.ring().path(UPLOAD, now=datetime.now(timezone.utc) - 2 * DAY, ttl=DAY)
    *_, expiry, signature = expired.split("/")
    assert front.send(f"/v1/{UPLOAD}/{int(expiry) + 200_000}/{signature}") == Answer(401, UNAUTHORIZED)


def test_a_capability_for_another_upload(front: Front) -> None:
    path = front.ring().path(UPLOAD, now=datetime.now(timezone.utc), ttl=DAY)
    assert front.send(path) == Answer(401, UNAUTHORIZED)


def test_a_signature_moved_to_another_upload(front: Front) -> None:
    path = front.ring().path(UPLOAD, now=datetime.now(timezone.utc), ttl=DAY)
    assert front.send(path.replace(UPLOAD, UPLOAD[::-1])) == Answer(401, UNAUTHORIZED)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path[:-1],
        lambda path: path.replace(UPLOAD, UPLOAD[:-1]),
        lambda path: path.replace(UPLOAD, UPLOAD.upper()),
        lambda path: path[:-1] + "\u00e9",
        lambda path: path + "/",
        lambda path: path + "\n",
        lambda path: path.replace("/v1/", "/v2/"),
        lambda path: "/" + "x" * 4000 + path,
    ],
    ids=["cut", "upload id cut", "in capitals", "not ASCII", "slash", "new line", "version", "too long"],
)
def test_a_capability_that_is_not_as_it_was_signed(front: Front, change: Callable[[str], str]) -> None:
    path = front.ring().path(UPLOAD, now=datetime.now(timezone.utc), ttl=DAY)
    assert front.send(change(path)) == Answer(401, UNAUTHORIZED)


def test_a_valid_capability_whose_job_is_of_another_tag_when_ci_is_asked(front: Front) -> None:
    posted = JOB.replace(b"j40644e92f8e311ecb90d0b03267ce0e5", b"jofanothertag")
    front.app.cloud.ci.restore(posted.replace(b"<Tag>VoiceSeparate", b"<Tag>Transcode"))
    assert front.report(posted) == Answer(401, UNAUTHORIZED)


# 404, 405, 413, 415, 422


def test_a_job_that_ci_does_not_know(front: Front) -> None:
    answer = front.report(JOB.replace(b"j40644e92f8e311ecb90d0b03267ce0e5", b"jnobodyknows"))
    assert answer == Answer(404, told("CI knows no job jnobodyknows of bucket test-123456789"))


def test_a_job_of_another_bucket_which_is_none_of_ours_to_ci(front: Front) -> None:
    posted = JOB.replace(b"j40644e92f8e311ecb90d0b03267ce0e5", b"jofanotherbucket")
    front.app.cloud.ci.restore(posted.replace(b"test-123456789", b"evil-123456789"))
    assert front.report(posted).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_which_is_told_the_one_that_is_taken(front: Front, method: str) -> None:
    answer = front.send(front.ring().static_path(), b"", method)
    assert answer == Answer(405, told("a notification is sent with POST"))
    assert answer.headers["allow"] == "POST"


def test_a_body_that_is_too_large(front: Front) -> None:
    answer = front.report(b"<" + b"x" * MAX_BODY_BYTES)
    assert answer == Answer(413, told(f"the body is larger than {MAX_BODY_BYTES} bytes"))


@pytest.mark.parametrize("body", [b"", b"hello", b"JobId=j1", b"\x1f\x8b\x08"])
def test_a_body_that_is_neither_xml_nor_json(front: Front, body: bytes) -> None:
    assert front.report(body) == Answer(415, told("the body is neither XML nor JSON"))


def test_a_compressed_body(front: Front) -> None:
    answer = front.report(encoding="gzip")
    assert answer == Answer(415, told("the body is compressed; send it plain"))


@pytest.mark.parametrize(
    "body", [b'{"EventName": "WorkflowFinish"}', b"<Response><EventName>Other</EventName></Response>"]
)
def test_a_message_about_another_event(front: Front, body: bytes) -> None:
    assert front.report(body) == Answer(422, told("the event is not TaskFinish"))


def test_a_message_about_a_job_of_another_tag(front: Front) -> None:
    answer = front.report(JOB.replace(b"<Tag>VoiceSeparate", b"<Tag>Transcode"))
    assert answer == Answer(422, told("the job is not a VoiceSeparate job"))


# 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<Response>", "the XML is not well formed"),
        (b'<!DOCTYPE r [<!ENTITY a "x">]><Response>&a;</Response>', "the XML is not well formed"),
        (b"{", "the JSON is not well formed"),
        (b"[" * 5000, "the JSON is not well formed"),
        (b'{"a": "\\ud800"}', "the JSON is not well formed"),
        (b"[]", "the message is no notification: it has no JobsDetail"),
        (b'{"JobsDetail": []}', "a notification names 1 to 10 jobs, not 0"),
        (b'{"JobsDetail": [{"JobId": "../index", "State": "Success"}]}', "JobsDetail does not hold what CI documents"),
    ],
    ids=range(8),
)
def test_a_malformed_body(front: Front, body: bytes, message: str) -> None:
    assert front.report(body) == Answer(400, told(message))


def test_more_jobs_than_can_be_asked_about(front: Front) -> None:
    jobs = [{"JobId": f"j{n}", "State": "Success"} for n in range(11)]
    answer = front.report(json.dumps({"JobsDetail": jobs}).encode())
    assert answer == Answer(400, told("a notification names 1 to 10 jobs, not 11"))


def test_a_body_flagged_as_base64_that_is_none(deployed: LocalApp) -> None:
    event = {"httpMethod": "POST", "path": Front(deployed, through_api_gateway).ring().static_path()}
    result = deployed.cloud.scf.invoke("callback", {**event, "body": "!", "isBase64Encoded": True})
    assert (result.value["statusCode"], result.value["body"]) == (400, told("the body is flagged as base64 but is not"))


@pytest.mark.parametrize("event", [{}, [], "text", {"Records": []}, {"httpMethod": None}])
def test_what_is_no_http_event_at_all(deployed: LocalApp, event: Any) -> None:
    result = deployed.cloud.scf.invoke("callback", event)
    assert result.value["statusCode"] == 400
    assert "events/function-url.json" in result.value["body"]


# not refused, and yet nothing is written


def test_a_job_that_still_runs(front: Front) -> None:
    running = JOB.replace(b"<State>Success", b"<State>Running").replace(b"j40644e92", b"jrunning92")
    front.app.cloud.ci.restore(running)
    posted = running.replace(b"<State>Running", b"<State>Success")
    assert front.report(posted) == Answer(202, told("the job is still running"))


@pytest.mark.parametrize("service", ["ci", "cos"])
def test_when_ci_or_cos_cannot_answer_the_sender_is_asked_to_try_again(front: Front, service: Any) -> None:
    front.app.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service=service))
    try:
        assert front.report() == Answer(503, told("try again later"))
    finally:
        front.app.cloud.faults.clear()


def test_the_static_address_is_of_no_use_where_its_user_would_choose_the_bucket(
    cloud: LocalCloud, mocker: MockerFixture
) -> None:
    cloud.cos.create_bucket(BUCKET["INPUT_BUCKET"], BUCKET["REGION"])
    bench = Workbench(cloud)
    call = bench.invocation(input_bucket=None, callback_secrets=ROTATED)
    mocker.patch.object(callback, "this_instance", return_value=SimpleNamespace(invocation=lambda _context: call))
    event = {"httpMethod": "POST", "path": KeyRing((ROTATED,)).static_path(), "body": JOB.decode()}
    assert callback.main_handler(event, {})["statusCode"] == 503
    assert "INPUT_BUCKET" in bench.lines.text
    assert cloud.recorder.requests() == ()
