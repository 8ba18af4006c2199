"""What it takes to finish 100,000 jobs whose callbacks never came.

    python -m benchmarks.reconcile_scale [--quick]

The app's own code, minute after minute as the timer calls it, on a COS and a CI in memory of which every answer takes
5 ms. Requests are exact; seconds are those of eight requests at once, waits included. What is written to the index is
counted and forgotten, so that memory is the app's.
"""

import multiprocessing
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from benchmarks.counted_cos import CountedCos, Objects
from benchmarks.index_scale import BUCKET, peak_mb
from benchmarks.report import Section, Table, Target
from benchmarks.topic import Sizes, run_alone
from voice_separation.clock import Deadline, SystemClock
from voice_separation.concurrency import in_threads
from voice_separation.index import documents, keys
from voice_separation.instance import REQUESTS_AT_ONCE, Invocation
from voice_separation.jobs.answer import Jobs
from voice_separation.jobs.detail import JobDetail
from voice_separation.settings import Settings
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent.ci import Ci
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool
from voice_separation.uploads import Upload, user_data_of

ANSWER_SECONDS = 0.005
MINUTE = 57.0  # seconds that a run of the door may take
JOBS_AN_HOUR = 1000
FIRST_HOUR = datetime(2026, 1, 1, tzinfo=timezone.utc)
INDEX = "index/"
ETAG = "d41d8cd98f00b204e9800998ecf8427e"


class SlowObjects(Objects):
    """Objects behind a network."""

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Count a request, and take the time for it."""
        super().count(sent=sent, received=received)
        time.sleep(ANSWER_SECONDS)


class FinishedCi(Ci):
    """A CI in which every job has ended well."""

    objects: Objects
    uploads: dict[str, Upload]

    def __init__(self, objects: Objects, uploads: dict[str, Upload]) -> None:
        object.__setattr__(self, "objects", objects)  # Ci is frozen
        object.__setattr__(self, "uploads", uploads)

    def describe_jobs(self, bucket: object, job_ids: tuple[str, ...]) -> Jobs:  # noqa: ARG002 - there is one bucket
        """Ask for up to 10 jobs by id."""
        self.objects.count()
        return Jobs(tuple(_finished(job_id, self.uploads[job_id]) for job_id in job_ids))


@dataclass(frozen=True)
class OfflineCall(Invocation):
    """One run of the door, without a network."""

    objects: Objects = field(default_factory=lambda: Objects(SystemClock().now))
    uploads: tuple[Upload, ...] = ()

    @property
    def cos(self) -> CountedCos:
        """The COS in memory."""
        return CountedCos(self.objects)

    @property
    def ci(self) -> FinishedCi:
        """The CI in memory."""
        return FinishedCi(self.objects, {_job_id(number): upload for number, upload in enumerate(self.uploads)})


@dataclass(frozen=True)
class Results:
    """What was measured; memory above what there was before, in MB."""

    jobs: int
    requests: int
    seconds: float
    runs: int
    memory_mb: float


def measure(sizes: Sizes) -> Results:
    """Measure in a process of its own, so that memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(finish, (sizes.pick(100_000, 300),))


def finish(jobs: int) -> Results:
    """Finish so many jobs. Raises RuntimeError when a run finishes none."""
    clock = SystemClock()
    objects = SlowObjects(clock.now, forgotten=(f"{INDEX}{keys.JOBS}", f"{INDEX}{keys.LOG}"))
    uploads = tuple(Upload(BUCKET, f"incoming/{number}.mp3", ETAG, 1) for number in range(jobs))
    for number, upload in enumerate(uploads):
        note = documents.Pending(
            job_id=_job_id(number),
            submitted_at=FIRST_HOUR + timedelta(hours=number // JOBS_AN_HOUR),
            upload=documents.Upload.of(upload),
        )
        objects.put(INDEX + keys.pending(upload.id, note.submitted_at), note.content())
    memory, before, begun = peak_mb(), objects.traffic, time.perf_counter()
    left, runs = jobs, 0
    while left:
        finished = _call(objects, uploads).reconciliation(BUCKET).run().finished
        if not finished:
            raise RuntimeError(f"a run of {MINUTE} s finished none of {left} jobs")
        left, runs = left - finished, runs + 1
    seconds = time.perf_counter() - begun
    return Results(jobs, objects.traffic.since(before).requests, seconds, runs, peak_mb() - memory)


def _call(objects: Objects, uploads: tuple[Upload, ...]) -> OfflineCall:
    clock = SystemClock()
    telemetry = Telemetry(clock, Level.ERROR)
    session = Session(
        pool=connection_pool(),
        credentials=Credentials("nobody's", "key"),
        deadline=Deadline.after(MINUTE, clock),
        clock=clock,
        telemetry=telemetry,
        jitter=lambda: 0.5,
    )
    chosen = Settings(input_bucket=BUCKET.name, pending_grace_seconds=0)
    return OfflineCall(
        settings=chosen,
        session=session,
        clock=clock,
        telemetry=telemetry,
        request_id="bench",
        region=BUCKET.region,
        many=in_threads(REQUESTS_AT_ONCE),
        objects=objects,
        uploads=uploads,
    )


def _job_id(number: int) -> str:
    return f"j{number:032x}"


def _finished(job_id: str, upload: Upload) -> JobDetail:
    """Return what CI says of a job, of the usual size but for its media."""
    source = {"BucketId": upload.bucket.name, "Region": upload.bucket.region, "Object": upload.key}
    stems = {"AuObject": f"separated/{upload.key}/voice.mp3", "Object": f"separated/{upload.key}/background.mp3"}
    place = {"Bucket": upload.bucket.name, "Region": upload.bucket.region}
    return JobDetail.model_validate(
        {
            "JobId": job_id,
            "State": "Success",
            "Tag": "VoiceSeparate",
            "Code": "Success",
            "CreationTime": "2026-01-01T10:12:26+0800",
            "StartTime": "2026-01-01T10:12:27+0800",
            "EndTime": "2026-01-01T10:12:32+0800",
            "Input": source,
            "Operation": {
                "Output": {**place, **stems},
                "MediaResult": {"OutputFile": {**place, "ObjectName": list(stems.values())}},
                "UserData": user_data_of(upload),
            },
        }
    )


def section(results: Results) -> Section:
    """Return what the page says."""
    table = Table(
        ("jobs", "requests", "a job", "seconds", "runs of the timer", "memory, MB"),
        (
            (
                f"{results.jobs:,}",
                f"{results.requests:,}",
                f"{results.requests / results.jobs:.2f}",
                f"{results.seconds:.0f}",
                str(results.runs),
                f"{results.memory_mb:.0f}",
            ),
        ),
    )
    targets = (Target(f"memory of a run over {results.jobs:,} pending jobs, MB", 64, results.memory_mb),)
    return Section("reconcile_scale", "Reconcile", TEXT, (table,), targets)


TEXT = """\
Every callback was lost: so many notes of pending jobs lie in the index, and `reconcile` asks CI for them in tens and
stores each entry. Each run ends itself within a minute, and leaves a quarter of it to the publication. A COS and a CI
in memory answer each request after 5 ms; eight are under way at once. Once a job: read the note, look in vain whether
its entry is there (HEAD, and a GET that tells why not), write the entry and its copy, remove the note; once in ten
jobs: ask CI."""


if __name__ == "__main__":
    run_alone(measure, section)
