"""MediaInfo in the vendor's nodes: what the results of a job are (436/76941, 1045/49531)."""

from collections.abc import Sequence

from localcloud.ci.jobs import OutputFile
from localcloud.ci.nodes import Nodes
from localcloud.media.models import AudioTrack, Format


def media_info(files: Sequence[OutputFile]) -> Nodes:
    """Return the MediaInfo of one result or more."""
    # As in the vendor's sample: one Format, and one Audio for each file.
    return {
        "Format": _format(files[0].media_info.format),
        "Stream": {
            "Audio": [_audio(file.media_info.audio[0]) for file in files],
            "Subtitle": "",
            "Video": "",
        },
    }


def _format(file: Format) -> Nodes:
    return {
        "Bitrate": f"{file.bitrate:.6f}",
        "Duration": f"{file.duration:.6f}",
        "FormatLongName": file.format_long_name,
        "FormatName": file.format_name,
        "NumProgram": str(file.num_program),
        "NumStream": str(file.num_stream),
        "Size": str(file.size),
        "StartTime": f"{file.start_time:.6f}",
    }


def _audio(track: AudioTrack) -> Nodes:
    timebase = f"{track.timebase.numerator}/{track.timebase.denominator}"
    return {
        "Bitrate": f"{track.bitrate:.6f}",
        "Channel": str(track.channel),
        "ChannelLayout": track.channel_layout,
        "CodecLongName": track.codec_long_name,
        "CodecName": track.codec_name,
        "CodecTag": track.codec_tag,
        "CodecTagString": track.codec_tag_string,
        "CodecTimeBase": timebase,  # FFmpeg has none any more; in the vendor's sample it is the same
        "Duration": f"{track.duration:.6f}",
        "Index": str(track.index),
        "SampleFmt": track.sample_fmt,
        "SampleRate": str(track.sample_rate),
        "StartTime": f"{track.start_time:.6f}",
        "Timebase": timebase,
    }
