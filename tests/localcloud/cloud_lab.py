"""A whole local cloud with a bucket, and functions in processes of their own that send signed requests to it."""

import http.client
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from localcloud import LocalCloud
from localcloud.scf.invocation import InvocationRecord
from localcloud.scf.project import CosTrigger, Trigger
from tests.localcloud.scf.lab import REGION, function_spec, project
from tests.localcloud.signing import signed_headers
from tests.support import PATIENCE

BUCKET = "media-1250000000"
COS = f"{BUCKET}.cos.{REGION}.myqcloud.com"
CI = f"{BUCKET}.ci.{REGION}.myqcloud.com"

# Sends every [method, key] of its event in turn, signed with the credentials of this invocation, and returns the
# statuses; the signature is the vendor's (436/7778) for requests of which nothing but method and path is signed.
SENDING = """
import hashlib, hmac, http.client, os, time

def sign(method, path):
    period = f"{int(time.time()) - 5};{int(time.time()) + 60}"
    def sha1_hmac(key, text):
        return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
    digest = hashlib.sha1(f"{method.lower()}\\n{path}\\n\\n\\n".encode()).hexdigest()
    key = sha1_hmac(os.environ["TENCENTCLOUD_SECRETKEY"], period)
    signature = sha1_hmac(key, f"sha1\\n{period}\\n{digest}\\n")
    return (
        f"q-sign-algorithm=sha1&q-ak={os.environ['TENCENTCLOUD_SECRETID']}&q-sign-time={period}"
        f"&q-key-time={period}&q-header-list=&q-url-param-list=&q-signature={signature}"
    )

def send(method, path):
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=30)
    headers = {
        "Host": os.environ["COS_HOST"],
        "Authorization": sign(method, path),
        "x-cos-security-token": os.environ["TENCENTCLOUD_SESSIONTOKEN"],
    }
    try:
        connection.request(method, path, b"content" if method == "PUT" else None, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()

def main_handler(event, context):
    return [send(method, path) for method, path in event]
"""


def seeded(seed: int) -> Random:
    """Luck that can be had again."""
    return Random(seed)  # noqa: S311 - it guards nothing


def on_upload(function: str = "echo", prefix: str = "") -> CosTrigger:
    return CosTrigger(function, BUCKET, REGION, "cos:ObjectCreated:*", prefix, "", enabled=True)


@dataclass(frozen=True)
class CloudLab:
    """The cloud, and a folder for the code of its functions."""

    cloud: LocalCloud
    code: Path

    @property
    def port(self) -> int:
        return int(self.cloud.endpoint.rpartition(":")[2])

    @property
    def keys(self) -> list[str]:
        return [stored.key for stored in self.cloud.cos.list(BUCKET).contents]

    @property
    def invocations(self) -> tuple[InvocationRecord, ...]:
        assert self.cloud.wait_until_idle(PATIENCE)
        return self.cloud.scf.invocations

    def deploy(self, *keys: str, source: str = SENDING, triggers: tuple[Trigger, ...] = ()) -> None:
        """Deploy functions of these keys, all with this `index.py`."""
        (self.code / "index.py").write_text(source, encoding="utf-8")
        environment = {"PORT": str(self.port), "COS_HOST": COS}
        specs = [function_spec(key, environment=environment) for key in keys or ("echo",)]
        self.cloud.scf.deploy(project(*specs, triggers=triggers), self.code)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def send(self, method: str, path: str, *, host: str = COS, body: bytes | None = None, **headers: str) -> Any:
        """Send a request signed with the cloud's permanent key, by the vendor's code; return status and body."""
        identity = self.cloud.credentials
        signed = signed_headers(
            method, host, path, headers=headers, secret_id=identity.access_key_id, secret_key=identity.secret_key
        )
        connection = self.connect()
        try:
            connection.request(method, path, body, signed)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
