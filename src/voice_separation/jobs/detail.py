"""A job as CI tells it, in answers to `/jobs` and in notifications."""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from voice_separation.jobs.media_info import MediaInfo
from voice_separation.jobs.nodes import Exact, Key, KeyText, Many, Moment, Node, Number, OrAbsent, Text
from voice_separation.jobs.states import FINISHED
from voice_separation.jobs.ticket import JobTicket

# A job writes four files at the most. Every name is joined with the prefix, so a small message with many of them
# could grow without limit.
MOST_FILES = 100
T = TypeVar("T")
Files = Annotated[Many[T], Field(max_length=MOST_FILES)]


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

    @property
    def bucket_name(self) -> str | None:
        """The full name of the bucket, wherever it stands."""
        return self.bucket_id or self.bucket


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
    object_name: Files[KeyText] = ()
    md5_info: Files[Md5Info] = ()


class MediaResult(Node):
    """The outputs of a finished job."""

    output_file: OrAbsent[OutputFile] = None


class AudioConfigNode(Node):
    """How the stems were asked to be encoded; as text, for CI may know more than this product does."""

    codec: Text = None
    samplerate: Text = None
    bitrate: Text = None
    channels: Text = None


class VoiceSeparateNode(Node):
    """The inline parameters of the job; absent when a template decided."""

    audio_mode: Text = None
    audio_config: OrAbsent[AudioConfigNode] = None


class Operation(Node):
    """What was asked for and, once finished, what came of it."""

    template_id: Text = None
    template_name: Text = None
    voice_separate: OrAbsent[VoiceSeparateNode] = None
    output: OrAbsent[Output] = None
    media_info: OrAbsent[MediaInfo] = None
    media_result: OrAbsent[MediaResult] = None
    user_data: Exact = None
    job_level: Number = None


class Workflow(Node):
    """The CI workflow that started the job, if one did."""

    run_id: Text = None
    workflow_id: Text = None
    workflow_name: Text = None
    name: Text = None


def _first(value: Any) -> Any:
    """Return the one workflow of a job; the Go SDK models it as a list, samples show a container."""
    return (value[0] if value else None) if isinstance(value, list) else value


class JobDetail(JobTicket):
    """One job: `JobsDetail` in answers and notifications."""

    tag: Text = None
    sub_tag: Text = None
    progress: Number = None
    creation_time: Moment = None
    start_time: Moment = None
    end_time: Moment = None
    queue_id: Text = None
    input: OrAbsent[Input] = None
    operation: OrAbsent[Operation] = None
    workflow: Annotated[OrAbsent[Workflow], BeforeValidator(_first)] = None

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more: Success, Failed or Cancel."""
        return self.state in FINISHED

    @property
    def user_data(self) -> str | None:
        """The text that the submitter left with the job."""
        return self.operation.user_data if self.operation else None
