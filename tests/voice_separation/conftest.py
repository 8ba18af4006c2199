"""The use cases on their workbench: real clients, over HTTP, against a local cloud."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud import LocalCloud
from tests.support import Lines
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline, SystemClock
from voice_separation.completion import Completion
from voice_separation.index.writer import IndexWriter
from voice_separation.instance import Invocation
from voice_separation.settings import Settings
from voice_separation.submission import Submission
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool
from voice_separation.uploads import ObjectCreated

BUCKET = Bucket("media-1250000000", "ap-guangzhou")


@dataclass
class Workbench:
    """A bucket in a local cloud, and everything that an invocation of the app would have."""

    cloud: LocalCloud
    settings: dict[str, Any] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    nonces: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def invocation(self, request_id: str = "request-1", **settings: Any) -> Invocation:
        clock = SystemClock()
        telemetry = Telemetry(clock, Level.DEBUG, self.lines)
        identity = self.cloud.credentials
        session = Session(
            pool=connection_pool(),
            credentials=Credentials(identity.access_key_id, identity.secret_key),
            deadline=Deadline.after(20, clock),
            clock=clock,
            telemetry=telemetry,
            jitter=lambda: 0.0,
        )
        endpoints = {"cos_endpoint": self.cloud.endpoint, "ci_endpoint": self.cloud.endpoint}
        chosen = Settings(**{"input_bucket": BUCKET.name, **endpoints, **self.settings, **settings})
        return Invocation(chosen, session, clock, telemetry, request_id, BUCKET.region)

    def submission(self, request_id: str = "request-1", **settings: Any) -> Submission:
        call = self.invocation(request_id, **settings)
        return Submission(
            settings=call.settings,
            cos=call.cos,
            ci=call.ci,
            index=call.index,
            clock=call.clock,
            telemetry=call.telemetry,
            new_nonce=lambda: f"nonce-{next(self.nonces)}",
            request_id=request_id,
        )

    def completion(self, bucket: Bucket = BUCKET, **settings: Any) -> Completion:
        call = self.invocation(**settings)
        return Completion(
            ci=call.ci,
            index=call.index(BUCKET),
            bucket=bucket,
            clock=call.clock,
            telemetry=call.telemetry,
            verify=call.settings.verify_callbacks,
        )

    def index(self) -> IndexWriter:
        return self.invocation().index(BUCKET)

    def upload(self, key: str = "incoming/talk.mp3", content: bytes = b"no media", **stored: Any) -> ObjectCreated:
        self.cloud.cos.put(BUCKET.name, key, content, **stored)
        return ObjectCreated("cos:ObjectCreated:Put", BUCKET, (key,))

    def stored(self, prefix: str = "index/") -> list[str]:
        return [stored.key for stored in self.cloud.cos.list(BUCKET.name, prefix=prefix).contents]

    def read(self, key: str) -> bytes:
        return Path(self.cloud.cos.get(BUCKET.name, key).path).read_bytes()

    def asked(self) -> list[str]:
        """What the app asked of the cloud: service, method and path, ids left out."""
        return [f"{request.service} {request.method} {request.path}" for request in self.cloud.recorder.requests()]


@pytest.fixture
def bench(cloud: LocalCloud) -> Workbench:
    cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
    return Workbench(cloud)
