"""Samples written as audio files."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from localcloud.media.errors import NotEncodable
from localcloud.media.models import SAMPLE_RATE, Codec, Encoding
from localcloud.media.separation import Audio

Write = Callable[[Audio], None]

_ENCODERS: dict[Codec, str] = {
    "aac": "aac",
    "mp3": "libmp3lame",
    "flac": "flac",
    "amr": "libopencore_amrnb",
    "wav": "pcm_s16le",
}
_OWN_CONTAINER: dict[Codec, str] = {"aac": "adts", "mp3": "mp3", "flac": "flac", "amr": "amr", "wav": "wav"}
_CONTAINERS = {
    ".aac": "adts",
    ".amr": "amr",
    ".flac": "flac",
    ".m4a": "ipod",
    ".mp3": "mp3",
    ".mp4": "mp4",
    ".wav": "wav",
}
_LAYOUTS = {1: "mono", 2: "stereo", 4: "4.0", 5: "5.0", 6: "5.1", 8: "7.1"}
_FLAC_LAYOUTS = {**_LAYOUTS, 4: "quad"}


def encode(path: Path, encoding: Encoding) -> AbstractContextManager[Write]:
    """Give a function that appends samples (channels, n) at 44.1 kHz to the file at `path`.

    The container is the one the file's suffix names, or else the codec's own. The file appears whole when the context
    ends well and not at all otherwise. The same samples give the same bytes with the same encoder.
    Raises NotEncodable where codec, sample rate, channels and container do not go together.
    """
    return _encode(path, encoding)


@contextmanager
def _encode(path: Path, encoding: Encoding) -> Iterator[Write]:
    partial = path.with_name(f"partial-{path.name}")
    container_format = _CONTAINERS.get(path.suffix.lower(), _OWN_CONTAINER[encoding.codec])
    try:
        with av.open(str(partial), "w", format=container_format) as container:
            encoder = _Encoder(container, encoding, path.name)
            yield encoder.write
            encoder.finish()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class _Encoder:
    def __init__(self, container: OutputContainer, encoding: Encoding, name: str) -> None:
        self._container = container
        self._encoding = encoding
        self._name = name
        self._stream: AudioStream | None = None
        self._written = 0

    def write(self, audio: Audio) -> None:
        channels = self._encoding.channels or len(audio)
        with self._refusals_named():
            if self._stream is None:
                self._stream = self._add_stream(channels)
            # Packed, because PyAV cannot fill eight planes.
            packed = np.ascontiguousarray(_fit(audio, channels).T).reshape(1, -1)
            frame = AudioFrame.from_ndarray(packed, "flt", self._stream.layout)
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._written, Fraction(1, SAMPLE_RATE)
            self._written += frame.samples
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        if self._stream is None:
            raise NotEncodable(f"{self._name} cannot be written: there are no samples to write.")
        with self._refusals_named():
            self._container.mux(self._stream.encode(None))

    def _add_stream(self, channels: int) -> AudioStream:
        encoding = self._encoding
        layouts = _FLAC_LAYOUTS if encoding.codec == "flac" else _LAYOUTS
        if channels not in layouts:
            raise NotEncodable(f"{self._name} cannot have {channels} channels. Ask for 1, 2, 4, 5, 6 or 8.")
        stream = self._container.add_stream(_ENCODERS[encoding.codec], rate=encoding.sample_rate)
        assert isinstance(stream, AudioStream)
        stream.layout = layouts[channels]
        if encoding.bitrate is not None:
            stream.bit_rate = encoding.bitrate * 1000  # a rate meant as kbit/s is taken for bit/s in silence
        stream.codec_context.open()
        return stream

    @contextmanager
    def _refusals_named(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, ValueError) as error:
            e = self._encoding
            raise NotEncodable(
                f"{self._name} cannot be written as {e.codec} at {e.sample_rate} Hz"
                f" with {e.channels or 'the source’s'} channels ({error}). Choose what goes together."
            ) from error


def _fit(audio: Audio, channels: int) -> Audio:
    """Repeat or average channels: FFmpeg's own mixer would change the level by 3 dB."""
    have = len(audio)
    if channels >= have:
        return audio[np.arange(channels) % have]
    return np.stack([audio[n::channels].mean(axis=0) for n in range(channels)])
