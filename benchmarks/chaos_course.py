"""The course of a chaos run: uploads come, timers fire, until nothing is left to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from urllib.parse import parse_qs

from benchmarks.chaos_app import ChaosApp
from benchmarks.chaos_cloud import BUCKET, ChaosCloud
from benchmarks.chaos_verdict import INDEX, judge
from benchmarks.chaos_weather import Mail, Odds
from benchmarks.virtual_time import VirtualTime
from voice_separation.index.keys import upload_id_in
from voice_separation.uploads import upload_id

START = datetime(2026, 3, 1, 2, 30, tzinfo=timezone.utc)
AUDIT = timedelta(hours=3, minutes=17)  # of the day, as in serverless.yml
MINUTE = 60.0
MOST_AUDITS = 4
QUIET_MINUTES = 3  # without anything to do: longer than a listing lags


@dataclass(frozen=True)
class Plan:
    """What to run."""

    uploads: int
    seed: int
    odds: Odds = field(default_factory=Odds)
    once_versioned: bool = False
    uploads_per_second: float = 4.0  # twice of what the queue gets done


@dataclass
class Course:
    """The course of one run: uploads come, timers fire, until nothing is left to do."""

    plan: Plan
    cloud: ChaosCloud
    app: ChaosApp
    time: VirtualTime
    chance: Random
    mail: Mail
    tell: Callable[[str], object]
    upload_ids: dict[str, str] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)  # upload_id: since when it waited first
    requests: int = 0
    searches: dict[str, list[datetime]] = field(default_factory=dict)
    _last_change: float = 0.0

    def run(self) -> float:
        """Let everything happen; return when the last entry or view was written (seconds from the start)."""
        self.cloud.cos.subscribe(lambda created: self._note(created.object.key))
        self._schedule_uploads()
        uploads_end = self._uploads_end
        quiet_minutes = audits = 0
        while audits < MOST_AUDITS:
            audits += self._minute()
            if self.time.monotonic() < uploads_end or self._has_work():
                quiet_minutes = 0
                continue
            quiet_minutes += 1
            if quiet_minutes < QUIET_MINUTES:
                continue
            if self._all_accounted_for():
                return self._last_change
            self._leap_to_audit()
            quiet_minutes = 0
        return self._last_change

    def _minute(self) -> bool:
        """Fire the timers and let a minute pass; tell whether there was an audit."""
        self.time.begin(0.0, self.app.reconcile)
        if self.chance.random() < self.plan.odds.two_timers:
            self.time.begin(self.chance.uniform(0, 1), self.app.reconcile)
        now = self.time.now()
        audit = now.replace(second=0, microsecond=0) == _midnight(now) + AUDIT
        if audit:
            self.time.begin(0.0, self.app.audit)
        minute = self.time.monotonic() // MINUTE + 1
        self.time.run_until(minute * MINUTE)
        self._count_requests()
        if minute % 10 == 0 or audit:
            self.tell(f"{now:%d %H:%M} jobs {len(self.cloud.jobs())} entries {len(self.cloud.keys(INDEX + 'jobs/'))}")
        return audit

    def _count_requests(self) -> None:
        requests = self.cloud.recorder.requests()
        self.cloud.recorder.clear()
        self.requests += len(requests)
        for request in requests:
            if request.service == "ci" and request.path == "/jobs" and request.method == "GET":
                for key in parse_qs(request.query).get("inputObject", ()):
                    self.searches.setdefault(key, []).append(request.at)

    @property
    def _uploads_end(self) -> float:
        return self.plan.uploads / self.plan.uploads_per_second

    def overtaken(self) -> int:
        """Return how often an upload got its job before one that had begun to wait in an earlier second."""
        waited = [self.waited.get(self.upload_ids[job.input_object]) for job in self.cloud.jobs()]
        turns = [int(since) for since in waited if since is not None]
        return sum(later < earlier for earlier, later in pairwise(turns))

    def _schedule_uploads(self) -> None:
        for n in range(self.plan.uploads):
            self.time.call(self.chance.uniform(0, self._uploads_end), self._uploading(n))

    def _uploading(self, n: int) -> Callable[[], None]:
        def upload() -> None:
            key = f"incoming/{n % 97}/talk {n}.mp3"
            stored = self.cloud.cos.put(BUCKET, key, f"recording {n}".encode())
            self.upload_ids[key] = upload_id(BUCKET, key, stored.etag)
            odds = self.plan.odds
            self.mail.send(
                lambda: self.app.submit(key),
                lost=odds.event_lost,
                twice=odds.event_twice,
                late=odds.event_late,
            )

        return upload

    def _has_work(self) -> bool:
        """Whether a message is on its way, or anything waits, runs or is to be finished."""
        return (
            not self.mail.is_empty
            or self.app.counts.running > 0
            or not self.cloud.ci.is_idle()
            or bool(self.cloud.keys(f"{INDEX}waiting/") or self.cloud.keys(f"{INDEX}pending/"))
        )

    def _all_accounted_for(self) -> bool:
        """Whether every upload has an entry, and the index tells of each."""
        return judge(self.cloud, self.upload_ids, self.searches).passed

    def _leap_to_audit(self) -> None:
        """Nothing is left to do before the next audit: skip the minutes until then."""
        now = self.time.now()
        audit = _midnight(now) + AUDIT
        if audit < now:
            audit += timedelta(days=1)
        self.time.run_until(self.time.monotonic() + (audit - now).total_seconds())

    def _note(self, key: str) -> None:
        if key.startswith(f"{INDEX}waiting/"):
            self.waited.setdefault(upload_id_in(key), self.time.monotonic())
        if key.startswith((f"{INDEX}jobs/", f"{INDEX}segments/")):
            self._last_change = self.time.monotonic()


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
