"""A callback secret is replaced without downtime, step by step as docs/security.md says."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_mock import MockerFixture

import callback
from localcloud import LocalCloud
from localcloud.ci.jobs import Job
from localcloud.faults import Refuse, Requests
from localcloud.ssm.models import Value
from tests.support import ROOT, StoppedClock, load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.capability import KeyRing
from voice_separation.errors import CapabilityRefused, SubmissionIncomplete
from voice_separation.instance import Invocation
from voice_separation.outcomes import Outcome
from voice_separation.stored_ring import ASKED_EVERY, KEPT_FOR, RingMemory
from voice_separation.submission import Submission
from voice_separation.uploads import Upload, user_data_of
from voicesep.local import LocalApp

OLD, NEW = "old-secret-old-secret", "new-secret-new-secret"
TTL = timedelta(hours=72)
UPLOAD = Upload(BUCKET, "incoming/finished.mp3", "d41d8cd98f00b204e9800998ecf8427e", 7)
FUNCTION_URL = "https://1250000000-abcdefghij.ap-guangzhou.tencentscf.com"
RING = "voice-ring"


def finished_job() -> bytes:
    """The vendor's sample as the notification of an upload of ours."""
    tree = load_event("callback-workflow.json")
    (job,) = tree["JobsDetail"]
    job["Input"] = {"BucketId": UPLOAD.bucket.name, "Region": UPLOAD.bucket.region, "Object": UPLOAD.key}
    job["Operation"]["UserData"] = user_data_of(UPLOAD)
    return json.dumps(tree).encode()


def signed_by(secret: str, now: datetime | None = None) -> str:
    return KeyRing((secret,)).path(UPLOAD.id, now=now or datetime.now(timezone.utc), ttl=TTL)


def signer_of(cloud: LocalCloud, key: str, now: datetime | None = None) -> str:
    """Which of the two secrets has signed the address in the job of an upload."""
    (job,) = [job for job in cloud.ci.jobs() if isinstance(job, Job) and job.request.input.object == key]
    path = urlsplit(job.request.call_back).path
    for name, secret in (("old", OLD), ("new", NEW)):
        try:
            KeyRing((secret,)).verify(path, now=now or datetime.now(timezone.utc))
        except CapabilityRefused:
            continue
        return name
    return "neither"


# The secrets in the setting: every change is a deployment of all three functions


@dataclass(frozen=True)
class Deployment:
    app: LocalApp
    folder: Path

    def deploy(self, ring: str) -> None:
        self.app.environment["CALLBACK_SECRETS"] = ring
        self.app.deploy()

    def post(self, path: str) -> int:
        host = urlsplit(self.app.environment["CALLBACK_URL"]).netloc
        connection = http.client.HTTPConnection(self.app.cloud.endpoint.removeprefix("http://"), timeout=30)
        try:
            connection.request("POST", path, finished_job(), {"Host": host, "Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    def accepts(self) -> list[str]:
        """Which secrets' capabilities the function URL takes."""
        return [name for name, secret in (("old", OLD), ("new", NEW)) if self.post(signed_by(secret)) == 200]

    def signs_with(self, name: str) -> str:
        recording = self.folder / f"{name}.mp3"
        recording.write_bytes(f"no media: {name}".encode())
        self.app.upload(recording, f"incoming/{name}.mp3")
        assert self.app.cloud.wait_until_idle(60)
        return signer_of(self.app.cloud, f"incoming/{name}.mp3")


@contextmanager
def deployed(folder: Path, ring: str) -> Iterator[Deployment]:
    with LocalApp(ROOT, {"INPUT_BUCKET": BUCKET.name, "REGION": BUCKET.region}, lambda *_: None) as app:
        deployment = Deployment(app, folder)
        app.cloud.ci.restore(finished_job())
        deployment.deploy(ring)
        yield deployment


def test_a_secret_in_the_setting_is_replaced_in_three_deployments(tmp_path: Path) -> None:
    with deployed(tmp_path, OLD) as deployment:
        assert deployment.accepts() == ["old"]
        deployment.deploy(f"{OLD},{NEW}")
        assert deployment.signs_with("second") == "old"
        assert deployment.accepts() == ["old", "new"]
        deployment.deploy(f"{NEW},{OLD}")
        assert deployment.signs_with("third") == "new"
        assert deployment.accepts() == ["old", "new"]
        deployment.deploy(NEW)
        assert deployment.signs_with("fourth") == "new"
        assert deployment.accepts() == ["new"]


# The secrets in Secrets Manager: a change needs no deployment


def test_the_functions_read_the_ring_with_the_role_s_keys_once_for_each_instance(tmp_path: Path) -> None:
    with deployed(tmp_path, f"ssm:{RING}") as deployment:
        cloud = deployment.app.cloud
        cloud.ssm.create(BUCKET.region, RING, Value(json.dumps([NEW, OLD])))
        assert deployment.accepts() == ["old", "new"]
        assert deployment.signs_with("talk") == "new"
        calls = cloud.recorder.requests("ssm")
        assert [call.action for call in calls] == ["GetSecretValue"] * 2  # one of `callback`, one of `submit`
        assert {call.status for call in calls} == {200}
        assert cloud.credentials.access_key_id not in {call.access_key_id for call in calls}
        assert all(call.function for call in calls)
        told = "".join("\n".join(record.result.logs) for record in cloud.scf.invocations)
        assert "ring.read" in told
        assert OLD not in told
        assert NEW not in told


def test_without_any_ring_the_sender_is_asked_to_try_again_and_the_upload_waits_and_shows_red(tmp_path: Path) -> None:
    with deployed(tmp_path, f"ssm:{RING}") as deployment:
        assert deployment.post(signed_by(OLD)) == 503
        recording = tmp_path / "talk.mp3"
        recording.write_bytes(b"no media")
        deployment.app.upload(recording, "incoming/talk.mp3")
        cloud = deployment.app.cloud
        assert cloud.wait_until_idle(60)
        submits = [record for record in cloud.scf.invocations if record.result.function_name.endswith("submit")]
        assert submits
        assert submits[0].result.error
        told = "\n".join(submits[0].result.logs)
        assert "ResourceNotFound.SecretNotExist" in told
        assert "ssm:GetSecretValue" in told
        waiting = cloud.cos.list(BUCKET.name, prefix="index/waiting/").contents
        assert len(waiting) == 1
        assert [job for job in cloud.ci.jobs() if isinstance(job, Job)] == []


@dataclass
class Warm:
    """A warm instance of a function: it keeps its ring, and its clock can be put forward."""

    bench: Workbench
    clock: StoppedClock
    memory: RingMemory[str] = field(default_factory=RingMemory)

    def invocation(self, context: Any) -> Invocation:
        settings = {
            "callback_secrets": f"ssm:{RING}",
            "callback_url": FUNCTION_URL,
            "ssm_endpoint": self.bench.cloud.endpoint,
        }
        call = self.bench.invocation(context["request_id"], **settings)
        return replace(call, clock=self.clock, callback_memory=self.memory)


@dataclass
class Pair:
    """`submit` and `callback`, both warm, and the operator at the console of Secrets Manager."""

    cloud: LocalCloud
    submit: Warm
    callback: Warm
    uploads: int = 0

    def put_ring(self, text: str) -> None:
        self.cloud.ssm.update(BUCKET.region, RING, "SSM_Current", Value(text))

    def passes(self, time: timedelta) -> None:
        self.submit.clock.advance(time.total_seconds())

    def post(self, path: str) -> int:
        event = {"httpMethod": "POST", "path": path, "headers": {}, "body": finished_job().decode()}
        return int(callback.main_handler(event, {"request_id": "callback-1"})["statusCode"])

    def accepts(self, secret: str) -> bool:
        return self.post(signed_by(secret, self.callback.clock.now())) == 200

    def submits(self) -> tuple[str, Outcome]:
        self.uploads += 1
        call = self.submit.invocation({"request_id": f"submit-{self.uploads}"})
        key = f"incoming/{self.uploads}.mp3"
        record = self.submit.bench.upload(key, key.encode())
        submission = Submission(call.settings, call.cos, call.submitter, call.telemetry)
        (outcome,) = submission.submit_all((record,))
        return key, outcome

    def signs_with(self) -> str:
        key, outcome = self.submits()
        assert outcome.result == "submitted"
        return signer_of(self.cloud, key, self.submit.clock.now())

    def reads(self) -> int:
        return len(self.cloud.recorder.requests("ssm"))


@pytest.fixture
def pair(cloud: LocalCloud, mocker: MockerFixture) -> Pair:
    cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
    cloud.ci.restore(finished_job())
    cloud.ssm.create(BUCKET.region, RING, Value(OLD))
    clock = StoppedClock(datetime.now(timezone.utc))
    pair = Pair(cloud, Warm(Workbench(cloud), clock), Warm(Workbench(cloud), clock))
    mocker.patch.object(callback, "this_instance", return_value=pair.callback)
    return pair


def test_a_secret_in_secrets_manager_is_replaced_under_warm_instances(pair: Pair) -> None:
    assert pair.signs_with() == "old"
    assert pair.accepts(OLD)
    pair.put_ring(f"{NEW},{OLD}")
    pair.passes(timedelta(minutes=1))
    assert pair.signs_with() == "old"
    assert pair.accepts(OLD)
    pair.passes(KEPT_FOR)
    assert pair.signs_with() == "new"
    assert pair.accepts(NEW)
    assert pair.accepts(OLD)
    pair.passes(TTL)
    pair.put_ring(NEW)
    pair.passes(KEPT_FOR)
    assert pair.signs_with() == "new"
    assert pair.accepts(NEW)
    assert not pair.accepts(OLD)


def test_whoever_signs_with_the_new_secret_first_is_understood_at_once(pair: Pair) -> None:
    assert pair.accepts(OLD)
    pair.put_ring(f"{NEW},{OLD}")
    pair.passes(ASKED_EVERY)
    assert pair.accepts(NEW)
    assert pair.reads() == 2


def test_a_hundred_forgeries_cost_one_question(pair: Pair) -> None:
    assert pair.accepts(OLD)
    pair.passes(ASKED_EVERY)
    assert {pair.post(f"/v1/static/{number:022d}") for number in range(100)} == {401}
    assert pair.reads() == 2


def test_an_outage_of_secrets_manager_is_not_noticed_by_warm_instances_for_an_hour(pair: Pair) -> None:
    assert pair.accepts(OLD)
    assert pair.signs_with() == "old"
    pair.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service="api"))
    pair.passes(timedelta(minutes=59))
    assert pair.accepts(OLD)
    assert pair.signs_with() == "old"
    assert "ring.stale" in pair.callback.bench.lines.text
    pair.passes(timedelta(minutes=2))
    assert pair.post(signed_by(OLD, pair.callback.clock.now())) == 503
    _, outcome = pair.submits()
    assert (outcome.result, outcome.reason) == ("waiting", "ServerNetworkError")
    pair.cloud.faults.clear()
    pair.passes(ASKED_EVERY)
    assert pair.accepts(OLD)


def test_a_ring_that_somebody_has_to_correct_shows_red(pair: Pair) -> None:
    pair.put_ring("short")
    assert pair.post(signed_by(OLD)) == 503
    with pytest.raises(SubmissionIncomplete, match="MalformedRing"):
        pair.submits()
