"""The secrets that notices are signed with, in Secrets Manager: replaced without downtime, as docs/webhook.md says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture
from standardwebhooks import Webhook

import callback
import reconcile
from localcloud import LocalCloud
from localcloud.faults import Refuse, Requests
from localcloud.ssm.models import Value
from tests.receiver import OLD_SECRET, SECRET, Listener, Post, listening
from tests.support import ROOT, StoppedClock, load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.capability import KeyRing
from voice_separation.errors import SecretRefused
from voice_separation.instance import Invocation
from voice_separation.stored_ring import KEPT_FOR, USED_FOR, RingMemory
from voicesep.local import LocalApp

OLD, NEW = OLD_SECRET, SECRET
RING = "receiver-ring"
CALLBACK_SECRET = "a-callback-secret-of-tests-only"
DOWN, API = Refuse(503, "ServiceUnavailable"), Requests(service="api")
MINUTE = timedelta(minutes=1)


def signers(post: Post) -> list[str]:
    """Which of the two secrets have signed a message, by the library's own reckoning."""
    at = datetime.fromtimestamp(int(post.headers["webhook-timestamp"]), timezone.utc)
    signed = post.headers["webhook-signature"].split()
    secrets = (("old", OLD), ("new", NEW))
    return [name for name, secret in secrets if Webhook(secret).sign(post.id, at, post.body.decode()) in signed]


@dataclass
class Warm:
    """Warm instances of `callback` and `reconcile`, whose clock can be put forward, and their receiver."""

    bench: Workbench
    listener: Listener
    clock: StoppedClock = field(default_factory=lambda: StoppedClock(datetime.now(timezone.utc)))
    memory: RingMemory[bytes] = field(default_factory=RingMemory)
    reported: int = 0

    def invocation(self, context: Any) -> Invocation:
        call = self.bench.invocation(
            context["request_id"],
            callback_secrets=CALLBACK_SECRET,
            ssm_endpoint=self.bench.cloud.endpoint,
            webhook_url=self.listener.url,
            webhook_secrets=f"ssm:{RING}",
        )
        return replace(call, clock=self.clock, webhook_memory=self.memory)

    def forget(self) -> None:
        """Freeze the instances for good: the next invocations are on new ones."""
        self.memory = RingMemory()

    def passes(self, time: timedelta) -> None:
        self.clock.advance(time.total_seconds())

    def put_ring(self, text: str) -> None:
        self.bench.cloud.ssm.update(BUCKET.region, RING, "SSM_Current", Value(text))

    def report(self) -> int:
        """Let CI report a job that is new; return what it is answered."""
        self.reported += 1
        tree = load_event("callback-workflow.json")
        job = {**tree["JobsDetail"][0], "JobId": f"j{self.reported}"}
        job["Input"] = {"BucketId": BUCKET.name, "Region": BUCKET.region, "Object": "incoming/talk.mp3"}
        body = json.dumps({**tree, "JobsDetail": [job]})
        self.bench.cloud.ci.restore(body.encode())
        event = {"httpMethod": "POST", "path": KeyRing((CALLBACK_SECRET,)).static_path(), "headers": {}, "body": body}
        return int(callback.main_handler(event, {"request_id": "callback-1"})["statusCode"])

    def fire(self) -> None:
        reconcile.main_handler({}, {"request_id": "timer-1"})

    def signers(self) -> list[str]:
        """Which secrets sign what is posted now."""
        assert self.report() == 200
        return signers(self.listener.posts[-1])

    def left(self) -> list[str]:
        return self.bench.stored("index/notices/")

    def attempts(self) -> list[int]:
        return [int(json.loads(self.bench.read(key))["attempts"]) for key in self.left()]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def warm(cloud: LocalCloud, listener: Listener, mocker: MockerFixture) -> Warm:
    cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
    cloud.ssm.create(BUCKET.region, RING, Value(OLD))
    warm = Warm(Workbench(cloud), listener)
    for door in (callback, reconcile):
        mocker.patch.object(door, "this_instance", return_value=warm)
    return warm


def test_a_secret_in_secrets_manager_is_replaced_under_warm_instances(warm: Warm) -> None:
    assert warm.signers() == ["old"]
    warm.put_ring(f"{NEW},{OLD}")
    warm.passes(MINUTE)
    assert warm.signers() == ["old"]
    warm.passes(KEPT_FOR)
    assert warm.signers() == ["old", "new"]  # the receiver may be given the new one
    warm.put_ring(json.dumps([NEW]))
    warm.passes(KEPT_FOR)
    assert warm.signers() == ["new"]
    assert len(warm.bench.cloud.recorder.requests("ssm")) == 3


def test_where_there_is_nothing_to_tell_secrets_manager_is_not_asked(warm: Warm) -> None:
    warm.fire()
    assert warm.bench.cloud.recorder.requests("ssm") == ()


def test_without_a_ring_ci_hears_that_the_job_is_stored_and_reconcile_is_red_until_there_is_one(warm: Warm) -> None:
    warm.put_ring("whsec_short")
    assert warm.report() == 200
    assert warm.bench.stored("index/jobs/")
    for _ in range(2):
        warm.passes(2 * MINUTE)
        with pytest.raises(SecretRefused, match=r"WEBHOOK_SECRETS .*24 to 64 random bytes.*check the setting"):
            warm.fire()
    assert warm.bench.stored("index/index.json")
    assert (warm.listener.posts, warm.attempts()) == ([], [0])
    warm.put_ring(OLD)
    warm.passes(2 * MINUTE)
    warm.fire()
    assert (signers(warm.listener.posts[0]), warm.left()) == (["old"], [])


def test_an_outage_of_secrets_manager_is_no_try_and_no_alarm_and_warm_instances_do_without_it_for_an_hour(
    warm: Warm,
) -> None:
    assert warm.signers() == ["old"]
    warm.bench.cloud.faults.add(DOWN, API)
    warm.passes(USED_FOR - MINUTE)
    assert warm.signers() == ["old"]
    warm.forget()
    assert warm.report() == 200
    for _ in range(3):
        warm.passes(2 * MINUTE)
        warm.fire()
    assert (len(warm.listener.posts), warm.attempts()) == (2, [0])
    warm.bench.cloud.faults.clear()
    warm.passes(MINUTE)
    warm.fire()
    assert (len(warm.listener.posts), warm.left()) == (3, [])
    told = warm.bench.lines.events()
    assert {line["setting"] for line in told if line["event"] in ("ring.read", "ring.stale")} == {"WEBHOOK_SECRETS"}
    assert {line["level"] for line in told} == {"DEBUG", "INFO", "WARNING"}
    delayed = [line["reason"] for line in told if line["event"] == "notice.delayed"]
    assert len(delayed) == 4
    assert all("GetSecretValue receiver-ring" in reason for reason in delayed)


def test_the_deployed_functions_read_the_ring_with_their_roles_keys(listener: Listener) -> None:
    settings = {"WEBHOOK_URL": listener.url, "WEBHOOK_SECRETS": f"ssm:{RING}"}
    with LocalApp(ROOT, settings, lambda *_: None) as app:
        app.cloud.ssm.create(app.bucket.region, RING, Value(f"{NEW},{OLD}"))
        app.deploy()
        app.cloud.cos.put(app.bucket.name, "incoming/notes.mp3", b"no media, so that the job ends at once")
        assert app.cloud.wait_until_idle(60)
        (post,) = listener.posts
        assert post.verified(NEW) == post.verified(OLD)
        (call,) = app.cloud.recorder.requests("ssm")
        assert (call.action, call.status, call.function) == ("GetSecretValue", 200, "voice-dev-separation-callback")
        assert call.access_key_id != app.cloud.credentials.access_key_id
