"""The parameters of a VoiceSeparate job and which of them go together (API 436/120977, 2025-08-29)."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import Field, model_validator

from localcloud.ci.nodes import Node, invalid_argument
from localcloud.media.models import MUSIC, VOICE_AND_BACKGROUND, Codec, Encoding, Separation, Stem

TAG = "VoiceSeparate"

_SAMPLERATES = (8000, 11025, 22050, 32000, 44100, 48000, 96000)
_LEGAL_SAMPLERATES: dict[Codec, tuple[int, ...]] = {
    "aac": _SAMPLERATES[1:],
    "flac": _SAMPLERATES[1:],
    "mp3": _SAMPLERATES[1:-1],
    "amr": (8000,),
    "wav": _SAMPLERATES,  # UNVERIFIED: the document names wav and says no more of it
}
_LEGAL_CHANNELS: dict[Codec, tuple[int, ...]] = {
    "aac": (1, 2, 4, 5, 6, 8),
    "flac": (1, 2, 4, 5, 6, 8),
    "mp3": (1, 2),
    "amr": (1,),
    "wav": (1, 2, 4, 5, 6, 8),  # UNVERIFIED, as above
}
_MUSIC_CODECS = ("mp3", "wav", "aac")


class AudioMode(str, Enum):
    """Which stems a job gives."""

    IS_AUDIO = "IsAudio"
    IS_BACKGROUND = "IsBackground"
    AUDIO_AND_BACKGROUND = "AudioAndBackground"
    MUSIC_MODE = "MusicMode"


_STEMS: dict[AudioMode, tuple[Stem, ...]] = {
    AudioMode.IS_AUDIO: ("voice",),
    AudioMode.IS_BACKGROUND: ("background",),
    AudioMode.AUDIO_AND_BACKGROUND: VOICE_AND_BACKGROUND.stems,
    AudioMode.MUSIC_MODE: MUSIC.stems,
}


class AudioConfig(Node):
    """How the stems are to be written: Hz, kbit/s, and the source's own where nothing is said."""

    codec: Codec = "aac"
    samplerate: int = 44100
    bitrate: int | None = Field(default=None, ge=8, le=1000)
    channels: int | None = None


class VoiceSeparate(Node):
    """What a job or a template asks for. In MusicMode all of AudioConfig but the codec is ignored."""

    audio_mode: AudioMode
    audio_config: AudioConfig = AudioConfig()

    @model_validator(mode="after")
    def _goes_together(self) -> "VoiceSeparate":
        config = self.audio_config
        if self.audio_mode is AudioMode.MUSIC_MODE:
            if config.codec not in _MUSIC_CODECS:
                raise ValueError(f"Codec {config.codec} is not for MusicMode, choose one of {_MUSIC_CODECS}")
            return self
        samplerates, channels = _LEGAL_SAMPLERATES[config.codec], _LEGAL_CHANNELS[config.codec]
        if config.samplerate not in samplerates:
            raise ValueError(f"Samplerate {config.samplerate} is not for {config.codec}, choose one of {samplerates}")
        if config.channels is not None and config.channels not in channels:
            raise ValueError(f"Channels {config.channels} is not for {config.codec}, choose one of {channels}")
        return self

    @property
    def separation(self) -> Separation:
        """How to split the sound."""
        return MUSIC if self.audio_mode is AudioMode.MUSIC_MODE else VOICE_AND_BACKGROUND

    @property
    def stems(self) -> tuple[Stem, ...]:
        """Which stems to write, voice first as in CI's samples."""
        return _STEMS[self.audio_mode]

    @property
    def encoding(self) -> Encoding:
        """How to write them."""
        config = self.audio_config
        if self.audio_mode is AudioMode.MUSIC_MODE:
            return Encoding(config.codec)
        channels = 1 if config.codec == "amr" else config.channels
        return Encoding(config.codec, config.samplerate, config.bitrate, channels)


def require_tag(request: Mapping[str, Any]) -> None:
    """Raise CloudError 400 InvalidArgument unless the request is one for VoiceSeparate."""
    if request.get("Tag") != TAG:
        raise invalid_argument(f"Request.Tag is {request.get('Tag')!r}. Only {TAG} is offered here.")
