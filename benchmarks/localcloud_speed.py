"""How fast localcloud's COS is beside moto's server, for docs/performance.md; `benchmarks.localcloud_cos` measures."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import localcloud_cos
from benchmarks.cos_servers import localcloud_server, moto_server
from benchmarks.localcloud_cos import Rate
from benchmarks.report import Section, Table, Target
from benchmarks.topic import Sizes, run_alone


@dataclass(frozen=True)
class Results:
    """What was measured; starts are the fastest of five, in seconds."""

    start: float
    moto_start: float
    rates: tuple[Rate, ...]


def measure(sizes: Sizes) -> Results:
    """Measure both servers in turn."""
    start, moto_start = map(localcloud_cos.start_seconds, (localcloud_cos.start_localcloud, localcloud_cos.start_moto))
    with tempfile.TemporaryDirectory() as folder, localcloud_server(Path(folder)) as ours, moto_server() as peer:
        return Results(start, moto_start, tuple(localcloud_cos.rates(ours, peer, sizes.pick(localcloud_cos.ROUNDS, 1))))


def section(results: Results) -> Section:
    """Return what the page says."""
    starts = (f"{results.start:.2f}", f"{results.moto_start:.2f}", f"{results.start / results.moto_start:.2f}")
    rates = [
        (f"{rate.what}, {rate.unit}", f"{rate.localcloud:.0f}", f"{rate.moto:.0f}", f"{rate.ratio:.2f}")
        for rate in results.rates
    ]
    table = Table(("", "localcloud", "moto", "ratio"), (("from start to first answer, s", *starts), *rates))
    targets = tuple(
        Target(f"localcloud, {rate.what}, times moto's rate", 3, rate.ratio, at_least=True)
        for rate in results.rates
        if "KiB" in rate.what
    )
    return Section("localcloud_speed", "localcloud beside moto", TEXT, (table,), targets)


TEXT = """\
moto keeps objects in memory and checks no signature; localcloud keeps them on disk, computes MD5 and CRC-64, and checks
every signature. Memory for an object of 5 GiB is in [localcloud.md](localcloud.md) (`make bench-localcloud`)."""


if __name__ == "__main__":
    run_alone(measure, section)
