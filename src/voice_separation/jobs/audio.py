"""What to separate and how to encode it: CI's AudioMode and AudioConfig with the combinations that CI takes.

Source: template API, cloud.tencent.com/document/api/436/120977 (2025-08-29).
"""

from enum import Enum

from pydantic import BaseModel, ConfigDict, model_validator


class Stem(str, Enum):
    """One output of a job; the comment names the node of `Operation.Output` that holds its object key."""

    VOICE = "voice"  # AuObject
    BACKGROUND = "background"  # Object
    BASS = "bass"  # BassObject
    DRUM = "drum"  # DrumObject


class AudioMode(str, Enum):
    """Which stems a job produces."""

    IS_AUDIO = "IsAudio"
    IS_BACKGROUND = "IsBackground"
    AUDIO_AND_BACKGROUND = "AudioAndBackground"
    MUSIC_MODE = "MusicMode"

    @property
    def stems(self) -> tuple[Stem, ...]:
        """The stems of this mode, in CI's own order."""
        return _STEMS[self]


_STEMS: dict[AudioMode, tuple[Stem, ...]] = {
    AudioMode.IS_AUDIO: (Stem.VOICE,),
    AudioMode.IS_BACKGROUND: (Stem.BACKGROUND,),
    AudioMode.AUDIO_AND_BACKGROUND: (Stem.VOICE, Stem.BACKGROUND),
    AudioMode.MUSIC_MODE: (Stem.VOICE, Stem.BACKGROUND, Stem.BASS, Stem.DRUM),
}


class Codec(str, Enum):
    """How a stem is encoded. `wav` is in the 2025-08-29 text only, without limits of its own."""

    AAC = "aac"
    MP3 = "mp3"
    FLAC = "flac"
    AMR = "amr"
    WAV = "wav"


SAMPLE_RATES_HZ = (8000, 11025, 22050, 32000, 44100, 48000, 96000)
BITRATES_KBPS = range(8, 1001)
MUSIC_CODECS = (Codec.MP3, Codec.WAV, Codec.AAC)

_SAMPLE_RATES_HZ: dict[Codec, tuple[int, ...]] = {
    Codec.AAC: SAMPLE_RATES_HZ[1:],
    Codec.FLAC: SAMPLE_RATES_HZ[1:],
    Codec.MP3: SAMPLE_RATES_HZ[1:-1],
    Codec.AMR: (8000,),
    Codec.WAV: SAMPLE_RATES_HZ,
}
_CHANNELS: dict[Codec, tuple[int, ...]] = {
    Codec.AAC: (1, 2, 4, 5, 6, 8),
    Codec.FLAC: (1, 2, 4, 5, 6, 8),
    Codec.MP3: (1, 2),
    Codec.AMR: (1,),
    Codec.WAV: (1, 2, 4, 5, 6, 8),
}


class AudioConfig(BaseModel):
    """How the stems are encoded: sample rate in Hz, bit rate in kbit/s. `None` leaves the choice to CI."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codec: Codec = Codec.AAC
    samplerate: int | None = None
    bitrate: int | None = None
    channels: int | None = None


class VoiceSeparate(BaseModel):
    """The inline parameters of a job; combinations that CI would refuse are refused here, by name of the rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audio_mode: AudioMode = AudioMode.AUDIO_AND_BACKGROUND
    audio_config: AudioConfig = AudioConfig()

    @model_validator(mode="after")
    def _must_be_legal(self) -> "VoiceSeparate":
        broken = broken_rules(self.audio_mode, self.audio_config)
        if broken:
            raise ValueError("; ".join(broken.values()))
        return self


def broken_rules(mode: AudioMode, config: AudioConfig) -> dict[str, str]:
    """Return the rules of CI's table that a combination breaks, by the node at fault; empty when it is legal."""
    if mode is AudioMode.MUSIC_MODE:  # CI ignores the other three nodes in this mode
        allowed_music = ", ".join(codec.value for codec in MUSIC_CODECS)
        wrong = f"MusicMode takes the codecs {allowed_music}, not {config.codec.value}"
        return {} if config.codec in MUSIC_CODECS else {"Codec": wrong}
    broken = {}
    codec = config.codec
    if config.samplerate is not None and config.samplerate not in _SAMPLE_RATES_HZ[codec]:
        broken["Samplerate"] = f"{codec.value} takes {_listed(_SAMPLE_RATES_HZ[codec])} Hz, not {config.samplerate}"
    if config.bitrate is not None and config.bitrate not in BITRATES_KBPS:
        broken["Bitrate"] = f"the bit rate is 8 to 1000 kbit/s, not {config.bitrate}"
    if config.channels is not None and config.channels not in _CHANNELS[codec]:
        broken["Channels"] = f"{codec.value} takes {_listed(_CHANNELS[codec])} channel(s), not {config.channels}"
    return broken


def fitted(config: AudioConfig, codec: Codec) -> AudioConfig:
    """Return the config for another codec, with the nearest sample rate and channel count that this one takes."""
    rate, channels = config.samplerate, config.channels
    return config.model_copy(
        update={
            "codec": codec,
            "samplerate": None if rate is None else _nearest(rate, _SAMPLE_RATES_HZ[codec]),
            "channels": None if channels is None else _nearest(channels, _CHANNELS[codec]),
        }
    )


def _nearest(wanted: int, taken: tuple[int, ...]) -> int:
    return min(taken, key=lambda value: abs(value - wanted))


def _listed(values: tuple[int, ...]) -> str:
    return " or ".join(filter(None, [", ".join(map(str, values[:-1])), str(values[-1])]))
