"""What a media file is: the facts of a probe, in the words of CI's MediaInfo (436/76941)."""

from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from localcloud.media.decoding import audio_stream, open_media
from localcloud.media.models import AudioTrack, Format, MediaInfo

_LAYOUT_NAMES = {1: "mono", 2: "stereo"}


def probe(path: Path) -> MediaInfo:
    """Return the facts of a media file with sound. Raises NotMedia, NoAudio, or FileNotFoundError.

    The duration of .aac (ADTS) and .amr files is FFmpeg's guess: these files do not say it.
    """
    with open_media(path) as container:
        audio_stream(container, path)
        return MediaInfo(
            format=_format(container),
            audio=tuple(_track(stream) for stream in container.streams.audio),
        )


def _format(container: InputContainer) -> Format:
    return Format(
        bitrate=container.bit_rate / 1000,
        duration=(container.duration or 0) / av.time_base,
        format_long_name=container.format.long_name,
        format_name=container.format.name,
        num_program=0,  # only MPEG transport streams have programs, and PyAV does not count them
        num_stream=len(container.streams),
        size=container.size,
        start_time=(container.start_time or 0) / av.time_base,
    )


def _track(stream: AudioStream) -> AudioTrack:
    context = stream.codec_context
    timebase = stream.time_base or Fraction(0)
    channels = context.channels
    tag = stream.codec_tag.encode("latin-1")
    return AudioTrack(
        bitrate=(context.bit_rate or 0) / 1000,
        channel=channels,
        channel_layout=_LAYOUT_NAMES.get(channels, context.layout.name),
        codec_long_name=context.codec.long_name,
        codec_name=context.codec.canonical_name,  # .name would be the decoder's: mp3float
        codec_tag=f"0x{int.from_bytes(tag, 'little'):04x}",
        codec_tag_string="".join(chr(b) if chr(b).isalnum() else f"[{b}]" for b in tag),
        duration=float((stream.duration or 0) * timebase),
        index=stream.index,
        sample_fmt=context.format.name,
        sample_rate=context.sample_rate,
        start_time=float((stream.start_time or 0) * timebase),
        timebase=timebase,
    )
