"""The composition root of the doors: what lives as long as a function instance, and what one invocation gets.

Settings and connections are made once per instance; credentials, deadline and request id belong to an invocation.
A use case is imported when it is first asked for: each door needs one or two of them, and a cold start waits for all
that it imports.
"""

import functools
import logging
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import urllib3

from voice_separation import settings as environment
from voice_separation.bucket import Bucket
from voice_separation.callback_secrets import parse_callback_secrets
from voice_separation.capability import KeyRing, Ring
from voice_separation.clock import Clock, Deadline, SystemClock
from voice_separation.concurrency import Map, in_threads
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.secret_rings import StoredSecret
from voice_separation.settings import Settings
from voice_separation.stored_ring import RingMemory, Secret, StoredKeyRing, StoredRing
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent import credentials
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.cos import Cos
from voice_separation.tencent.transport import Session, connection_pool

if TYPE_CHECKING:
    from voice_separation.audit import Audit
    from voice_separation.completion import Completion
    from voice_separation.notices import Notices
    from voice_separation.publication import Publication
    from voice_separation.reconciliation import Reconciliation
    from voice_separation.submitter import Submitter

Context = Mapping[str, Any]

DEFAULT_TIME_LIMIT_MS = 3000  # SCF's own default
REQUESTS_AT_ONCE = 8  # of one invocation
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
    many: Map = map
    callback_memory: RingMemory[str] = field(default_factory=RingMemory)
    webhook_memory: RingMemory[bytes] = field(default_factory=RingMemory)

    def tell(self, event: object) -> None:
        """Log at DEBUG what the platform has sent, as far as a log may know it."""
        if self.telemetry.level <= Level.DEBUG:
            from voice_separation import received

            received.tell(event, self.telemetry)

    @property
    def ring(self) -> Ring:
        """The callback secrets: those of the settings, or those that Secrets Manager keeps."""
        ring = self.settings.callback_secrets
        if not isinstance(ring, StoredSecret):
            return KeyRing(ring)
        return StoredKeyRing(self._stored("CALLBACK_SECRETS", ring, parse_callback_secrets, self.callback_memory))

    def within(self, seconds: float) -> "Invocation":
        """Return the same call with no more time than that."""
        shorter = min(self.session.deadline.remaining(), seconds)
        return replace(self, session=replace(self.session, deadline=Deadline.after(shorter, self.clock)))

    @property
    def cos(self) -> Cos:
        """COS with this invocation's credentials."""
        return Cos(self.session, self.settings.cos_endpoint)

    @property
    def ci(self) -> Ci:
        """CI with this invocation's credentials."""
        return Ci(self.session, self.settings.ci_endpoint)

    def writer(self, input_bucket: Bucket) -> IndexWriter:
        """Return the writer of the index that serves an input bucket."""
        return IndexWriter(self.cos, self._index_bucket(input_bucket), self.settings.index_prefix)

    def reader(self, input_bucket: Bucket) -> IndexReader:
        """Return the reader of the index that serves an input bucket."""
        return IndexReader(self.cos, self._index_bucket(input_bucket), self.settings.index_prefix)

    def submitter(self, input_bucket: Bucket) -> "Submitter":
        """Return what submits uploads of a bucket; it remembers the claims of this invocation."""
        from voice_separation.claims import Claims
        from voice_separation.submitter import Submitter
        from voice_separation.upload_jobs import UploadJobs

        reader, writer = self.reader(input_bucket), self.writer(input_bucket)
        claims = Claims(
            writer=writer,
            reader=reader,
            clock=self.clock,
            new_nonce=new_nonce,
            request_id=self.request_id,
            settle_seconds=self.settings.claim_settle_seconds,
            void=self._index_bucket(input_bucket) != input_bucket,  # HEAD of the upload tells nothing of that bucket
        )
        jobs = UploadJobs(self.settings, self.ci, writer, self.ring, self.clock)
        return Submitter(self.settings, jobs, reader, writer, claims, self.clock, self.telemetry, self.many)

    def completion(self, input_bucket: Bucket) -> "Completion":
        """Return what stores the jobs of a bucket."""
        from voice_separation.completion import Completion

        return Completion(
            ci=self.ci,
            index=self.writer(input_bucket),
            reader=self.reader(input_bucket),
            bucket=input_bucket,
            clock=self.clock,
            telemetry=self.telemetry,
            verify=self.settings.verify_callbacks,
            notices=self.notices(input_bucket),
        )

    def notices(self, input_bucket: Bucket) -> "Notices | None":
        """Return what tells the receiver of finished jobs; None where the settings name none."""
        chosen, pool = self.settings, self.session.pool
        if not chosen.webhook_url:
            return None
        from voice_separation.notices import Notices
        from voice_separation.receiver import Receiver

        return Notices(
            receiver=Receiver(chosen.webhook_url, self._webhook_ring(), pool, self.clock, self.telemetry),
            reader=self.reader(input_bucket),
            writer=self.writer(input_bucket),
            clock=self.clock,
            deadline=self.session.deadline,
            telemetry=self.telemetry,
            many=self.many,
        )

    def reconciliation(self, bucket: Bucket) -> "Reconciliation":
        """Return what repairs a bucket."""
        from voice_separation.reconciliation import Reconciliation

        return Reconciliation(
            settings=self.settings,
            bucket=bucket,
            cos=self.cos,
            ci=self.ci,
            reader=self.reader(bucket),
            writer=self.writer(bucket),
            submitter=self.submitter(bucket),
            completion=self.completion(bucket),
            clock=self.clock,
            deadline=self.session.deadline,
            telemetry=self.telemetry,
            chance=self.session.jitter,
            many=self.many,
        )

    def publication(self, bucket: Bucket) -> "Publication":
        """Return what publishes a bucket's index.

        Where a sender was believed, the notes stay until CI was asked.
        """
        from voice_separation.pending_notes import PendingNotes
        from voice_separation.publication import Publication

        reader, writer, deadline = self.reader(bucket), self.writer(bucket), self.session.deadline
        verified = self.settings.verify_callbacks
        return Publication(
            reader=reader,
            writer=writer,
            clock=self.clock,
            deadline=deadline,
            telemetry=self.telemetry,
            grace=timedelta(seconds=self.settings.segment_grace_seconds),
            notes=PendingNotes(reader, writer, deadline, self.many) if verified else None,
            many=self.many,
        )

    def audit(self, bucket: Bucket) -> "Audit":
        """Return what compares a bucket with its index."""
        from voice_separation.audit import Audit

        return Audit(
            settings=self.settings,
            bucket=bucket,
            cos=self.cos,
            reader=self.reader(bucket),
            writer=self.writer(bucket),
            clock=self.clock,
            deadline=self.session.deadline,
            telemetry=self.telemetry,
        )

    def _webhook_ring(self) -> Callable[[], tuple[bytes, ...]]:
        """Return what gives the secrets that notices are signed with, those of the settings or stored ones."""
        from voice_separation.webhook import parse_webhook_secrets

        ring = self.settings.webhook_secrets
        if not isinstance(ring, StoredSecret):
            return lambda: ring
        return self._stored("WEBHOOK_SECRETS", ring, parse_webhook_secrets, self.webhook_memory).secrets

    def _stored(
        self,
        setting: str,
        secret: StoredSecret,
        parse: Callable[[str], tuple[Secret, ...]],
        memory: RingMemory[Secret],
    ) -> StoredRing[Secret]:
        from voice_separation.tencent.secrets import SecretsManager

        session = self.session
        manager = SecretsManager(session.credentials, self.region, session.deadline, self.settings.ssm_endpoint)
        read = functools.partial(manager.get_secret_value, secret)
        return StoredRing(setting, read, parse, memory, self.clock, self.telemetry)

    def _index_bucket(self, input_bucket: Bucket) -> Bucket:
        return Bucket(self.settings.index_bucket or input_bucket.name, input_bucket.region)


@dataclass(frozen=True)
class Instance:
    """What a warm instance keeps."""

    settings: Settings
    pool: urllib3.PoolManager
    clock: Clock
    callback_memory: RingMemory[str] = field(default_factory=RingMemory)
    webhook_memory: RingMemory[bytes] = field(default_factory=RingMemory)

    def invocation(self, context: Context) -> Invocation:
        """Return what one invocation works with; `context` is SCF's (583/9210).

        Raises InvalidSettings when the platform gave the function no credentials.
        """
        time_limit = int(context.get("time_limit_in_ms") or DEFAULT_TIME_LIMIT_MS) / 1000
        request_id = str(context.get("request_id") or new_nonce())
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
        many, memories = in_threads(REQUESTS_AT_ONCE), (self.callback_memory, self.webhook_memory)
        return Invocation(self.settings, session, self.clock, telemetry, request_id, region, many, *memories)


def new_nonce() -> str:
    """Return what tells one claim from every other."""
    return secrets.token_hex(16)


@functools.cache
def this_instance() -> Instance:
    """Return what this process keeps, made at its first event.

    Raises InvalidSettings, every time until the environment is corrected.
    """
    # SCF's root logger is at DEBUG, where urllib3 writes every address.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return Instance(environment.from_environment(), connection_pool(REQUESTS_AT_ONCE), SystemClock())


def unconfigured_telemetry() -> Telemetry:
    """Return a telemetry for when there are no valid settings to say how to log."""
    return Telemetry(SystemClock())
