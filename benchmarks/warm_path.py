"""What an event costs an instance that is warm: time, processor, requests and bytes.

    python -m benchmarks.warm_path [--quick]

Over the stub the same event comes again and again, with a delay before each answer that stands for the network; the
delay of a new connection is not simulated, for a warm instance opens none. Against localcloud every event is about an
upload of its own, and all the cloud's work is in the time. Contenders take turns, round by round.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.cold_start import DOORS, NAMES, events
from benchmarks.contenders import Contenders, Door, Name, Process, contenders
from benchmarks.figures import Figures
from benchmarks.plots import Bars
from benchmarks.report import Section, Table, Target
from benchmarks.scene import Event, Scene, scene, uploaded
from benchmarks.stub_cloud import StubCloud, stub_cloud
from benchmarks.topic import Sizes, run_alone

DELAYS_MS = (0, 5, 20)
LOCALCLOUD = "localcloud"
WARM_UP = 5
REQUESTS = {"submit": 4, "callback": 3}


@dataclass(frozen=True)
class Path:
    """Events of one contender over one network; seconds, requests and bytes (heads too, both ways) of one event."""

    door: Door
    name: Name
    network: str
    seconds: Figures
    processor: float
    requests: float | None
    moved: float | None


@dataclass(frozen=True)
class Results:
    """What was measured."""

    paths: tuple[Path, ...]

    def of(self, door: Door, name: Name, network: str) -> Path:
        """Return one of them."""
        return next(path for path in self.paths if (path.door, path.name, path.network) == (door, name, network))

    def ratio(self, door: Door, network: str, of: Name = "app") -> float:
        """Return how many times the floor's time the app takes, or a peer."""
        return self.of(door, of, network).seconds.ratio(self.of(door, "floor", network).seconds)


def stub_network(delay_ms: int) -> str:
    """Return what a network of that delay is called."""
    return f"stub, {delay_ms} ms"


def measure(sizes: Sizes) -> Results:
    """Measure over the stub at each delay, then against localcloud."""
    them = contenders(quick=sizes.quick)
    with scene() as cloud:
        with stub_cloud(cloud.port) as stub:
            paths = list(_over_the_stub(them, cloud, stub, sizes))
        paths += _against_localcloud(them, cloud, sizes.pick(150, 5))
    return Results(tuple(paths))


def _over_the_stub(them: Contenders, cloud: Scene, stub: StubCloud, sizes: Sizes) -> Iterator[Path]:
    environment = cloud.environment(stub.endpoint)
    for door, event in events(them, cloud, stub).items():
        if door not in DOORS:
            continue
        for delay in DELAYS_MS:
            stub.delay(delay / 1000)
            in_turn = _Turns(them, door, environment, _always(event))
            yield from in_turn.run(
                stub_network(delay), sizes.pick(10, 2), sizes.pick(60 if delay < 20 else 20, 3), stub
            )
        stub.delay(0)


def _always(event: Event) -> Callable[[Name], Event]:
    return lambda _name: event


def _against_localcloud(them: Contenders, cloud: Scene, events_each: int) -> Iterator[Path]:
    total = events_each + WARM_UP
    keys = {each.name: [f"incoming/{each.name}/{number}.mp3" for number in range(total)] for each in them}
    cloud.upload(*(key for some in keys.values() for key in some))
    coming = {name: map(uploaded, some) for name, some in keys.items()}
    rounds = 5 if events_each >= 5 else 1
    yield from _Turns(them, "submit", cloud.environment(), lambda name: next(coming[name])).run(
        LOCALCLOUD, rounds, events_each // rounds
    )
    reported = {name: map(cloud.notifications.about, some) for name, some in keys.items()}
    yield from _Turns(them, "callback", cloud.environment(), lambda name: next(reported[name])).run(
        LOCALCLOUD, rounds, events_each // rounds
    )


@dataclass(frozen=True)
class _Turns:
    """Contenders that take turns at the events of one door."""

    them: Contenders
    door: Door
    environment: dict[str, str]
    next_event: Callable[[Name], Event]

    def run(self, network: str, rounds: int, times: int, stub: StubCloud | None = None) -> Iterator[Path]:
        """Yield what each contender needed for `rounds` times `times` events."""
        with ExitStack() as running:
            turns = [
                _Turn(each.name, running.enter_context(each.start(self.door, self.environment)), self.next_event)
                for each in self.them
            ]
            for turn in turns:
                turn.warm_up()
            for _ in range(rounds):
                for turn in turns:
                    turn.take(times, stub)
            for turn in turns:
                yield turn.path(self.door, network)


class _Turn:
    """One warm instance, and what it has needed so far."""

    def __init__(self, name: Name, process: Process, next_event: Callable[[Name], Event]) -> None:
        self._name, self._process, self._next_event = name, process, next_event
        self._seconds: list[float] = []
        self._processor = 0.0
        self._requests = self._moved = 0
        self._counted = False

    def warm_up(self) -> None:
        self._process.load()
        for _ in range(WARM_UP):
            self._process.invoke(self._next_event(self._name))

    def take(self, times: int, stub: StubCloud | None) -> None:
        coming = [self._next_event(self._name) for _ in range(times)]
        if stub:
            stub.taken()
        before = self._process.processor_seconds()
        self._seconds += [_seconds_of(self._process, event) for event in coming]
        self._processor += self._process.processor_seconds() - before
        if stub:
            taken = stub.taken()
            self._counted = True
            self._requests += len(taken.requests)
            self._moved += taken.moved

    def path(self, door: Door, network: str) -> Path:
        count = len(self._seconds)
        counts = (self._requests / count, self._moved / count) if self._counted else (None, None)
        return Path(door, self._name, network, Figures.of(self._seconds), self._processor / count, *counts)


def _seconds_of(process: Process, event: Event) -> float:
    begun = time.perf_counter()
    process.invoke(event)
    return time.perf_counter() - begun


def section(results: Results) -> Section:
    """Return what the page says."""
    heading = ("door, network, contender", "p50, ms", "p99, ms", "processor, ms", "requests", "bytes", "of the app's")
    table = Table(heading, tuple(_row(results, path) for path in results.paths))
    targets = [
        Target(
            f"warm {door}, {network}, of the floor's time",
            bound,
            results.ratio(door, network),
            packages=results.ratio(door, network, "packages"),
        )
        for door in DOORS
        for network, bound in ((stub_network(0), 1.15), (LOCALCLOUD, 1.15), (stub_network(20), 1.02))
    ]
    targets += [
        Target(f"requests of a {door} on the straight way", REQUESTS[door], path.requests)
        for door in DOORS
        if (path := results.of(door, "app", stub_network(0))).requests is not None
    ]
    plots = [_plot(results, door) for door in DOORS]
    return Section("warm_path", "Warm path", TEXT, (table,), tuple(targets), tuple(plots))


def _row(results: Results, path: Path) -> tuple[str, ...]:
    ratio = path.seconds.ratio(results.of(path.door, "app", path.network).seconds)
    return (
        f"{path.door}, {path.network}, {path.name}",
        path.seconds.told(1000, 2),
        f"{path.seconds.percentile(99) * 1000:.2f}",
        f"{path.processor * 1000:.2f}",
        "" if path.requests is None else f"{path.requests:g}",
        "" if path.moved is None else f"{path.moved:,.0f}",
        f"{ratio:.2f}",
    )


def _plot(results: Results, door: Door) -> Bars:
    networks = (*map(stub_network, DELAYS_MS), LOCALCLOUD)
    series: dict[str, list[float]] = {
        name: [1000 * results.of(door, name, network).seconds.median for network in networks] for name in NAMES
    }
    return Bars(f"warm-{door}", f"A warm {door}", "ms, median", networks, series)


TEXT = """\
One event after another, over connections that are kept alive. Over the stub nearly all the time is the contender's own
and the delay of each request, so its first rows are the strictest comparison there is. Against localcloud the cloud's
work, about a millisecond a request, is in every figure, as the network's and the cloud's would be."""


if __name__ == "__main__":
    run_alone(measure, section)
