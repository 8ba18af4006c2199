"""A local cloud that has COS only, and ways to talk to it."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qcloud_cos import CosConfig, CosS3Client

from localcloud.account import Account
from localcloud.admission import Admission
from localcloud.cam.guard import Guard
from localcloud.clock import system_clock
from localcloud.cos.models import Cos, StoredObject
from localcloud.cos.responses import CosResponses
from localcloud.credentials import KeyRing
from localcloud.front import Front
from localcloud.recorder import Recorder
from localcloud.server import Server
from tests.localcloud.signing import NOTHING, SECRET_ID, SECRET_KEY, signed_headers

APPID = "1250000000"
REGION = "ap-guangzhou"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True)
class CosServer:
    """Where it is, what is behind it, and a bucket."""

    directory: Path
    server: Server
    cos: Cos
    keys: KeyRing
    recorder: Recorder
    bucket: str
    region: str = REGION

    @property
    def host(self) -> str:
        return f"{self.bucket}.cos.{self.region}.myqcloud.com"

    def client(self, **settings: Any) -> CosS3Client:
        """Return the vendor's client, unmodified, that takes the local cloud for its HTTP proxy."""
        config = {"Proxies": {"http": self.server.url}, "SecretId": SECRET_ID, "SecretKey": SECRET_KEY}
        return CosS3Client(CosConfig(Region=self.region, Scheme="http", **{**config, **settings}), retry=0)

    def send(
        self, method: str, target: str, *, headers: Mapping[str, str] = NOTHING, body: bytes | None = None
    ) -> Answer:
        """Send exactly this."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            lengths = {"Content-Length": str(len(body))} if body is not None else {}
            for name, value in {"Host": self.host, **lengths, **headers}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def stored(self, key: str, version_id: str | None = None) -> StoredObject:
        """Return an object as the state has it."""
        return self.cos.get(self.bucket, key, version_id)

    def read(self, key: str) -> bytes:
        """Return an object's content as the state has it."""
        return self.stored(key).path.read_bytes()

    def keys_listed(self) -> list[str]:
        """Return the keys that a listing of the state has."""
        return [stored.key for stored in self.cos.list(self.bucket).contents]

    def send_signed(
        self, method: str, target: str, *, headers: Mapping[str, str] = NOTHING, body: bytes | None = None
    ) -> Answer:
        """Send this, signed by the vendor's code; the target's path has nothing to decode."""
        signed = signed_headers(method, self.host, target.partition("?")[0], headers=headers)
        return self.send(method, target, headers=signed, body=body)


@contextmanager
def serving_cos(directory: Path) -> Iterator[CosServer]:
    """Serve a COS with one empty bucket and one access key."""
    cos = Cos(directory, system_clock)
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY)
    recorder = Recorder()
    admission = Admission(keys, system_clock, Guard(Account(APPID)))
    wire = CosResponses(cos, admission)
    front = Front(clock=system_clock, recorder=recorder, cos=wire.handle, cos_service=wire.handle_service)
    with Server(front) as server:
        yield with_new_bucket(CosServer(directory, server, cos, keys, recorder, bucket=""))


def with_new_bucket(server: CosServer) -> CosServer:
    """Return the same server with another, empty bucket, and nothing recorded."""
    bucket = f"media-{len(server.cos.buckets())}-{APPID}"
    server.cos.create_bucket(bucket, REGION)
    server.recorder.clear()
    return replace(server, bucket=bucket)
