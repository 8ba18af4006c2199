"""What the index costs at each size, for docs/performance.md; `benchmarks.index_scale` measures."""

from dataclasses import dataclass

from benchmarks import index_scale
from benchmarks.index_scale import Cost, Scale
from benchmarks.plots import Lines
from benchmarks.report import Section, Table, Target
from benchmarks.topic import Sizes, run_alone


@dataclass(frozen=True)
class Results:
    """What was measured, the smallest index first."""

    scales: tuple[Scale, ...]


def measure(sizes: Sizes) -> Results:
    """Measure every size."""
    return Results(tuple(map(index_scale.measure, sizes.pick_all((1000, 10_000, 100_000, 1_000_000), (100, 1000)))))


def section(results: Results) -> Section:
    """Return what the page says."""
    rows = [
        (f"{scale.jobs:,}", what, *_told(cost))
        for scale in results.scales
        for what, cost in index_scale.costs(scale).items()
    ]
    heading = ("jobs in the index", "what", "requests", "bytes moved", "seconds", "memory, MB")
    first, *_, last = results.scales
    what = f"bytes of a callback at {last.jobs:,} entries, of those at {first.jobs:,}"
    target = Target(what, 1, _moved(last.callback) / _moved(first.callback))
    series = {
        "a callback": [(scale.jobs, _moved(scale.callback)) for scale in results.scales],
        "a look-up": [(scale.jobs, _moved(scale.look_up)) for scale in results.scales],
        "a publication of 60 callbacks": [(scale.jobs, _moved(scale.publication)) for scale in results.scales],
        "a callback, one index.json": [(scale.jobs, _moved(scale.peer)) for scale in results.scales if scale.peer],
    }
    plot = Lines("index", "Bytes moved by one action", "bytes", "jobs in the index", series)
    return Section("index_cost", "Index", TEXT, (Table(heading, tuple(rows)),), (target,), (plot,))


def _told(cost: Cost) -> tuple[str, ...]:
    return f"{cost.requests:,}", f"{_moved(cost):,}", f"{cost.seconds:.4f}", f"{cost.memory_mb:.0f}"


def _moved(cost: Cost) -> int:
    return cost.sent + cost.received


TEXT = """\
The app's own code, on a COS in memory: requests and bytes are exact, seconds are without network and signatures. The
peer is what many write first: one `index.json` that each callback reads, adds to and writes; it loses entries besides,
when two callbacks come at once. At a million entries it would need over 3 GB, and is left out."""


if __name__ == "__main__":
    run_alone(measure, section)
