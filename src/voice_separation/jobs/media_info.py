"""What a file is made of, as CI tells it: `MediaInfo` of finished jobs, the nodes of GenerateMediaInfo.

Sources: 1045/49531; cos-go-sdk-v5, ci_media.go, MediaInfo. Bit rates are kbit/s, durations and start times
seconds, sizes bytes, sample rates Hz. All of it is text on the wire; what is no number there is absent here.
"""

from voice_separation.jobs.nodes import Many, Node, Number, OrAbsent, Text


class Format(Node):
    """The container of the outputs."""

    bitrate: Number = None
    duration: Number = None
    format_long_name: Text = None
    format_name: Text = None
    num_program: Number = None
    num_stream: Number = None
    size: Number = None
    start_time: Number = None


class _Stream(Node):
    """What audio and video streams share."""

    bitrate: Number = None
    codec_long_name: Text = None
    codec_name: Text = None
    codec_tag: Text = None
    codec_tag_string: Text = None
    codec_time_base: Text = None
    duration: Number = None
    index: Number = None
    language: Text = None
    start_time: Number = None
    timebase: Text = None


class Audio(_Stream):
    """One audio stream."""

    channel: Number = None
    channel_layout: Text = None
    sample_fmt: Text = None
    sample_rate: Number = None


class Video(_Stream):
    """One video stream; VoiceSeparate writes none, but CI's node is there."""

    avg_fps: Text = None
    color_primaries: Text = None
    color_range: Text = None
    color_transfer: Text = None
    dar: Text = None
    field_order: Text = None
    fps: Number = None
    has_b_frame: Text = None
    height: Number = None
    level: Text = None
    num_frames: Number = None
    pix_format: Text = None
    profile: Text = None
    ref_frames: Text = None
    rotation: Text = None
    sar: Text = None
    width: Number = None


class Subtitle(Node):
    """One subtitle stream."""

    index: Number = None
    language: Text = None


class Streams(Node):
    """The streams of the outputs; one `Audio` for each output file, all with index 0 (1045/49531)."""

    audio: Many[Audio] = ()
    video: Many[Video] = ()
    subtitle: Many[Subtitle] = ()


class MediaInfo(Node):
    """What the outputs are made of; it cannot be told which file a stream belongs to."""

    format: OrAbsent[Format] = None
    stream: OrAbsent[Streams] = None
