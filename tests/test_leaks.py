"""Every flow and every failure, at DEBUG, with secrets planted: no log, no answer and no document tells one."""

import functools
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from localcloud.credentials import Identity
from localcloud.faults import Drop, KillAfter, LoseAnswer, Refuse, Requests
from localcloud.ssm.models import Value
from tests.leaks import (
    IN_USE,
    ROTATED,
    SETTINGS,
    UPLOADER,
    UPLOADERS_TOKEN,
    Watched,
    address,
    event_with_secrets,
    leaks,
    ring,
)
from tests.receiver import OLD_SECRET, SECRET, Post, Reply, listening
from tests.support import EVENTS, ROOT, SAMPLE
from voicesep.local import LocalApp

SERVICES: tuple[Literal["ci", "cos"], ...] = ("ci", "cos")


def separated(watched: Watched) -> None:
    watched.upload(SAMPLE.read_bytes())
    watched.fire("every-minute")


def refused_inputs(watched: Watched) -> None:
    watched.upload(b"")
    watched.upload(b"x", "incoming/%01.mp3")
    watched.upload(b"x", "elsewhere/a.mp3")


def trouble_with_ci(watched: Watched) -> None:
    watched.befallen_by(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"))
    watched.befallen_by(Refuse(403, "AccessDenied"), Requests(service="ci"))
    watched.befallen_by(Refuse(400, "ResourceNotSupported"), Requests(service="ci", method="POST"))
    watched.befallen_by(LoseAnswer(), Requests(service="ci", method="POST"), times=1)


def trouble_with_cos(watched: Watched) -> None:
    watched.befallen_by(Refuse(403, "AccessDenied"), Requests(service="cos", function="submit"))
    watched.befallen_by(Drop(), Requests(service="cos", function="submit"))
    watched.befallen_by(KillAfter(), Requests(service="cos", function="submit"), times=1)


def lost_callbacks_and_events(watched: Watched) -> None:
    watched.app.cloud.faults.events.ci.lose(1.0)
    watched.upload(b"reported by nobody")
    watched.app.cloud.faults.events.clear()
    watched.fire("every-minute")
    watched.fire("daily-audit")


def refused_callbacks(watched: Watched) -> None:
    for path in (
        address("a-secret-of-somebody-else"),
        address(hours=-1),
        address()[:-1],
        address() + "/",
        f"/prefix{address()}",
        address(ROTATED),
        address(IN_USE),
        ring().static_path(),
    ):
        watched.notify(path)
        watched.notify(path, UPLOADER.encode())
        watched.notify(path, json.dumps({"JobsDetail": {"JobId": UPLOADER, "State": UPLOADERS_TOKEN}}).encode())
        watched.notify(path, b'{"JobsDetail": {"JobId": "jnobodyknows", "State": "Success"}}')
        watched.notify(path, b"", "GET")
        watched.notify(path, encoding=UPLOADERS_TOKEN)


def callbacks_that_cannot_be_stored(watched: Watched) -> None:
    job = (EVENTS / "callback-job.xml").read_bytes()
    for service in SERVICES:
        for effect in (Refuse(503, "ServiceUnavailable"), Refuse(403, "AccessDenied"), Drop()):
            watched.app.cloud.faults.add(effect, Requests(service=service, function="callback"))
            watched.notify(ring().static_path(), job)
            watched.app.cloud.faults.clear()


def events_with_secrets_in_odd_places(watched: Watched) -> None:
    whole = event_with_secrets()
    record = whole["Records"][0]
    odd: list[Any] = [whole, {"Records": UPLOADER}, {"Records": [UPLOADER, [UPLOADER], {UPLOADER: UPLOADER}]}, UPLOADER]
    odd += [{"Records": [{**record, "event": {**record["event"], "eventName": [UPLOADER]}}]}]
    odd += [{"Records": [{**record, "cos": {**record["cos"], "cosBucket": {"name": UPLOADER, "appid": [UPLOADER]}}}]}]
    odd += [{"ObjectInfo": {"BucketId": UPLOADER, "Region": UPLOADER, "Object": ""}}]
    for event in odd:
        for function in ("submit", "callback", "reconcile"):
            watched.app.cloud.scf.invoke(function, event)


def settings_that_are_wrong(watched: Watched) -> None:
    watched.sent["a secret too short"] = "plantedbutshort"
    watched.deployed_with(CALLBACK_SECRETS=f"{IN_USE},plantedbutshort", JOB_LEVEL="9")
    watched.deployed_with(CALLBACK_URL=f"ftp://{UPLOADERS_TOKEN}@example.com")


def a_ring_in_secrets_manager(watched: Watched) -> None:
    region = watched.app.bucket.region
    watched.app.cloud.ssm.create(region, "ring", Value(json.dumps([IN_USE, ROTATED])))
    watched.deployed_with(CALLBACK_SECRETS="ssm:ring")
    watched.app.cloud.ssm.create(region, "unusable", Value(f"[{IN_USE}, {ROTATED}"))
    watched.deployed_with(CALLBACK_SECRETS="ssm:unusable")
    watched.deployed_with(CALLBACK_SECRETS="ssm:missing")
    watched.app.cloud.ssm.create(region, "receivers", Value(f"{SECRET},{OLD_SECRET}"))
    watched.sent["the receiver's rotated secret"] = "planted-secret-that-was-rotated"
    for name in ("receivers", "unusable", "missing"):
        watched.deployed_with(WEBHOOK_SECRETS=f"ssm:{name}")


def services_that_are_nowhere(watched: Watched) -> None:
    watched.deployed_with(COS_ENDPOINT="http://127.0.0.1:1")
    watched.deployed_with(CI_ENDPOINT="http://127.0.0.1:1")


def a_receiver_that_tells_back_what_it_hears(watched: Watched) -> None:
    with listening() as listener:
        for status in (204, 500, 302, 410):
            listener.reply = functools.partial(_telling_back, status)
            watched.deployed_with(WEBHOOK_URL=listener.url)
        signatures = {post.headers["webhook-signature"] for post in listener.posts}
        assert len(signatures) >= 4
        watched.sent |= {f"a signature of a notice, number {n}": each[3:] for n, each in enumerate(sorted(signatures))}


def _telling_back(status: int, post: Post) -> Reply:
    return Reply(status, {"Location": post.path, "X-Back": post.headers["webhook-signature"]}, repr(post).encode())


def settings_of_a_receiver_that_are_wrong(watched: Watched) -> None:
    watched.sent["a secret of the receiver too short"] = "whsec_cGxhbnRlZGJ1dHNob3J0"
    watched.deployed_with(WEBHOOK_SECRETS=f"{SECRET},whsec_cGxhbnRlZGJ1dHNob3J0")
    watched.deployed_with(WEBHOOK_URL=f"http://example.com/{UPLOADERS_TOKEN}")
    watched.deployed_with(WEBHOOK_URL=f"https://{UPLOADERS_TOKEN}@example.com")


FLOWS: tuple[Callable[[Watched], None], ...] = (
    separated,
    refused_inputs,
    trouble_with_ci,
    trouble_with_cos,
    lost_callbacks_and_events,
    refused_callbacks,
    callbacks_that_cannot_be_stored,
    events_with_secrets_in_odd_places,
    settings_that_are_wrong,
    a_ring_in_secrets_manager,
    services_that_are_nowhere,
    a_receiver_that_tells_back_what_it_hears,
    settings_of_a_receiver_that_are_wrong,
)


@pytest.fixture
def watched(issued: list[Identity]) -> Iterator[Watched]:
    with LocalApp(ROOT, SETTINGS, lambda *_: None) as app:
        app.deploy()
        yield Watched(app, issued)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__.replace("_", " "))
def test_nothing_tells_a_secret(
    watched: Watched,
    flow: Callable[[Watched], None],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, "qcloud_cos")  # the uploader here: at DEBUG the vendor's SDK logs signatures
    flow(watched)
    told = f"{watched.told()}{caplog.text}{capfd.readouterr()}"
    assert '"level":"DEBUG"' in told or "InvalidSettings" in told or "callback.refused" in told
    assert watched.issued
    assert leaks(told, watched.secrets()) == set()


# The check itself can fail: an app that tells everything is found out


LEAKY = {
    "submit": """
import os
def main_handler(event, context):
    print(os.environ["CALLBACK_SECRETS"], event)
    raise RuntimeError(os.environ["TENCENTCLOUD_SECRETKEY"] + os.environ["TENCENTCLOUD_SESSIONTOKEN"])
""",
    "callback": """
import base64
def main_handler(event, context):
    print(base64.b64encode(event["path"].encode()).decode())
    return {"statusCode": 200, "headers": {"X-Cookie": event["headers"]["cookie"]}, "body": ""}
""",
    "reconcile": "def main_handler(event, context): pass",
}


def test_an_app_that_tells_secrets_is_found_out(issued: list[Identity], tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name, code in LEAKY.items():
        (tmp_path / "src" / f"{name}.py").write_text(code)
    shutil.copy(ROOT / "serverless.yml", tmp_path)
    with LocalApp(tmp_path, SETTINGS, lambda *_: None) as app:
        app.deploy()
        leaky = Watched(app, issued)
        app.cloud.scf.invoke("submit", event_with_secrets())
        leaky.notify(address())
        key = issued[0].access_key_id
        assert leaks(leaky.told(), leaky.secrets()) == {
            *("the secret that signs", "the rotated secret", "the uploader's Authorization", "the uploader's token"),
            *(f"key of {key}", f"token of {key}", "an address, number 0"),
        }
