"""The composition root of the doors: what lives as long as a function instance, and what one invocation gets.

Settings and connections are made once per instance; credentials, deadline and request id belong to an invocation.
"""

import functools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from voice_separation import settings as environment
from voice_separation.bucket import Bucket
from voice_separation.clock import Clock, Deadline, SystemClock
from voice_separation.index.writer import IndexWriter
from voice_separation.settings import Settings
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent import credentials
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos
from voice_separation.tencent.transport import Session, connection_pool

Context = Mapping[str, Any]

DEFAULT_TIME_LIMIT_MS = 3000  # SCF's own default
MARGIN_SECONDS = 0.5  # kept for writing the result before the platform ends the instance


@dataclass(frozen=True)
class Invocation:
    """One call of a door: its settings, its clients, its time."""

    settings: Settings
    session: Session
    clock: Clock
    telemetry: Telemetry
    request_id: str
    region: str

    @property
    def cos(self) -> Cos:
        """COS with this invocation's credentials."""
        return Cos(self.session, self.settings.cos_endpoint)

    @property
    def ci(self) -> Ci:
        """CI with this invocation's credentials."""
        return Ci(self.session, self.settings.ci_endpoint)

    def index(self, input_bucket: Bucket) -> IndexWriter:
        """Return the writer of the index that serves an input bucket."""
        bucket = Bucket(self.settings.index_bucket or input_bucket.name, input_bucket.region)
        return IndexWriter(self.cos, bucket, self.settings.index_prefix)


@dataclass(frozen=True)
class Instance:
    """What a warm instance keeps."""

    settings: Settings
    pool: urllib3.PoolManager
    clock: Clock

    def invocation(self, context: Context) -> Invocation:
        """Return what one invocation works with; `context` is SCF's (583/9210).

        Raises InvalidSettings when the platform gave the function no credentials.
        """
        time_limit = int(context.get("time_limit_in_ms") or DEFAULT_TIME_LIMIT_MS) / 1000
        request_id = str(context.get("request_id") or "")
        telemetry = Telemetry(self.clock, Level[self.settings.log_level]).bind(
            request_id=request_id, function=str(context.get("function_name") or "")
        )
        session = Session(
            pool=self.pool,
            credentials=credentials.from_environment(),
            deadline=Deadline.after(max(time_limit - MARGIN_SECONDS, time_limit / 2), self.clock),
            clock=self.clock,
            telemetry=telemetry,
            jitter=random.random,
        )
        region = str(context.get("tencentcloud_region") or "")
        return Invocation(self.settings, session, self.clock, telemetry, request_id, region)


@functools.cache
def this_instance() -> Instance:
    """Return what this process keeps, made at its first event.

    Raises InvalidSettings, every time until the environment is corrected.
    """
    return Instance(environment.from_environment(), connection_pool(), SystemClock())


def unconfigured_telemetry() -> Telemetry:
    """Return a telemetry for when there are no valid settings to say how to log."""
    return Telemetry(SystemClock())
