"""Media files for the tests, written to order."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from localcloud.media.decoding import decode
from localcloud.media.encoding import encode
from localcloud.media.models import Encoding
from localcloud.media.separation import Audio


def write(path: Path, audio: Audio, encoding: Encoding | None = None) -> Path:
    with encode(path, encoding or Encoding("wav")) as append:
        append(audio)
    return path


def read(path: Path) -> Audio:
    return np.concatenate(list(decode(path)), axis=1)


def tone(seconds: float, *, channels: int = 2, level: float = 0.5) -> Audio:
    time = np.arange(int(seconds * 44_100)) / 44_100
    return np.tile(level * np.sin(2 * np.pi * 440 * time), (channels, 1)).astype(np.float32)


def video(path: Path, *, sound: Audio | None) -> Path:
    """A second of grey frames, with or without a stereo sound track."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        assert isinstance(pictures, VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = 32, 32, "yuv420p"
        voice = container.add_stream("aac", rate=44_100) if sound is not None else None
        for _ in range(10):
            picture = VideoFrame.from_ndarray(np.full((32, 32, 3), 128, dtype=np.uint8), format="rgb24")
            container.mux(pictures.encode(picture))
        container.mux(pictures.encode(None))
        if sound is not None and voice is not None:
            frame = AudioFrame.from_ndarray(sound, "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = 44_100, 0, Fraction(1, 44_100)
            container.mux(voice.encode(frame))
            container.mux(voice.encode(None))
    return path
