"""Door 2 through its real function URL: each refusal has its status, and writes nothing."""

import http.client
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import EVENTS, ROOT
from voice_separation.capability import KeyRing
from voice_separation.gateway import MAX_BODY_BYTES
from voicesep.local import LocalApp

BUCKET = {"INPUT_BUCKET": "test-123456789", "REGION": "ap-chongqing"}
JOB = (EVENTS / "callback-job.xml").read_bytes()
UPLOAD = "0123456789abcdef0123456789abcdef"


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


@pytest.fixture(scope="module")
def deployed() -> Iterator[LocalApp]:
    with LocalApp(ROOT, BUCKET, ignore_logs) as app:
        app.deploy()
        yield app


@pytest.fixture
def app(deployed: LocalApp) -> LocalApp:
    for stored in written(deployed):
        deployed.cloud.cos.delete(deployed.bucket.name, stored)
    return deployed


def written(app: LocalApp) -> list[str]:
    return [stored.key for stored in app.cloud.cos.list(app.bucket.name, prefix="index/").contents]


def ring(app: LocalApp) -> KeyRing:
    return KeyRing((app.environment["CALLBACK_SECRETS"],))


def send(app: LocalApp, path: str, body: bytes = JOB, method: str = "POST", **headers: str) -> tuple[int, str]:
    host = urlsplit(app.environment["CALLBACK_URL"]).netloc
    connection = http.client.HTTPConnection(app.cloud.endpoint.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body, {"Host": host, "Content-Type": "application/xml", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_job_of_others_is_stored_through_the_static_address(app: LocalApp) -> None:
    app.cloud.ci.restore(JOB)
    assert send(app, ring(app).static_path()) == (200, '{"message": "stored"}')
    assert [key.split("/")[1] for key in written(app)] == ["jobs", "log"]


def test_every_401_has_the_same_body_and_writes_nothing(app: LocalApp) -> None:
    app.cloud.ci.restore(JOB)
    now = datetime.now(timezone.utc)
    day = timedelta(days=1)
    causes = {
        "no capability": "/",
        "a forged one": KeyRing(("another-secret-another",)).static_path(),
        "an expired one": ring(app).path(UPLOAD, now=now - 2 * day, ttl=day),
        "one for another upload": ring(app).path(UPLOAD, now=now, ttl=day),
    }
    answers = {cause: send(app, path) for cause, path in causes.items()}
    assert set(answers.values()) == {(401, '{"message": "unauthorized"}')}, answers
    assert written(app) == []


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (405, {"method": "GET", "body": b""}),
        (405, {"method": "PUT"}),
        (413, {"body": b"<" + b"x" * MAX_BODY_BYTES}),
        (415, {"body": b"hello"}),
        (415, {"Content-Encoding": "gzip"}),
        (400, {"body": b"<Response>"}),
        (400, {"body": b'{"JobsDetail": []}'}),
        (422, {"body": b'{"EventName": "WorkflowFinish"}'}),
        (422, {"body": JOB.replace(b"<Tag>VoiceSeparate", b"<Tag>Transcode")}),
        (404, {"body": JOB.replace(b"j40644e92f8e311ecb90d0b03267ce0e5", b"jnobodyknows")}),
    ],
)
def test_each_refusal_has_its_status_and_writes_nothing(app: LocalApp, status: int, change: dict[str, Any]) -> None:
    assert send(app, ring(app).static_path(), **change)[0] == status
    assert written(app) == []


def test_a_job_that_ci_says_is_running_is_not_stored(app: LocalApp) -> None:
    running = JOB.replace(b"<State>Success", b"<State>Running").replace(b"j40644e92", b"jrunning92")
    app.cloud.ci.restore(running)
    posted = running.replace(b"<State>Running", b"<State>Success")
    assert send(app, ring(app).static_path(), posted) == (202, '{"message": "the job is still running"}')
    assert written(app) == []


def test_refusals_are_logged_with_their_cause_and_without_the_address(app: LocalApp) -> None:
    path = KeyRing(("another-secret-another",)).static_path()
    send(app, path)
    log = "\n".join(app.cloud.scf.invocations[-1].result.logs)
    assert "callback.refused" in log
    assert "forged" in log
    assert path not in log


def test_when_ci_cannot_be_reached_the_sender_is_asked_to_try_again() -> None:
    with LocalApp(ROOT, BUCKET, ignore_logs) as app:
        app.deploy()
        app.environment["CI_ENDPOINT"] = "http://127.0.0.1:1"
        app.cloud.deploy(ROOT / "serverless.yml", ROOT / "src", app.environment)
        assert send(app, ring(app).static_path()) == (503, '{"message": "try again later"}')
        assert written(app) == []


def test_with_a_wrong_setting_the_sender_is_asked_to_try_again_and_told_nothing_of_it() -> None:
    with LocalApp(ROOT, {**BUCKET, "LOG_LEVEL": "LOUD"}, ignore_logs) as app:
        app.deploy()
        assert send(app, ring(app).static_path()) == (503, '{"message": "try again later"}')
        assert "LOG_LEVEL" in "\n".join(app.cloud.scf.invocations[-1].result.logs)
