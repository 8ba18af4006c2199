"""What the index costs at 10^3, 10^5 and 10^6 jobs: a callback, a minute's publication, a full rebuild.

    python -m benchmarks.index_scale [--jobs 1000 --jobs 100000] [--record]

The app's own code writes and reads to a COS in memory: requests and bytes are exact, seconds are without network and
signatures. Beside it the peer that many write first: one index.json, read, added to, written.
Exits with 1 when a callback's cost grows with the index.
"""

import json
import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

import click

from benchmarks.counted_cos import CountedCos, Objects
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline
from voice_separation.index import documents, keys
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.pending_notes import PendingNotes
from voice_separation.publication import Publication
from voice_separation.rebuilding import Rebuilding
from voice_separation.telemetry import Level, Telemetry
from voice_separation.uploads import Upload

Result = TypeVar("Result")

PAGE = Path(__file__).resolve().parent.parent / "docs" / "index-format.md"
BUCKET = Bucket("media-1250000000", "ap-guangzhou")
FIRST_HOUR = datetime(2026, 1, 1, tzinfo=timezone.utc)
JOBS_AN_HOUR = 1000
CALLBACKS = 60  # a minute's, at one a second
GRACE = timedelta(minutes=30)
PEER_FROM = 1_000_000  # from here on the peer is left out: by its figures at 10^5 it needs over 3 GB


class Calendar:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = FIRST_HOUR

    def now(self) -> datetime:
        """Return what it is set to."""
        return self.at

    def monotonic(self) -> float:
        """Return seconds; here no time passes."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Cost:
    """What something took: requests, bytes of documents sent and received, seconds, peak memory above the start."""

    requests: int
    sent: int
    received: int
    seconds: float
    memory_mb: float


@dataclass(frozen=True)
class Scale:
    """What one size of the index costs; `callback` and `peer` are for one callback, `look_up` for one job."""

    jobs: int
    look_up: Cost
    callback: Cost
    peer: Cost | None
    publication: Cost
    rebuild: Cost


def entry(number: int, at: datetime) -> Entry:
    """Return an entry of usual size, about 1 KB."""
    job_id, upload_id = f"j{number:032x}", f"{number:032x}"
    stems = [
        {"stem": stem, "bucket": BUCKET.name, "region": BUCKET.region, "key": f"separated/{upload_id}/{stem}.mp3"}
        for stem in ("voice", "background")
    ]
    return Entry.model_validate(
        {
            "job_id": job_id,
            "state": "Success" if number % 50 else "Failed",
            "code": "Success",
            "message": None,
            "upload_id": upload_id,
            "input": {"bucket": BUCKET.name, "region": BUCKET.region, "key": f"incoming/{upload_id}.mp3"},
            "outputs": [{**stem, "md5": upload_id} for stem in stems],
            "created_at": at,
            "started_at": at,
            "finished_at": at,
            "media": {
                "format": "mp3",
                "duration_s": number % 600,
                "bitrate_kbps": 128.0,
                "sample_rate_hz": 44100,
                "channels": 2,
                "size_bytes": 16000 * (number % 600),
            },
            "template": None,
            "queue_id": "p4f179e4a205c76bd11824495e397e7f3",
            "user_data": f"upload_id={upload_id} etag={upload_id}",
            "workflow": None,
        }
    )


class Bench:
    """An index of that many jobs, whose log has expired and whose views are not written yet."""

    def __init__(self, jobs: int) -> None:
        self.clock = Calendar()
        self.jobs = jobs
        self.objects = Objects(self.clock.now, forgotten=f"index/{keys.UPLOADS}")
        cos = CountedCos(self.objects)
        self.reader, self.writer = IndexReader(cos, BUCKET, "index/"), IndexWriter(cos, BUCKET, "index/")
        for number in range(jobs):
            self.clock.at = FIRST_HOUR + timedelta(hours=number // JOBS_AN_HOUR)
            document = entry(number, self.clock.at)
            self.objects.put(f"index/{keys.job(document.job_id)}", document.content())
        self.clock.at += timedelta(hours=2)

    def rebuild(self) -> None:
        """Write every view."""
        rebuilding = Rebuilding(self.reader, self.writer, self.clock, GRACE)
        rebuilding.run(rebuilding.plan())

    def note(self) -> None:
        """Note a minute's jobs, as they were when they were submitted."""
        for number in range(CALLBACKS):
            job = entry(self.jobs + number, self.clock.at)
            upload = documents.Upload.of(Upload(BUCKET, job.input.key or "", f"{number:032x}", 219_263))
            noted = upload.model_copy(update={"upload_id": job.upload_id})
            pending = documents.Pending(job_id=job.job_id, submitted_at=self.clock.at, upload=noted)
            self.objects.put(f"index/{keys.pending(noted.upload_id, self.clock.at)}", pending.content())

    def receive(self) -> None:
        """Do what a minute's callbacks do to the index."""
        for number in range(CALLBACKS):
            self.writer.entry(entry(self.jobs + number, self.clock.at), arrived_at=self.clock.at)

    def look_up(self) -> None:
        """Read what became of as many jobs as a minute has callbacks, spread over the whole index."""
        for number in range(CALLBACKS):
            self.reader.read(keys.job(f"j{number * self.jobs // CALLBACKS:032x}"), Entry)

    def publish(self) -> None:
        """Publish what a minute's callbacks have brought."""
        telemetry = Telemetry(self.clock, Level.ERROR)
        deadline = Deadline.after(60, self.clock)
        notes = PendingNotes(self.reader, self.writer, deadline)
        Publication(self.reader, self.writer, self.clock, deadline, telemetry, GRACE, notes).publish()

    def seed_peer(self, jobs: int) -> None:
        """Write the peer's index.json."""
        content = bytearray(b"[")
        for number in range(jobs):
            content += b"," if number else b""
            content += entry(number, FIRST_HOUR).content()
        self.objects.put("index/peer.json", bytes(content + b"]"))

    def receive_as_peer(self) -> None:
        """Do what one callback does where there is one index.json."""
        rows = json.loads(self.reader.content("peer.json") or b"[]")
        rows.append(entry(len(rows), self.clock.at).model_dump(mode="json"))
        self.writer.file("peer.json", json.dumps(rows).encode(), "application/json")

    def cost(self, work: Callable[[], None]) -> Cost:
        """Do something and return what it took."""
        before, memory, started = self.objects.traffic, peak_mb(), time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        spent = self.objects.traffic.since(before)
        return Cost(spent.requests, spent.sent, spent.received, seconds, peak_mb() - memory)


def peak_mb() -> float:
    """Return the most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measure(jobs: int) -> Scale:
    """Measure one size, and the peer, each in a process of its own so that memory is its own."""
    scale = _apart(_measure, jobs)
    return replace(scale, peer=_apart(_measure_peer, jobs)) if jobs < PEER_FROM else scale


def _apart(measure: Callable[[int], Result], jobs: int) -> Result:
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(measure, (jobs,))


def _measure(jobs: int) -> Scale:
    bench = Bench(jobs)
    rebuild = bench.cost(bench.rebuild)
    bench.note()
    minute = bench.cost(bench.receive)
    publication = bench.cost(bench.publish)
    look_ups = bench.cost(bench.look_up)
    return Scale(jobs, _for_one(look_ups), _for_one(minute), None, publication, rebuild)


def _for_one(minute: Cost) -> Cost:
    return replace(
        minute,
        requests=minute.requests // CALLBACKS,
        sent=minute.sent // CALLBACKS,
        received=minute.received // CALLBACKS,
        seconds=minute.seconds / CALLBACKS,
    )


def _measure_peer(jobs: int) -> Cost:
    bench = Bench(0)
    bench.seed_peer(jobs)
    return bench.cost(bench.receive_as_peer)


def is_flat(scales: list[Scale]) -> bool:
    """Tell whether a callback costs the same whatever the size of the index: requests, and bytes to the percent."""
    first = scales[0].callback
    moved = [scale.callback.sent + scale.callback.received for scale in scales]
    return {scale.callback.requests for scale in scales} == {first.requests} and max(moved) <= 1.01 * min(moved)


def costs(scale: Scale) -> dict[str, Cost]:
    """Return the costs of a size by what they are for; the peer's only where it was measured."""
    named = {
        "a look-up of a job": scale.look_up,
        "a callback": scale.callback,
        "a callback, one `index.json` read and written": scale.peer,
        f"a publication of {CALLBACKS} callbacks": scale.publication,
        "a full rebuild": scale.rebuild,
    }
    return {what: cost for what, cost in named.items() if cost}


def table(scales: list[Scale]) -> str:
    """Return the costs as Markdown."""
    lines = ["| jobs in the index | what | requests | bytes moved | seconds | memory |", "|--:|---|--:|--:|--:|--:|"]
    for scale in scales:
        lines += [f"| {scale.jobs:,} | {what} | {_told(cost)} |" for what, cost in costs(scale).items()]
    return "\n".join(lines)


def _told(cost: Cost) -> str:
    moved = cost.sent + cost.received
    return f"{cost.requests:,} | {moved:,} | {cost.seconds:.4f} | {cost.memory_mb:.0f} MB"


def record(text: str) -> None:
    """Put the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile(r"(?<=<!-- benchmark -->\n).*?(?=<!-- /benchmark -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda _: f"\n{text}\n\n", page), encoding="utf-8")


@click.command(help=__doc__)
@click.option("--jobs", "sizes", type=click.IntRange(min=1), multiple=True, default=(1000, 100_000), show_default=True)
@click.option("--record", "into_page", is_flag=True, help="Put the table into docs/index-format.md.")
def main(sizes: tuple[int, ...], *, into_page: bool) -> None:
    """Measure every size and print the table."""
    scales = [measure(jobs) for jobs in sizes]
    text = table(scales)
    click.echo(text)
    if into_page:
        record(text)
    if not is_flat(scales):
        raise click.ClickException("the cost of a callback grows with the index")


if __name__ == "__main__":
    main()
