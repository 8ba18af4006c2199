"""The entry: one job's document. Its bytes are a pure function of what CI says of the job."""

from typing import Literal

from pydantic import Field

from voice_separation.index.canonical import Document, Moment
from voice_separation.jobs.audio import Stem
from voice_separation.jobs.detail import JobDetail, Operation, Workflow
from voice_separation.jobs.media_info import MediaInfo
from voice_separation.jobs.outputs import stem_files
from voice_separation.uploads import upload_id_of


class EntryInput(Document):
    """The object that was separated; `key` is None when CI does not say."""

    bucket: str
    region: str
    key: str | None


class EntryOutput(Document):
    """One file that the job wrote; `stem` is `unknown` where no asked-for name matches."""

    stem: Literal["voice", "background", "bass", "drum", "unknown"]
    bucket: str | None
    region: str | None
    key: str
    md5: str | None


class EntryMedia(Document):
    """What the outputs are made of: they share format and length."""

    format: str | None
    duration_s: float | None
    bitrate_kbps: float | None
    sample_rate_hz: int | None
    channels: int | None
    size_bytes: int | None


class EntryTemplate(Document):
    """The template that the job used."""

    id: str
    name: str | None


class EntryWorkflow(Document):
    """The CI workflow that started the job."""

    run_id: str | None
    workflow_id: str | None
    workflow_name: str | None
    name: str | None


class Entry(Document):
    """What became of a job. `upload_id` is None for jobs that this app did not start."""

    schema_: Literal["voice-separation/entry/1"] = Field("voice-separation/entry/1", alias="schema")
    job_id: str
    state: str
    code: str | None
    message: str | None
    upload_id: str | None
    input: EntryInput
    outputs: tuple[EntryOutput, ...]
    created_at: Moment | None
    started_at: Moment | None
    finished_at: Moment | None
    media: EntryMedia | None
    template: EntryTemplate | None
    queue_id: str | None
    user_data: str | None
    workflow: EntryWorkflow | None


def entry_of(detail: JobDetail, *, bucket: str, region: str) -> Entry:
    """Return the entry of a job of that bucket; CI's own word on the input wins over it."""
    said = detail.input
    operation = detail.operation
    return Entry(
        job_id=detail.job_id,
        state=detail.state,
        code=detail.code,
        message=detail.message,
        upload_id=upload_id_of(detail),
        input=EntryInput(
            bucket=(said and said.bucket_name) or bucket,
            region=(said and said.region) or region,
            key=(said and said.object) or None,
        ),
        outputs=_outputs(detail),
        created_at=detail.creation_time,
        started_at=detail.start_time,
        finished_at=detail.end_time,
        media=_media(operation.media_info if operation else None),
        template=_template(operation),
        queue_id=detail.queue_id,
        user_data=detail.user_data,
        workflow=_workflow(detail.workflow),
    )


_ORDER = (*Stem, None)


def _outputs(detail: JobDetail) -> tuple[EntryOutput, ...]:
    """Return the files in the order of the stems, so that CI's own order does not matter."""
    files = sorted(stem_files(detail), key=lambda file: (_ORDER.index(file.stem), file.key))
    return tuple(
        EntryOutput(
            stem=file.stem.value if file.stem else "unknown",
            bucket=file.bucket,
            region=file.region,
            key=file.key,
            md5=file.md5,
        )
        for file in files
    )


def _media(info: MediaInfo | None) -> EntryMedia | None:
    if info is None or info.format is None:
        return None
    audio = info.stream.audio[0] if info.stream and info.stream.audio else None
    return EntryMedia(
        format=info.format.format_name,
        duration_s=info.format.duration,
        bitrate_kbps=info.format.bitrate,
        sample_rate_hz=_whole(audio.sample_rate if audio else None),
        channels=_whole(audio.channel if audio else None),
        size_bytes=_whole(info.format.size),
    )


def _template(operation: Operation | None) -> EntryTemplate | None:
    if operation is None or operation.template_id is None:
        return None
    return EntryTemplate(id=operation.template_id, name=operation.template_name)


def _workflow(workflow: Workflow | None) -> EntryWorkflow | None:
    if workflow is None:
        return None
    return EntryWorkflow(
        run_id=workflow.run_id,
        workflow_id=workflow.workflow_id,
        workflow_name=workflow.workflow_name,
        name=workflow.name,
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
