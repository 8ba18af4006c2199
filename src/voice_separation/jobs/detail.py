"""A job as CI tells it, in answers to `/jobs` and in notifications."""

from enum import Enum
from typing import Annotated

from pydantic import StringConstraints

from voice_separation.jobs.nodes import Key, Many, Moment, Node, Number, OrAbsent, Text

TAG = "VoiceSeparate"

# CI's samples are `j` and 32 hex digits; what is not at least of this kind cannot become a path or an index key.
JobId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$", strip_whitespace=True)]


class JobState(str, Enum):
    """The states that CI documents for a job (460/84794)."""

    SUBMITTED = "Submitted"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILED = "Failed"
    PAUSE = "Pause"
    CANCEL = "Cancel"


FINISHED = frozenset({JobState.SUCCESS.value, JobState.FAILED.value, JobState.CANCEL.value})


class CosHeader(Node):
    """A header of the upload that triggered a workflow."""

    key: Text = None
    value: Text = None


class Input(Node):
    """The object that is separated. Tables call the bucket `Bucket`, samples and SDKs `BucketId`."""

    bucket_id: Text = None
    bucket: Text = None
    region: Text = None
    object: Key = None
    cos_headers: Many[CosHeader] = ()


class Output(Node):
    """Where the stems go; placeholders such as `${ext}` stay unexpanded here even when the job is done."""

    region: Text = None
    bucket: Text = None
    object: Key = None
    au_object: Key = None
    bass_object: Key = None
    drum_object: Key = None


class Md5Info(Node):
    """The checksum of one output."""

    md5: Text = None
    object_name: Key = None


class OutputFile(Node):
    """What was really written: a key is `object_prefix` + `object_name`."""

    bucket: Text = None
    region: Text = None
    object_prefix: Key = None
    object_name: Many[str] = ()
    md5_info: Many[Md5Info] = ()


class MediaResult(Node):
    """The outputs of a finished job."""

    output_file: OrAbsent[OutputFile] = None


class Format(Node):
    """The container of the outputs: bit rate in kbit/s, duration in seconds, size in bytes."""

    format_name: Text = None
    format_long_name: Text = None
    bitrate: Number = None
    duration: Number = None
    size: Number = None
    start_time: Number = None
    num_stream: Number = None
    num_program: Number = None


class Audio(Node):
    """One audio stream: bit rate in kbit/s, sample rate in Hz, duration in seconds."""

    codec_name: Text = None
    bitrate: Number = None
    channel: Number = None
    channel_layout: Text = None
    sample_rate: Number = None
    duration: Number = None


class Streams(Node):
    """The streams of the outputs; one `Audio` for each output file, all with index 0 (1045/49531)."""

    audio: Many[Audio] = ()


class MediaInfo(Node):
    """What the outputs are made of; it cannot be told which file a stream belongs to."""

    format: OrAbsent[Format] = None
    stream: OrAbsent[Streams] = None


class Operation(Node):
    """What was asked for and, once finished, what came of it."""

    template_id: Text = None
    template_name: Text = None
    output: OrAbsent[Output] = None
    media_info: OrAbsent[MediaInfo] = None
    media_result: OrAbsent[MediaResult] = None
    user_data: Text = None
    job_level: Text = None


class Workflow(Node):
    """The CI workflow that started the job, if one did."""

    run_id: Text = None
    workflow_id: Text = None
    workflow_name: Text = None
    name: Text = None


class JobDetail(Node):
    """One job: `JobsDetail` in answers and notifications."""

    job_id: JobId
    state: Annotated[str, StringConstraints(strip_whitespace=True)]
    tag: Text = None
    code: Text = None
    message: Text = None
    creation_time: Moment = None
    start_time: Moment = None
    end_time: Moment = None
    queue_id: Text = None
    input: OrAbsent[Input] = None
    operation: OrAbsent[Operation] = None
    workflow: OrAbsent[Workflow] = None

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more: Success, Failed or Cancel."""
        return self.state in FINISHED

    @property
    def user_data(self) -> str | None:
        """The text that the submitter left with the job."""
        return self.operation.user_data if self.operation else None
