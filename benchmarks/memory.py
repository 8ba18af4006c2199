"""How much memory an instance has after its first event, and whether it grows over ten thousand.

    python -m benchmarks.memory [--quick]

The same event comes again and again, over the stub, and the resident memory is read in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.cold_start import DOORS, NAMES, events
from benchmarks.contenders import Contender, Door, Name, contenders
from benchmarks.plots import Lines
from benchmarks.report import Section, Table, Target
from benchmarks.scene import Event, scene
from benchmarks.stub_cloud import stub_cloud
from benchmarks.topic import Sizes, run_alone

MIB = 1 << 20
WARM = 100  # events after which everything was needed once


@dataclass(frozen=True)
class Memory:
    """The resident memory of one instance: (events so far, bytes)."""

    door: Door
    name: Name
    resident: tuple[tuple[int, int], ...]

    def after(self, events: int) -> int:
        """Return the bytes after so many events."""
        return dict(self.resident)[events]

    @property
    def growth(self) -> int:
        """How many bytes more there were in the end than when everything had been needed once."""
        return self.resident[-1][1] - self.after(WARM)


@dataclass(frozen=True)
class Results:
    """What was measured."""

    memories: tuple[Memory, ...]


def measure(sizes: Sizes) -> Results:
    """Measure each contender at each door."""
    them = contenders(quick=sizes.quick)
    looks = (1, 10, WARM, *sizes.pick_all((1000, 2000, 5000, 10_000), (150,)))
    with scene() as cloud, stub_cloud(cloud.port) as stub:
        environment = cloud.environment(stub.endpoint)
        coming = events(them, cloud, stub)
        memories = [
            Memory(door, each.name, tuple(_watch(each, door, environment, coming[door], looks)))
            for door in DOORS
            for each in them
        ]
    return Results(tuple(memories))


def _watch(
    contender: Contender, door: Door, environment: dict[str, str], event: Event, looks: tuple[int, ...]
) -> Iterator[tuple[int, int]]:
    with contender.start(door, environment) as process:
        process.load()
        for number in range(1, looks[-1] + 1):
            process.invoke(event)
            if number in looks:
                yield number, process.resident_bytes()


def section(results: Results) -> Section:
    """Return what the page says."""
    looks = [events for events, _ in results.memories[0].resident]
    heading = ("door, contender", *(f"after {events:,}, MiB" for events in looks))
    rows = tuple(
        (f"{memory.door}, {memory.name}", *(f"{held / MIB:.1f}" for _, held in memory.resident))
        for memory in results.memories
    )
    ours = [memory for memory in results.memories if memory.name == "app"]
    targets = tuple(
        Target(f"growth of a {memory.door} instance from event {WARM} to {looks[-1]:,}, MiB", 1, memory.growth / MIB)
        for memory in ours
    )
    series: dict[str, list[tuple[float, float]]] = {
        name: [(events, held / MIB) for events, held in memory.resident]
        for name in NAMES
        for memory in results.memories
        if (memory.name, memory.door) == (name, "callback")
    }
    plot = Lines("memory", "Memory of an instance of callback", "MiB", "events", series)
    return Section("memory", "Memory", TEXT, (Table(heading, rows),), targets, (plot,))


TEXT = """\
Resident memory of one instance, Python's own included. SCF's smallest size is 64 MB; serverless.yml asks for 256,
because processing power grows with it."""


if __name__ == "__main__":
    run_alone(measure, section)
