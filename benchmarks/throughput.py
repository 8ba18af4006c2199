"""How many events a second many instances do, and how fast a bucket that was full before is caught up with.

    python -m benchmarks.throughput [--quick]

Instances of `submit` share one localcloud, each with the next upload as soon as it is done with the last. Then 10,000
objects that no event told of: `voicesep backfill`'s own code beside a loop that takes one after the other with the SDK.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.contenders import Contender, Contenders, Name, Process, contenders
from benchmarks.cos_servers import BUCKET, REGION
from benchmarks.plots import Bars
from benchmarks.report import Section, Table
from benchmarks.scene import Scene, scene, uploaded
from benchmarks.topic import Sizes, run_alone
from voice_separation import settings
from voice_separation.backfill import Backfill, Pace, Wanted
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline, SystemClock
from voice_separation.concurrency import in_flight, in_threads
from voice_separation.instance import Invocation
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent import credentials
from voice_separation.tencent.transport import Session, connection_pool

PARALLEL = 16  # voicesep backfill's own
NO_PACE = 100_000.0  # a second
LONGEST = 3600.0  # seconds
SUBMITTERS: tuple[Name, ...] = ("app", "floor")


@dataclass(frozen=True)
class Rate:
    """Events a second of so many instances at once."""

    name: Name
    instances: int
    per_second: float


@dataclass(frozen=True)
class CaughtUp:
    """So many objects were submitted in so many seconds, with this delay of every answer in milliseconds."""

    how: str
    delay_ms: int
    objects: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Objects a second."""
        return self.objects / self.seconds


@dataclass(frozen=True)
class Results:
    """What was measured."""

    rates: tuple[Rate, ...]
    backfills: tuple[CaughtUp, ...]


def measure(sizes: Sizes) -> Results:
    """Measure the instances, then the backfill without and with delay."""
    them = contenders(quick=sizes.quick)
    with scene() as cloud:
        rates = tuple(_rates(them, cloud, sizes))
    backfills = [
        *_catch_up(them, sizes.pick(10_000, 12), sizes.pick(1000, 4), delay_ms=0),
        *_catch_up(them, sizes.pick(2000, 12), sizes.pick(200, 4), delay_ms=20),
    ]
    return Results(rates, tuple(backfills))


def _rates(them: Contenders, cloud: Scene, sizes: Sizes) -> Iterator[Rate]:
    for instances in sizes.pick_all((1, 2, 4, 8, 16), (1, 2)):
        for each in (them.app, them.floor):
            yield Rate(each.name, instances, _events_a_second(each, cloud, instances, sizes.pick(600, 6)))


def _events_a_second(contender: Contender, cloud: Scene, instances: int, events: int) -> float:
    keys = [f"incoming/{contender.name}-{instances}/{number}.mp3" for number in range(events + instances)]
    cloud.upload(*keys)
    with ExitStack() as running, ThreadPoolExecutor(instances) as threads:
        warm = [running.enter_context(contender.start("submit", cloud.environment())) for _ in range(instances)]
        for process, key in zip(warm, keys[events:], strict=True):
            process.load()
            process.invoke(uploaded(key))
        begun = time.perf_counter()
        list(threads.map(_submit_all, warm, (keys[number:events:instances] for number in range(instances))))
        return events / (time.perf_counter() - begun)


def _submit_all(process: Process, keys: list[str]) -> None:
    for key in keys:
        process.invoke(uploaded(key))


def _catch_up(them: Contenders, objects: int, in_loop: int, *, delay_ms: int) -> Iterator[CaughtUp]:
    """Yield what the app needed for all objects, and the loop for the first of others like them."""
    with scene(delay_ms / 1000) as cloud:
        keys = [f"incoming/loop/{number}.mp3" for number in range(in_loop)]
        cloud.upload(*keys)
        with them.sdk.start("submit", cloud.environment()) as process:
            process.load()
            begun = time.perf_counter()
            _submit_all(process, keys)
            yield CaughtUp("SDK, one after the other", delay_ms, in_loop, time.perf_counter() - begun)
        with ThreadPoolExecutor(PARALLEL) as threads:
            keys = [f"incoming/backfill/{number}.mp3" for number in range(objects)]
            list(threads.map(lambda number: cloud.upload(*keys[number::PARALLEL]), range(PARALLEL)))
        task = _backfill(cloud)
        begun = time.perf_counter()
        course = task.run(Wanted("incoming/backfill/"), Pace(task.clock, NO_PACE), longest_wait=0)
        seconds = time.perf_counter() - begun
        if course.counts["submitted"] != objects:
            raise RuntimeError(f"the backfill ended with {dict(course.counts)}: {course.stopped}")
        yield CaughtUp(f"backfill, {PARALLEL} at once", delay_ms, objects, seconds)


def _backfill(cloud: Scene) -> Backfill:
    """Return the backfill as the command line puts it together."""
    environment = cloud.environment()
    chosen = settings.from_environment(environment)
    clock = SystemClock()
    session = Session(
        pool=connection_pool(PARALLEL),
        credentials=credentials.from_environment(environment),
        deadline=Deadline.after(LONGEST, clock),
        clock=clock,
        telemetry=Telemetry(clock, Level.ERROR),
        jitter=lambda: 0.5,
    )
    call = Invocation(chosen, session, clock, session.telemetry, "backfill", REGION, in_threads(PARALLEL))
    bucket = Bucket(BUCKET, REGION)
    return Backfill(
        settings=chosen,
        bucket=bucket,
        cos=call.cos,
        reader=call.reader(bucket),
        submitter=lambda: call.submitter(bucket),
        clock=clock,
        looking=in_flight(PARALLEL),
        submitting=in_flight(PARALLEL),
    )


def section(results: Results) -> Section:
    """Return what the page says."""
    counts = tuple(dict.fromkeys(rate.instances for rate in results.rates))
    by_name = {
        name: {rate.instances: rate.per_second for rate in results.rates if rate.name == name} for name in SUBMITTERS
    }
    rates = Table(
        ("instances of submit at once", *(f"{name}, events/s" for name in SUBMITTERS)),
        tuple((str(count), *(f"{by_name[name][count]:.0f}" for name in SUBMITTERS)) for count in counts),
    )
    backfills = Table(
        ("objects without an event", "delay, ms", "objects", "seconds", "objects/s"),
        tuple(
            (each.how, str(each.delay_ms), f"{each.objects:,}", f"{each.seconds:.1f}", f"{each.per_second:.0f}")
            for each in results.backfills
        ),
    )
    series: dict[str, list[float]] = {name: [by_name[name][count] for count in counts] for name in SUBMITTERS}
    plot = Bars(
        "throughput", "Instances of submit at once, on one localcloud", "events/s", tuple(map(str, counts)), series
    )
    return Section("throughput", "Throughput", TEXT, (rates, backfills), (), (plot,))


TEXT = """\
On this machine the functions, localcloud and the bench share the cores, so the first table ends where the machine
does: where the floor, which hardly computes, does no more events a second either, the fake is the limit. The backfill
asks for three documents of each object before it submits it, to leave alone what was submitted before, which the loop
does not. It wins by having sixteen under way, which shows as soon as answers take time, as they do in any cloud."""


if __name__ == "__main__":
    run_alone(measure, section)
