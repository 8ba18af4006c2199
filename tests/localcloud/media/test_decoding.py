from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from localcloud.media.decoding import decode
from localcloud.media.errors import NoAudio, NotMedia
from localcloud.media.models import Encoding
from tests.localcloud.media.files import read, tone, video, write


@pytest.mark.parametrize("suffix", ["mp4", "mov", "avi", "mkv"])
def test_the_sound_of_a_video_is_read(tmp_path: Path, suffix: str) -> None:
    audio = read(video(tmp_path / f"clip.{suffix}", sound=tone(1)))
    assert audio.dtype == np.float32
    assert audio.shape[0] == 2
    assert 44_100 <= audio.shape[1] < 44_100 + 2048
    assert np.abs(audio).max() == pytest.approx(0.5, abs=0.05)


def test_mono_stays_mono_at_its_own_level(tmp_path: Path) -> None:
    audio = read(write(tmp_path / "a.wav", tone(0.5, channels=1)))
    assert audio.shape == (1, 22_050)
    assert np.abs(audio).max() == pytest.approx(0.5, abs=1e-3)


def test_any_sample_rate_is_read_at_44100_hz(tmp_path: Path) -> None:
    audio = read(write(tmp_path / "a.flac", tone(2), Encoding("flac", 48_000)))
    assert abs(audio.shape[1] - 88_200) <= 1
    assert np.argmax(np.abs(np.fft.rfft(audio[0]))) == pytest.approx(880, abs=1)


def test_more_than_two_channels_are_mixed_down_to_stereo(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.flac", tone(0.2), Encoding("flac", channels=6))).shape[0] == 2


def test_blocks_are_even_but_for_the_last(tmp_path: Path) -> None:
    sizes = [block.shape[1] for block in decode(write(tmp_path / "a.wav", tone(25)))]
    assert sizes == [2**19, 2**19, 25 * 44_100 - 2 * 2**19]


def test_progress_rises_from_nothing_to_all(tmp_path: Path) -> None:
    seen: list[int] = []
    for _ in decode(write(tmp_path / "a.mp3", tone(40), Encoding("mp3")), progress=seen.append):
        pass
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 100)
    assert any(20 < percent < 80 for percent in seen)


def test_a_video_without_sound_is_no_audio(tmp_path: Path) -> None:
    with pytest.raises(NoAudio, match=r"silent\.mp4 is media without sound"):
        read(video(tmp_path / "silent.mp4", sound=None))


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"not media at all " * 300])
def test_garbage_is_not_media(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.mp3"
    path.write_bytes(content)
    with pytest.raises((NotMedia, NoAudio), match=r"garbage\.mp3"):
        read(path)


def test_a_truncated_m4a_is_not_media(tmp_path: Path) -> None:
    path = write(tmp_path / "cut.m4a", tone(2), Encoding("aac"))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(NotMedia, match=r"cut\.m4a"):
        read(path)


def test_a_truncated_mp3_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "cut.mp3", tone(4), Encoding("mp3", bitrate=128))
    path.write_bytes(path.read_bytes()[:32_000])
    assert 1.5 < read(path).shape[1] / 44_100 < 2.1


def test_a_damaged_middle_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "hurt.mp3", tone(8), Encoding("mp3", bitrate=128))
    content = bytearray(path.read_bytes())
    content[40_000:60_000] = b"\xa5" * 20_000
    path.write_bytes(content)
    assert 6 < read(path).shape[1] / 44_100 <= 8


def test_a_playlist_cannot_pull_in_other_files(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.ts.mp3", tone(1), Encoding("mp3"))
    path = tmp_path / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(NotMedia):
        read(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.mp3")


def test_a_track_without_a_sample_is_no_audio(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=44_100)
        assert isinstance(stream, AudioStream)
        container.start_encoding()
    with pytest.raises((NoAudio, NotMedia), match=r"empty\.wav"):
        read(path)


def test_channels_that_change_midway_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "changing.aac"
    mono = write(tmp_path / "mono.aac", tone(1, channels=1), Encoding("aac")).read_bytes()
    stereo = write(tmp_path / "stereo.aac", tone(1, channels=2), Encoding("aac")).read_bytes()
    path.write_bytes(stereo + mono)
    with pytest.raises(NotMedia, match="midway"):
        read(path)


def test_the_samples_are_the_very_ones_that_were_written(tmp_path: Path) -> None:
    path = tmp_path / "ramp.wav"
    ramp = (np.arange(-1000, 1000, dtype=np.int16)).reshape(1, -1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=44_100)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        frame = AudioFrame.from_ndarray(ramp, "s16", "mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert np.array_equal(read(path) * 32_768, ramp.astype(np.float32))
