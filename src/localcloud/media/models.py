"""What is said of sound and of its files: how to separate and write it, and what a probe finds.

Apart from what does it, because PyAV and NumPy take long to import and a cloud without jobs never needs them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

SAMPLE_RATE = 44_100

Codec = Literal["aac", "mp3", "flac", "amr", "wav"]
Stem = Literal["voice", "background", "bass", "drum"]
Progress = Callable[[int], None]
"""Told how many percent are done, 0 to 100, never less than before. It may raise to stop the work."""


@dataclass(frozen=True)
class Separation:
    """A way to split sound, named by what it gives, in order."""

    stems: tuple[Stem, ...]


VOICE_AND_BACKGROUND = Separation(("voice", "background"))
MUSIC = Separation(("voice", "background", "bass", "drum"))


@dataclass(frozen=True)
class Encoding:
    """How to write samples: Hz, kbit/s (None: the encoder's own choice) and channels (None: as they come)."""

    codec: Codec
    sample_rate: int = SAMPLE_RATE
    bitrate: int | None = None
    channels: int | None = None


@dataclass(frozen=True)
class Format:
    """A container: `bitrate` in kbit/s, `duration` and `start_time` in seconds, `size` in bytes."""

    bitrate: float
    duration: float
    format_long_name: str
    format_name: str
    num_program: int
    num_stream: int
    size: int
    start_time: float


@dataclass(frozen=True)
class AudioTrack:
    """One audio stream of a container, in the same units; `timebase` is the length of its tick in seconds."""

    bitrate: float
    channel: int
    channel_layout: str
    codec_long_name: str
    codec_name: str
    codec_tag: str
    codec_tag_string: str
    duration: float
    index: int
    sample_fmt: str
    sample_rate: int
    start_time: float
    timebase: Fraction


@dataclass(frozen=True)
class MediaInfo:
    """One file: its container and its audio streams."""

    format: Format
    audio: tuple[AudioTrack, ...]
