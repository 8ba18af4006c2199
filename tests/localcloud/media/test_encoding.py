from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from localcloud.media.encoding import encode
from localcloud.media.errors import NotEncodable
from localcloud.media.models import Codec, Encoding
from localcloud.media.probe import probe
from tests.localcloud.media.files import read, tone, write

EVERY_CODEC: list[tuple[Codec, str]] = [
    ("mp3", "mp3"), ("aac", "m4a"), ("aac", "aac"), ("aac", "mp4"), ("flac", "flac"), ("wav", "wav")
]  # fmt: skip


@pytest.mark.parametrize(("codec", "suffix"), EVERY_CODEC)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sample_rate", [11_025, 44_100, 48_000])
def test_a_file_is_what_was_asked_for(
    tmp_path: Path, codec: Codec, suffix: str, channels: int, sample_rate: int
) -> None:
    track = probe(write(tmp_path / f"a.{suffix}", tone(0.5), Encoding(codec, sample_rate, None, channels))).audio[0]
    assert (track.channel, track.sample_rate) == (channels, sample_rate)
    assert track.codec_name == {"wav": "pcm_s16le"}.get(codec, codec)


@pytest.mark.parametrize("codec", ["aac", "flac"])
@pytest.mark.parametrize("channels", [4, 5, 6, 8])
def test_aac_and_flac_take_many_channels(tmp_path: Path, codec: Codec, channels: int) -> None:
    suffix = {"aac": "m4a"}.get(codec, codec)
    track = probe(write(tmp_path / f"a.{suffix}", tone(0.2), Encoding(codec, channels=channels))).audio[0]
    assert track.channel == channels


def test_amr_is_written_in_mono_at_8000_hz(tmp_path: Path) -> None:
    track = probe(write(tmp_path / "a.amr", tone(1), Encoding("amr", 8000, channels=1))).audio[0]
    assert (track.codec_name, track.sample_rate, track.channel) == ("amr_nb", 8000, 1)


@pytest.mark.parametrize("bitrate", [64, 128, 192])
def test_bit_rates_are_meant_in_kilobits(tmp_path: Path, bitrate: int) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 4 * 44_100)).astype(np.float32)
    mp3 = probe(write(tmp_path / "a.mp3", noise, Encoding("mp3", bitrate=bitrate)))
    aac = probe(write(tmp_path / "a.m4a", noise, Encoding("aac", bitrate=bitrate)))
    assert mp3.audio[0].bitrate == bitrate
    assert aac.audio[0].bitrate == pytest.approx(bitrate, rel=0.15)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "wav"])
def test_not_a_sample_is_lost_or_added(tmp_path: Path, suffix: Codec) -> None:
    assert read(write(tmp_path / f"a.{suffix}", tone(1.2345), Encoding(suffix))).shape == tone(1.2345).shape


def test_m4a_is_longer_by_less_than_a_frame(tmp_path: Path) -> None:
    extra = read(write(tmp_path / "a.m4a", tone(1.2345), Encoding("aac"))).shape[1] - tone(1.2345).shape[1]
    assert 0 <= extra < 1024


@pytest.mark.parametrize(("have", "asked"), [(1, 2), (2, 1), (2, 6), (1, 1), (2, 2)])
def test_another_number_of_channels_does_not_change_the_level(tmp_path: Path, have: int, asked: int) -> None:
    audio = read_all_channels(write(tmp_path / "a.flac", tone(0.2, channels=have), Encoding("flac", channels=asked)))
    assert len(audio) == asked
    assert np.abs(audio).max(axis=1) == pytest.approx(0.5, abs=1e-3)


def read_all_channels(path: Path) -> npt.NDArray[np.float64]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        channels = container.streams.audio[0].codec_context.channels
    packed: npt.NDArray[np.float64] = np.concatenate(frames, axis=1).reshape(-1, channels).T / 32_768
    return packed


@pytest.mark.parametrize(("codec", "suffix"), EVERY_CODEC)
def test_pieces_join_without_a_seam(tmp_path: Path, codec: Codec, suffix: str) -> None:
    audio = tone(1)
    whole = write(tmp_path / f"whole.{suffix}", audio, Encoding(codec))
    pieces = tmp_path / f"pieces.{suffix}"
    with encode(pieces, Encoding(codec)) as append:
        for at in range(0, audio.shape[1], 10_007):
            append(audio[:, at : at + 10_007])
    assert pieces.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(("codec", "suffix"), EVERY_CODEC)
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, codec: Codec, suffix: str) -> None:
    a, b = (write(tmp_path / f"{name}.{suffix}", tone(0.5), Encoding(codec)).read_bytes() for name in "ab")
    assert a == b


def test_an_unknown_suffix_gives_the_codecs_own_container(tmp_path: Path) -> None:
    assert probe(write(tmp_path / "voice.bin", tone(0.2), Encoding("mp3"))).format.format_name == "mp3"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("a.mp3", Encoding("mp3", 96_000)),
        ("a.mp3", Encoding("mp3", channels=6)),
        ("a.mp3", Encoding("mp3", channels=3)),
        ("a.amr", Encoding("amr", 44_100)),
        ("a.amr", Encoding("amr", 8000, channels=2)),
        ("a.wav", Encoding("aac", channels=7)),
        ("a.mp3", Encoding("flac")),
    ],
)
def test_what_does_not_go_together_is_refused_and_leaves_nothing(tmp_path: Path, name: str, encoding: Encoding) -> None:
    with pytest.raises(NotEncodable, match=name):
        write(tmp_path / name, tone(0.2), encoding)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotEncodable, match="no samples"), encode(tmp_path / "a.mp3", Encoding("mp3")):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_failure_midway_leaves_what_was_there_before(tmp_path: Path) -> None:
    class Failed(Exception):
        pass

    def fail_midway(path: Path) -> None:
        with encode(path, Encoding("mp3")) as append:
            append(tone(0.5))
            raise Failed

    path = write(tmp_path / "a.mp3", tone(0.2), Encoding("mp3"))
    before = path.read_bytes()
    with pytest.raises(Failed):
        fail_midway(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
