"""How well and how fast the local engine separates, beside librosa's published recipe, and what an hour needs.

    python -m benchmarks.separation [--minutes 60] [--record]

Recordings are made by arithmetic, so that their true stems are known. Quality is the gain in SI-SDR (Le Roux et al.,
2019) over the recording itself; seconds are of processor time, on one machine, both methods in one run.
Exits with 1 when the recipe does better on any kind of recording, or when an hour needs too much memory.
"""

import multiprocessing
import platform
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import click
import numpy as np

from benchmarks import separation_peer
from localcloud.media.decoding import decode
from localcloud.media.encoding import encode
from localcloud.media.models import SAMPLE_RATE, Encoding
from localcloud.media.separation import Audio, Stems, music_stems, separate, voice_and_background
from localcloud.media.stems import separate_file
from tests.localcloud.media.mixtures import Mixture, gain, talk_over_hiss, talk_over_music

PAGE = Path(__file__).resolve().parent.parent / "docs" / "localcloud.md"
SECONDS = 20.0
SEEDS = (1, 2, 3, 4, 5)
MOST_MIB = 400
OURS = "localcloud"

Method = Callable[[Audio], Stems]

KINDS: dict[str, Callable[[int], Mixture]] = {
    "talk over music, stereo": lambda seed: talk_over_music(SECONDS, seed=seed),
    "talk over music, mono": lambda seed: talk_over_music(SECONDS, channels=1, seed=seed),
    "talk over hiss, mono": lambda seed: talk_over_hiss(SECONDS, seed=seed),
}


@dataclass(frozen=True)
class Quality:
    """What one method made of one kind of recording: gains in dB, and processor seconds for a minute of it."""

    kind: str
    method: str
    voice: tuple[float, ...]
    background: tuple[float, ...]
    seconds: float


@dataclass(frozen=True)
class Run:
    """What a whole file took: minutes of sound, processor seconds, and the peak memory of its process in MiB."""

    what: str
    minutes: float
    seconds: float
    peak_mib: float

    @property
    def times_real_time(self) -> float:
        """How many seconds of sound are separated in a second of one core."""
        return 60 * self.minutes / self.seconds


def measure(kind: str, name: str, method: Method) -> Quality:
    """Separate five recordings of a kind."""
    voices, backgrounds, seconds = [], [], 0.0
    for seed in SEEDS:
        mixture = KINDS[kind](seed)
        started = time.process_time()
        voice, background = method(mixture.audio)
        seconds += time.process_time() - started
        voices.append(gain(voice, mixture.voice, mixture.audio))
        backgrounds.append(gain(background, mixture.background, mixture.audio))
    return Quality(kind, name, tuple(voices), tuple(backgrounds), 60 * seconds / (SECONDS * len(SEEDS)))


def _separate_a_minute(split: Method) -> Run:
    audio = talk_over_music(60).audio
    started = time.process_time()
    for _ in separate([audio], split):
        pass
    what = "voice and background" if split is voice_and_background else "MusicMode's four stems"
    return Run(f"{what} of stereo, without files, 1 min", 1, time.process_time() - started, _peak_mib())


def _separate_a_file(minutes: int, suffix: str, encoding: Encoding, folder: Path) -> Run:
    source = folder / "long.mp3"
    voice, background = folder / f"voice.{suffix}", folder / f"background.{suffix}"
    started = time.process_time()
    separate_file(source, {"voice": voice, "background": background}, encoding)
    seconds = time.process_time() - started
    _check_length(voice, minutes)
    return Run(f"stereo .mp3 to two .{suffix}, {minutes} min", minutes, seconds, _peak_mib())


def _check_length(path: Path, minutes: int) -> None:
    samples = sum(block.shape[1] for block in decode(path))
    if abs(samples - 60 * minutes * SAMPLE_RATE) > SAMPLE_RATE / 10:
        raise click.ClickException(f"{path.name} is {samples / SAMPLE_RATE:.1f} s long, not {minutes} min")


def _peak_mib() -> float:
    # Linux's own record: getrusage would begin with the peak of the parent process.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _write_long(path: Path, minutes: int) -> None:
    minute = talk_over_music(60).audio
    with encode(path, Encoding("mp3", bitrate=192)) as append:
        for _ in range(minutes):
            append(minute)


def _apart(measure: Callable[..., Run], *arguments: object) -> Run:
    """Measure in a process of its own, so that memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(measure, arguments)


def runs(minutes: int) -> list[Run]:
    """Measure speed and memory."""
    found = [_apart(_separate_a_minute, split) for split in (voice_and_background, music_stems)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in (5, minutes):
            _write_long(folder / "long.mp3", length)
            found.append(_apart(_separate_a_file, length, "m4a", Encoding("aac"), folder))
        found.append(_apart(_separate_a_file, minutes, "mp3", Encoding("mp3", bitrate=128), folder))
    return found


def report(qualities: Sequence[Quality], measured: Sequence[Run]) -> str:
    """Return the figures as Markdown."""
    lines = ["| recording | method | voice, dB | background, dB | s per minute |", "|---|---|--:|--:|--:|"]
    lines += [
        f"| {q.kind} | {q.method} | {told(q.voice)} | {told(q.background)} | {q.seconds:.1f} |" for q in qualities
    ]
    lines += ["", "| what | processor, s | × real time | peak memory, MiB |", "|---|--:|--:|--:|"]
    lines += [f"| {r.what} | {r.seconds:.1f} | {r.times_real_time:.0f} | {r.peak_mib:.0f} |" for r in measured]
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, {_processor()}"
    return "\n".join([*lines, "", f"Measured with {versions}."])


def told(gains: Sequence[float]) -> str:
    """Return mean, least and most of some gains, as text."""
    return f"{mean(gains):+.1f} ({min(gains):+.1f} to {max(gains):+.1f})"


def _processor() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else platform.machine()


def problems(qualities: Sequence[Quality], measured: Sequence[Run]) -> list[str]:
    """Return what is not as the page says it is."""
    ours = {q.kind: q for q in qualities if q.method == OURS}
    worse = [
        f"{q.method} does better on {q.kind}"
        for q in qualities
        if mean(q.voice) > mean(ours[q.kind].voice) or mean(q.background) > mean(ours[q.kind].background)
    ]
    return worse + [f"{r.what} needs {r.peak_mib:.0f} MiB" for r in measured if r.peak_mib > MOST_MIB]


def record(text: str) -> None:
    """Put the figures into the page."""
    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile(r"(?<=<!-- separation -->\n).*?(?=<!-- /separation -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda _: f"\n{text}\n\n", page), encoding="utf-8")


@click.command(help=__doc__)
@click.option("--minutes", type=click.IntRange(min=1), default=60, show_default=True, help="Length of the long file.")
@click.option("--record", "into_page", is_flag=True, help="Put the figures into docs/localcloud.md.")
def main(minutes: int, *, into_page: bool) -> None:
    """Measure everything and print it."""
    methods: dict[str, Method] = {
        OURS: voice_and_background,
        separation_peer.NAME: separation_peer.voice_and_background,
    }
    separation_peer.voice_and_background(talk_over_music(6).audio)  # so that nobody's clock counts its compiling
    qualities = [measure(kind, name, method) for kind in KINDS for name, method in methods.items()]
    measured = runs(minutes)
    text = report(qualities, measured)
    click.echo(text)
    if into_page:
        record(text)
    if found := problems(qualities, measured):
        raise click.ClickException("; ".join(found))


if __name__ == "__main__":
    main()
