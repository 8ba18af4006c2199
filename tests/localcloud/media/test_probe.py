from fractions import Fraction
from pathlib import Path

import pytest

from localcloud.media.errors import NoAudio, NotMedia
from localcloud.media.models import Codec, Encoding
from localcloud.media.probe import probe
from tests.localcloud.media.files import tone, video, write


def test_an_mp3_has_the_very_facts_of_the_vendors_sample(tmp_path: Path) -> None:
    path = write(tmp_path / "voice.mp3", tone(3), Encoding("mp3", bitrate=128))
    info = probe(path)
    file = info.format
    assert (file.format_name, file.format_long_name) == ("mp3", "MP2/3 (MPEG audio layer 2/3)")
    assert (file.num_program, file.num_stream) == (0, 1)
    assert file.size == path.stat().st_size
    assert file.duration == pytest.approx(3, abs=0.03)
    assert file.bitrate == pytest.approx(128, rel=0.03)
    assert f"{file.start_time:.6f}" == "0.025057"
    (track,) = info.audio
    assert (track.codec_name, track.codec_long_name) == ("mp3", "MP3 (MPEG audio layer 3)")
    assert (track.codec_tag, track.codec_tag_string) == ("0x0000", "[0][0][0][0]")
    assert (track.bitrate, track.sample_rate, track.sample_fmt) == (128.0, 44_100, "fltp")
    assert (track.channel, track.channel_layout, track.index) == (2, "stereo", 0)
    assert track.timebase == Fraction(1, 14_112_000)
    assert f"{track.start_time:.6f}" == "0.025057"
    assert track.duration == pytest.approx(3, abs=0.03)


def test_the_tag_of_an_m4a_is_told_in_both_spellings(tmp_path: Path) -> None:
    (track,) = probe(write(tmp_path / "voice.m4a", tone(0.5), Encoding("aac"))).audio
    assert (track.codec_tag, track.codec_tag_string) == ("0x6134706d", "mp4a")


@pytest.mark.parametrize(("channels", "layout"), [(1, "mono"), (2, "stereo")])
def test_a_wav_is_told_mono_or_stereo(tmp_path: Path, channels: int, layout: str) -> None:
    (track,) = probe(write(tmp_path / "a.wav", tone(0.5, channels=channels))).audio
    assert (track.channel_layout, track.codec_tag_string) == (layout, "[1][0][0][0]")


@pytest.mark.parametrize("codec", ["mp3", "flac", "wav"])
def test_the_duration_is_that_of_the_samples(tmp_path: Path, codec: Codec) -> None:
    info = probe(write(tmp_path / f"a.{codec}", tone(2.5), Encoding(codec)))
    assert info.format.duration == pytest.approx(2.5, abs=0.03)


def test_the_streams_of_a_video_are_counted_and_its_sound_described(tmp_path: Path) -> None:
    info = probe(video(tmp_path / "clip.mp4", sound=tone(1)))
    assert info.format.num_stream == 2
    assert [track.codec_name for track in info.audio] == ["aac"]


def test_a_file_without_sound_is_no_audio(tmp_path: Path) -> None:
    with pytest.raises(NoAudio):
        probe(video(tmp_path / "silent.mp4", sound=None))


def test_garbage_is_not_media(tmp_path: Path) -> None:
    path = tmp_path / "garbage.mp3"
    path.write_bytes(b"x" * 999)
    with pytest.raises(NotMedia, match=r"garbage\.mp3"):
        probe(path)
