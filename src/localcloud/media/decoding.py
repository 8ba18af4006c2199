"""Audio and video files read as samples."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from localcloud.media.errors import NoAudio, NotMedia
from localcloud.media.models import SAMPLE_RATE, Progress
from localcloud.media.separation import BLOCK, Audio

# Files come from anyone. Playlists and concatenations, which can name other files and hosts, are left out.
_OPEN_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "aac,ac3,aiff,amr,asf,avi,caf,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,wav,webm",
}


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a media file of any kind. Raises NotMedia, or FileNotFoundError."""
    try:
        container = av.open(str(path), options=_OPEN_OPTIONS)
    except FileNotFoundError:
        raise
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise NotMedia(f"{path.name} is no audio or video that can be decoded ({error}).") from error
    with container:
        yield container


def audio_stream(container: InputContainer, path: Path) -> AudioStream:
    """Return the first audio stream. Raises NoAudio."""
    if not container.streams.audio:
        raise NoAudio(f"{path.name} is media without sound. Give a file with an audio track.")
    return container.streams.audio[0]


def decode(path: Path, *, progress: Progress = lambda _: None) -> Iterator[Audio]:
    """Yield the sound of an audio or video file as (channels, samples) at 44.1 kHz, 2**19 samples a block.

    Mono stays mono, anything wider is mixed down to stereo. Of a damaged file comes what can be decoded.
    Raises NotMedia, NoAudio, or FileNotFoundError.
    """
    with open_media(path) as container:
        stream = audio_stream(container, path)
        progress(0)
        resampler: AudioResampler | None = None
        for frame in _frames(container, stream):
            resampler = resampler or _resampler(frame)
            for block in _resample(resampler, frame, path):
                yield block
                progress(_percent(frame, container))
        if resampler is None:
            raise NoAudio(f"{path.name} has an audio track, but no sample of it can be decoded.")
        yield from _resample(resampler, None, path)
        progress(100)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            frames = packet.decode() if packet is not None else []
        except av.InvalidDataError:
            continue  # a damaged part: players skip it too
        except EOFError:
            return
        if packet is None:
            return
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield frame


def _resampler(first: AudioFrame) -> AudioResampler:
    layout = "mono" if len(first.layout.channels) == 1 else "stereo"
    return AudioResampler("fltp", layout, SAMPLE_RATE, frame_size=BLOCK)


def _resample(resampler: AudioResampler, frame: AudioFrame | None, path: Path) -> Iterator[Audio]:
    try:
        blocks = resampler.resample(frame)
    except ValueError as error:
        raise NotMedia(f"{path.name} changes its sample rate or channels midway. Convert it first.") from error
    for block in blocks:
        yield block.to_ndarray().astype(np.float32, copy=False)


def _percent(frame: AudioFrame, container: InputContainer) -> int:
    if frame.time is None or not container.duration:
        return 0
    return max(0, min(99, int(100 * frame.time * av.time_base / container.duration)))
