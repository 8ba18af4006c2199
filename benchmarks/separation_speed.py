"""The local engine beside librosa's recipe, for docs/performance.md; `benchmarks.separation` measures."""

from dataclasses import dataclass

from benchmarks import separation, separation_peer
from benchmarks.report import Section, Table, Target
from benchmarks.separation import KINDS, OURS, Method, Quality, Run
from benchmarks.topic import Sizes, run_alone
from localcloud.media.separation import voice_and_background
from tests.localcloud.media.mixtures import talk_over_music


@dataclass(frozen=True)
class Results:
    """What was measured."""

    qualities: tuple[Quality, ...]
    runs: tuple[Run, ...]


def measure(sizes: Sizes) -> Results:
    """Measure quality and speed of both, and the memory of long files."""
    methods: dict[str, Method] = {
        OURS: voice_and_background,
        separation_peer.NAME: separation_peer.voice_and_background,
    }
    separation_peer.voice_and_background(talk_over_music(6).audio)  # so that nobody's clock counts its compiling
    kinds = list(KINDS)[: sizes.pick(len(KINDS), 1)]
    qualities = [separation.measure(kind, name, method) for kind in kinds for name, method in methods.items()]
    return Results(tuple(qualities), tuple(separation.runs(sizes.pick(60, 1))))


def section(results: Results) -> Section:
    """Return what the page says."""
    qualities = Table(
        ("recording", "method", "voice, dB", "background, dB", "processor, s a minute"),
        tuple(
            (
                each.kind,
                each.method,
                separation.told(each.voice),
                separation.told(each.background),
                f"{each.seconds:.1f}",
            )
            for each in results.qualities
        ),
    )
    runs = Table(
        ("what", "processor, s", "× real time", "peak memory, MiB"),
        tuple(
            (run.what, f"{run.seconds:.1f}", f"{run.times_real_time:.0f}", f"{run.peak_mib:.0f}")
            for run in results.runs
        ),
    )
    target = Target("memory for the longest file, MiB", separation.MOST_MIB, max(run.peak_mib for run in results.runs))
    return Section("separation_speed", "Separation", TEXT, (qualities, runs), (target,))


TEXT = """\
Gains in SI-SDR over the recording itself, on recordings made by arithmetic, whose true stems are known. It says nothing
of Tencent's separation; [localcloud.md](localcloud.md) tells more."""


if __name__ == "__main__":
    run_alone(measure, section)
