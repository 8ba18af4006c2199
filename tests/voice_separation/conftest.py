"""The use cases on their workbench: real clients, over HTTP, against a local cloud."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from localcloud import LocalCloud
from tests.support import Lines
from voice_separation.audit import Audit
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline, SystemClock
from voice_separation.completion import Completion
from voice_separation.instance import Invocation
from voice_separation.publication import Publication
from voice_separation.reconciliation import Reconciliation
from voice_separation.settings import Settings
from voice_separation.submission import Submission
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.cos import ObjectHead
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
        chosen = Settings(
            **{"input_bucket": BUCKET.name, "claim_settle_seconds": 0, **endpoints, **self.settings, **settings}
        )
        return Invocation(chosen, session, clock, telemetry, request_id, BUCKET.region)

    def submission(self, request_id: str = "request-1", **settings: Any) -> Submission:
        call = self.invocation(request_id, **settings)
        return Submission(call.settings, call.cos, call.submitter, call.telemetry)

    def completion(self, bucket: Bucket = BUCKET, **settings: Any) -> Completion:
        call = self.invocation(**settings)
        return replace(call.completion(BUCKET), bucket=bucket)

    def reconciliation(self, request_id: str = "timer-1", **settings: Any) -> Reconciliation:
        return self.invocation(request_id, **settings).reconciliation(BUCKET)

    def publication(self, **settings: Any) -> Publication:
        return self.invocation(**settings).publication(BUCKET)

    def audit(self, **settings: Any) -> Audit:
        return self.invocation(**settings).audit(BUCKET)

    def upload(self, key: str = "incoming/talk.mp3", content: bytes = b"no media", **stored: Any) -> ObjectCreated:
        self.cloud.cos.put(BUCKET.name, key, content, **stored)
        return ObjectCreated("cos:ObjectCreated:Put", BUCKET, (key,))

    def head(self, key: str) -> ObjectHead:
        return self.invocation().cos.head(BUCKET, key)

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
