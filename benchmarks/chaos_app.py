"""The three doors on virtual time: their use cases in threads instead of processes, killed now and then."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import urlsplit

import urllib3

from benchmarks.chaos_cloud import BUCKET, REGION, ChaosCloud
from benchmarks.chaos_weather import Crash, Fate
from benchmarks.virtual_time import VirtualTime
from localcloud.clock import system_clock
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline
from voice_separation.errors import VoiceSeparationError
from voice_separation.instance import Invocation
from voice_separation.notifications import parse_notification
from voice_separation.settings import Settings
from voice_separation.submission import Submission
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Answer, Request, Session, connection_pool
from voice_separation.uploads import ObjectCreated

INPUT = Bucket(BUCKET, REGION)
SECRET = "a secret of the chaos run, 32 characters or more"  # noqa: S105 - it guards nothing
TIME_LIMITS = {"submit": 60.0, "callback": 15.0, "reconcile": 60.0}  # seconds, as in serverless.yml
MARGIN_SECONDS = 0.5
RETRIES = 2  # of an asynchronous invocation, a minute apart, as SCF does
RETRY_AFTER = 60.0
SLOWEST_REQUEST = 0.06


@dataclass(frozen=True)
class WireClock:
    """Virtual time, but for signatures: their validity is told by the machine's clock."""

    time: VirtualTime

    def now(self) -> datetime:
        """Return the machine's time of day."""
        return system_clock()

    def monotonic(self) -> float:
        """Return virtual seconds."""
        return self.time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait virtually."""
        self.time.sleep(seconds)


@dataclass(frozen=True)
class MortalSession(Session):
    """A session whose requests take virtual time, and whose invocation may die at any of them."""

    fate: Fate
    latency: Callable[[], float]
    ends_at: float  # when the platform kills the invocation

    def _exchange(self, request: Request, left: float) -> Answer:
        self.clock.sleep(self.latency())
        if self.clock.monotonic() > self.ends_at:
            raise Crash
        self.fate.before_request()
        answer = super()._exchange(request, max(left, 5.0))  # a slow machine is no misfortune of the plan
        self.fate.after_request()
        return answer


class _Nowhere:
    def write(self, _text: str, /) -> None:
        return


@dataclass
class Counts:
    """What became of the invocations."""

    invocations: int = 0
    died: int = 0
    over_time: int = 0
    running: int = 0
    longest_reconcile: float = 0.0


@dataclass(frozen=True)
class ChaosApp:
    """Begins invocations of the doors; each must be called on a task of `time`."""

    cloud: ChaosCloud
    time: VirtualTime
    chance: Random
    crash: float
    pool: urllib3.PoolManager = field(default_factory=lambda: connection_pool(64))
    counts: Counts = field(default_factory=Counts)

    @functools.cached_property
    def settings(self) -> Settings:
        """The defaults, and what every deployment has to say."""
        return Settings(
            input_bucket=BUCKET,
            callback_url="http://callback.invalid",
            callback_secrets=SECRET,  # type: ignore[arg-type]  # a validator splits it
            cos_endpoint=self.cloud.endpoint,
            ci_endpoint=self.cloud.endpoint,
        )

    def submit(self, key: str, request_id: str = "", retries: int = RETRIES) -> None:
        """Door 1, tried again under the same request id as SCF would; an event that comes twice has two ids."""
        request_id = request_id or f"event-{self.counts.invocations}"
        record = ObjectCreated("cos:ObjectCreated:Put", INPUT, (key,))

        def work(call: Invocation) -> None:
            submission = Submission(call.settings, call.cos, call.submitter, call.telemetry)
            submission.submit_all((record,))

        if not self._invoke("submit", work, request_id) and retries:
            self.time.begin(RETRY_AFTER, lambda: self.submit(key, request_id, retries - 1))

    def callback(self, address: str, body: bytes) -> None:
        """Door 2. Nobody tries again: whether CI does is not documented."""

        def work(call: Invocation) -> None:
            grant = call.ring.verify(urlsplit(address).path, now=call.clock.now())
            call.completion(INPUT).complete_all(parse_notification(body), grant)

        self._invoke("callback", work)

    def reconcile(self) -> None:
        """Door 3, the minute's work."""

        def work(call: Invocation) -> None:
            call.reconciliation(INPUT).run()
            call.publication(INPUT).publish()

        begun = self.time.monotonic()
        self._invoke("reconcile", work)
        self.counts.longest_reconcile = max(self.counts.longest_reconcile, self.time.monotonic() - begun)

    def audit(self) -> None:
        """Door 3, the day's work."""
        self._invoke("reconcile", lambda call: call.audit(INPUT).run())

    def _invoke(self, door: str, work: Callable[[Invocation], object], request_id: str = "") -> bool:
        """Do the work of one invocation; whatever it raises, or that it dies, harms nobody else. Tell if it lived."""
        self.counts.invocations += 1
        self.counts.running += 1
        ends_at = self.time.monotonic() + TIME_LIMITS[door]
        try:
            work(self._invocation(door, request_id or f"request-{self.counts.invocations}", ends_at))
        except (Crash, VoiceSeparationError):
            self.counts.died += 1
            self.counts.over_time += self.time.monotonic() > ends_at
            return False
        finally:
            self.counts.running -= 1
        return True

    def _invocation(self, door: str, request_id: str, ends_at: float) -> Invocation:
        telemetry = Telemetry(self.time, Level.ERROR, _Nowhere())
        session = MortalSession(
            pool=self.pool,
            credentials=Credentials(self.cloud.identity.access_key_id, self.cloud.identity.secret_key),
            deadline=Deadline.after(TIME_LIMITS[door] - MARGIN_SECONDS, self.time),
            clock=WireClock(self.time),
            telemetry=telemetry,
            jitter=self.chance.random,
            fate=Fate.draw(self.chance, self.crash),
            latency=lambda: self.chance.uniform(0.01, SLOWEST_REQUEST),
            ends_at=ends_at,
        )
        return Invocation(self.settings, session, self.time, telemetry, request_id, REGION)
