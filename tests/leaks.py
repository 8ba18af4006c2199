"""Secrets planted in an app, and everything that the app has told anybody."""

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from localcloud.ci.jobs import Job
from localcloud.credentials import Identity
from localcloud.faults import Effect, Requests
from tests import receiver
from tests.localcloud.signing import signed_headers
from tests.support import ROOT, load_event
from voice_separation.capability import KeyRing
from voicesep.local import LocalApp

IN_USE, ROTATED = "planted-secret-that-signs-0123", "planted-secret-rotated-out-4567"
UPLOADER = "q-sign-algorithm=sha1&q-ak=AKIDplanted&q-sign-time=1;2&q-signature=plantedbytheuploader"
UPLOADERS_TOKEN = "planted-token-of-the-uploader"
TO_RECEIVER, TO_RECEIVER_TOKEN = "planted-secret-of-the-receiver", "planted-token-in-the-address"
SETTINGS = {
    "CALLBACK_SECRETS": f"{IN_USE},{ROTATED}",
    "WEBHOOK_URL": f"http://127.0.0.1:1{receiver.PATH}",  # nobody is there, so every notice is a failure to tell of
    "WEBHOOK_SECRETS": receiver.SECRET,
    "LOG_LEVEL": "DEBUG",
    "PENDING_GRACE_SECONDS": "0",
}
UPLOAD_ID = "0123456789abcdef0123456789abcdef"


def forms(secret: str) -> set[str]:
    """The ways in which a secret may be written."""
    in_base64 = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], in_base64, secret.encode().hex()}


def leaks(told: str, secrets: Mapping[str, str]) -> set[str]:
    """Return the names of the secrets that are in what was told."""
    return {name for name, secret in secrets.items() if any(form in told for form in forms(secret))}


@dataclass
class Watched:
    """An app with secrets in it, and everything that it has told anybody."""

    app: LocalApp
    issued: list[Identity]
    answers: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)

    def secrets(self) -> dict[str, str]:
        found = {"the secret that signs": IN_USE, "the rotated secret": ROTATED, **self.sent}
        found |= {"the uploader's Authorization": UPLOADER, "the uploader's token": UPLOADERS_TOKEN}
        found |= {"the receiver's secret": TO_RECEIVER, "the receiver's address": TO_RECEIVER_TOKEN}
        for identity in self.issued:
            found[f"key of {identity.access_key_id}"] = identity.secret_key
            found[f"token of {identity.access_key_id}"] = identity.token or identity.secret_key
        for job in self.app.cloud.ci.jobs():
            if isinstance(job, Job) and job.request.call_back:
                found[f"address of {job.job_id}"] = urlsplit(job.request.call_back).path
        return found

    def told(self) -> str:
        records = [record.result for record in self.app.cloud.scf.invocations]
        of_functions = [f"{each.logs} {each.value!r} {each.error!r}" for each in records]
        index = self.app.cloud.cos.list(self.app.bucket.name, prefix="index/").contents
        paths = [Path(self.app.cloud.cos.get(self.app.bucket.name, stored.key).path) for stored in index]
        documents = [f"{stored.key} {path.read_bytes()!r}" for stored, path in zip(index, paths, strict=True)]
        return "\n".join([*of_functions, *documents, *self.answers])

    # What happens to it

    def upload(self, content: bytes = b"no media, so that the job ends at once", key: str = "incoming/a.mp3") -> None:
        """Upload as a client does, whose signature the event then has."""
        host, path = self.app.bucket.cos_host, f"/{key}"
        root = self.app.cloud.credentials
        headers = signed_headers("PUT", host, path, secret_id=root.access_key_id, secret_key=root.secret_key)
        self.sent["Authorization of an upload"] = headers["Authorization"]
        self.request("PUT", path, content, headers)
        self.rest()

    def notify(self, path: str, body: bytes = b"<Response/>", method: str = "POST", encoding: str = "identity") -> None:
        """Call door 2 with an address that must not be told, right or wrong."""
        self.sent[f"an address, number {len(self.sent)}"] = path
        host = urlsplit(self.app.environment["CALLBACK_URL"]).netloc
        headers = {"Host": host, "Authorization": UPLOADER, "Cookie": UPLOADERS_TOKEN, "Content-Encoding": encoding}
        self.request(method, f"{path}?token={UPLOADERS_TOKEN}", body, headers)

    def request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        connection = http.client.HTTPConnection(self.app.cloud.endpoint.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.answers.append(f"{answer.status} {answer.getheaders()} {answer.read()!r}")
        finally:
            connection.close()

    def fire(self, timer: str) -> None:
        self.app.cloud.scf.fire_timer(timer)
        self.rest()

    def rest(self) -> None:
        assert self.app.cloud.wait_until_idle(60)

    def befallen_by(self, effect: Effect, requests: Requests, times: int | None = None) -> None:
        self.app.cloud.faults.add(effect, requests, times=times)
        self.upload(f"no media {len(self.answers)}".encode())
        self.app.cloud.faults.clear()
        self.fire("every-minute")

    def deployed_with(self, **settings: str) -> None:
        """Deploy with other settings, and try the doors."""
        self.app.cloud.deploy(ROOT / "serverless.yml", ROOT / "src", {**self.app.environment, **settings})
        self.upload(f"no media {len(self.answers)}".encode())
        self.notify(address())
        self.fire("every-minute")


def ring(*secrets: str) -> KeyRing:
    return KeyRing(secrets or (IN_USE,))


def address(*secrets: str, hours: int = 1) -> str:
    return ring(*secrets).path(UPLOAD_ID, now=datetime.now(timezone.utc), ttl=timedelta(hours=hours))


def event_with_secrets() -> Any:
    event = load_event("cos-put.json")
    record = event["Records"][0]
    record["event"]["requestParameters"]["requestHeaders"] = {"Authorization": UPLOADER, "Cookie": UPLOADERS_TOKEN}
    record["cos"]["cosObject"]["meta"]["x-cos-security-token"] = UPLOADERS_TOKEN
    return event
