"""A local cloud on virtual time: the same COS and CI behind the same HTTP front, jobs only pretending."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks.chaos_weather import Odds, brew
from benchmarks.virtual_time import VirtualTime
from localcloud.account import Account
from localcloud.admission import Admission
from localcloud.cam.guard import Guard
from localcloud.ci.jobs import Job
from localcloud.ci.models import Ci
from localcloud.ci.pretending import Pretended
from localcloud.ci.responses import CiWire
from localcloud.clock import system_clock
from localcloud.cos.models import Cos, StoredObject, Weaknesses
from localcloud.cos.responses import CosResponses
from localcloud.credentials import Identity, KeyRing
from localcloud.faults import Faults
from localcloud.front import Front
from localcloud.recorder import Recorder
from localcloud.server import Server

REGION = "ap-guangzhou"
BUCKET = "media-1250000000"
QUEUE_SIZE = 100
_MEMORY = Path("/dev/shm")  # noqa: S108 - where there is such a folder, a disk would only slow the run down

Notify = Callable[[str, str, bytes], object]


@dataclass(frozen=True)
class ChaosCloud:
    """One bucket in a cloud where time is virtual. Signatures alone go by the machine's clock."""

    cos: Cos
    ci: Ci
    recorder: Recorder
    identity: Identity
    endpoint: str

    def jobs(self) -> tuple[Job, ...]:
        """Return every job that was ever accepted."""
        return tuple(job for job in self.ci.jobs() if isinstance(job, Job))

    def keys(self, prefix: str) -> list[str]:
        """Return the keys that are there now, whatever a listing would show."""
        weaknesses = self.cos.weaknesses
        self.cos.weaknesses = replace(weaknesses, list_lag_seconds=0.0)
        keys: list[str] = []
        marker = ""
        while True:
            page = self.cos.list(BUCKET, prefix=prefix, marker=marker)
            keys += [stored.key for stored in page.contents]
            marker = page.next_marker
            if not page.is_truncated:
                break
        self.cos.weaknesses = weaknesses
        return keys

    def read(self, key: str) -> bytes:
        """Return the content of an object."""
        stored: StoredObject = self.cos.get(BUCKET, key)
        return stored.path.read_bytes()


@contextmanager
def chaos_cloud(
    time: VirtualTime, chance: Random, odds: Odds, notify: Notify, *, once_versioned: bool
) -> Iterator[ChaosCloud]:
    """Run such a cloud for as long as the context lasts; `notify` gets CI's notifications."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=_MEMORY if _MEMORY.is_dir() else None))
    cos = Cos(folder, time.now, sleep=time.sleep)
    cos.create_bucket(BUCKET, REGION)
    pretended = Pretended(time.call, lambda _job: chance.uniform(2, 8))
    ci = Ci(cos, clock=time.now, deliver=notify, token_hex=lambda n: chance.randbytes(n).hex(), pretended=pretended)
    ci.set_max_size(BUCKET, QUEUE_SIZE)
    cos.weaknesses = Weaknesses(
        check_to_commit_seconds=odds.check_to_commit,
        list_lag_seconds=odds.list_lag,
        once_versioned=frozenset({BUCKET} if once_versioned else ()),
    )
    ci.list_lag_seconds = odds.job_list_lag
    keys = KeyRing()
    identity = keys.add("AKIDchaos", "chaos")
    admission = Admission(keys, system_clock, Guard(Account(BUCKET.rpartition("-")[2])))
    recorder = Recorder()
    faults = Faults(chance)
    brew(faults, odds, time)
    front = Front(
        clock=time.now,
        recorder=recorder,
        cos=faults.around("cos", CosResponses(cos, admission).handle),
        ci=faults.around("ci", CiWire(ci).handle),
    )
    try:
        with Server(front) as server:
            yield ChaosCloud(cos, ci, recorder, identity, server.url)
    finally:
        ci.stop()
        shutil.rmtree(folder, ignore_errors=True)
