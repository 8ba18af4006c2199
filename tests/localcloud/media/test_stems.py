import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from localcloud.media.encoding import encode
from localcloud.media.errors import NoAudio, NotMedia
from localcloud.media.models import MUSIC, Encoding, Stem
from localcloud.media.probe import probe
from localcloud.media.separation import Audio
from localcloud.media.stems import separate_file
from tests.localcloud.media.files import read, tone, video, write
from tests.localcloud.media.mixtures import gain, talk_over_music


def level_db(residue: Audio, audio: Audio) -> float:
    return float(10 * np.log10(np.square(residue).mean() / np.square(audio).mean()))


def separated(source: Path, encoding: Encoding, *stems: Stem, suffix: str) -> dict[Stem, Path]:
    outputs = {stem: source.parent / f"{stem}.{suffix}" for stem in stems}
    separate_file(source, outputs, encoding)
    return outputs


@pytest.mark.parametrize(
    ("encoding", "suffix", "below_db"),
    [
        (Encoding("flac"), "flac", -75),  # -82: two roundings to 16 bits
        (Encoding("mp3", bitrate=128), "mp3", -17),  # -19.0
        (Encoding("aac", bitrate=128), "m4a", -17),  # -18.8
    ],
)
def test_the_files_of_voice_and_background_add_up_to_the_recording(
    tmp_path: Path, encoding: Encoding, suffix: str, below_db: float
) -> None:
    audio = talk_over_music().audio
    source = write(tmp_path / "in.flac", audio, Encoding("flac"))
    outputs = separated(source, encoding, "voice", "background", suffix=suffix)
    voice, background = (read(path)[:, : audio.shape[1]] for path in outputs.values())
    assert voice.shape == background.shape == audio.shape
    assert level_db(voice + background - audio, audio) < below_db


def test_the_files_are_voice_and_background_and_not_the_other_way_round(tmp_path: Path) -> None:
    mixture = talk_over_music()
    source = write(tmp_path / "in.mp3", mixture.audio, Encoding("mp3", bitrate=192))
    outputs = separated(source, Encoding("mp3", bitrate=192), "voice", "background", suffix="mp3")
    assert gain(read(outputs["voice"]), mixture.voice, mixture.audio) > 8.5  # 9.3
    assert gain(read(outputs["background"]), mixture.background, mixture.audio) > 8.5  # 9.3


@pytest.mark.parametrize("suffix", ["mp4", "avi", "mov", "mkv", "3gp", "ts"])
def test_the_sound_of_a_video_is_separated(tmp_path: Path, suffix: str) -> None:
    mixture = talk_over_music(1).audio
    source = video(tmp_path / f"clip.{suffix}", sound=mixture)
    outputs = separated(source, Encoding("wav"), "voice", "background", suffix="wav")
    assert probe(outputs["voice"]).format.duration == pytest.approx(1, abs=0.06)
    voice, background = (read(path) for path in outputs.values())
    assert level_db(voice + background - read(source), read(source)) < -65


# The formats that the vendor's FAQ names for voice separation (1045/54377), with what each is written as.
@pytest.mark.parametrize(
    ("suffix", "encoding"),
    [
        ("flac", Encoding("flac")),
        ("wav", Encoding("wav", 48_000)),
        ("amr", Encoding("amr", 8000, channels=1)),
        ("mp3", Encoding("mp3", bitrate=192)),
        ("aac", Encoding("aac")),
        ("m4a", Encoding("aac")),
    ],
)
def test_every_documented_kind_of_recording_is_separated(tmp_path: Path, suffix: str, encoding: Encoding) -> None:
    source = write(tmp_path / f"in.{suffix}", talk_over_music(1).audio, encoding)
    outputs = separated(source, Encoding("wav"), "voice", "background", suffix="wav")
    voice, background = (read(path) for path in outputs.values())
    assert level_db(voice + background - read(source), read(source)) < -65
    assert np.abs(voice).max() > 0.01


def test_a_stem_not_named_is_not_written(tmp_path: Path) -> None:
    source = write(tmp_path / "in.wav", tone(1))
    separated(source, Encoding("mp3"), "background", suffix="mp3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["background.mp3", "in.wav"]


def test_music_gives_four_files_of_one_length(tmp_path: Path) -> None:
    source = write(tmp_path / "in.wav", talk_over_music(3).audio)
    outputs = {stem: tmp_path / f"{stem}.wav" for stem in MUSIC.stems}
    separate_file(source, outputs, Encoding("wav"), separation=MUSIC)
    parts = [read(path) for path in outputs.values()]
    assert level_db(sum(parts) - read(source), read(source)) < -65  # five roundings to 16 bits


def test_a_stopped_work_leaves_no_file(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(percent: int) -> None:
        if percent > 0:
            raise Stopped

    source = write(tmp_path / "in.wav", tone(30))
    with pytest.raises(Stopped):
        separate_file(source, {"voice": tmp_path / "voice.mp3"}, Encoding("mp3"), progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]


def test_silence_in_is_silence_out(tmp_path: Path) -> None:
    source = write(tmp_path / "in.wav", np.zeros((2, 44_100), dtype=np.float32))
    for path in separated(source, Encoding("flac"), "voice", "background", suffix="flac").values():
        assert not read(path).any()


def test_one_sample_is_enough(tmp_path: Path) -> None:
    source = write(tmp_path / "in.wav", np.full((1, 1), 0.5, dtype=np.float32))
    for path in separated(source, Encoding("wav"), "voice", "background", suffix="wav").values():
        assert read(path).shape == (1, 1)


def test_a_file_without_sound_fails_by_name_and_leaves_no_file(tmp_path: Path) -> None:
    source = video(tmp_path / "silent.mp4", sound=None)
    with pytest.raises(NoAudio, match=r"silent\.mp4"):
        separated(source, Encoding("mp3"), "voice", "background", suffix="mp3")
    assert list(tmp_path.iterdir()) == [source]


def test_garbage_fails_by_name_and_leaves_no_file(tmp_path: Path) -> None:
    source = tmp_path / "garbage.mp3"
    source.write_bytes(b"garbage " * 99)
    with pytest.raises(NotMedia, match=r"garbage\.mp3"):
        separated(source, Encoding("mp3"), "voice", "background", suffix="mp3")
    assert list(tmp_path.iterdir()) == [source]


# The peak that getrusage tells begins with that of the parent process, so Linux's own record is read.
STATUS = Path("/proc/self/status")
PEAK = """
import sys
from pathlib import Path
from localcloud.media.models import Encoding
from localcloud.media.stems import separate_file
source, folder = map(Path, sys.argv[1:])
separate_file(source, {"voice": folder / "v.flac", "background": folder / "b.flac"}, Encoding("flac"))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def peak_mib(folder: Path, *, minutes: int) -> float:
    """The most memory that a process needs to separate a mono recording of so many minutes."""
    source = folder / f"{minutes}.flac"
    minute = talk_over_music(60, channels=1).audio
    with encode(source, Encoding("flac", 11_025)) as append:
        for _ in range(minutes):
            append(minute)
    run = subprocess.run(
        [sys.executable, "-c", PEAK, str(source), str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout) / 1024


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak memory of one process")
def test_a_recording_ten_times_as_long_needs_no_more_memory(tmp_path: Path) -> None:
    short, long = peak_mib(tmp_path, minutes=2), peak_mib(tmp_path, minutes=20)
    assert long < 1.03 * short
    assert long < 280  # 217, of which 72 are the interpreter with NumPy and PyAV
