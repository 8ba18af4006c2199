"""Door 2 through its real function URL: what it stores, what it logs, and what it says when it cannot (refusals:
test_refusals.py)."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support import EVENTS, ROOT
from voice_separation.capability import KeyRing
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
