"""`voicesep show`: the whole story of one upload."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from voice_separation.clock import rfc3339
from voice_separation.index.documents import Claim, Pending, Refused, Upload, Waiting
from voice_separation.index.entries import Entry
from voice_separation.jobs.detail import JobDetail
from voice_separation.story import Stories, Story
from voicesep.app import App, Where, app_options, open_app
from voicesep.console import print_json, talk

INDENT = "  "


class Job(BaseModel):
    """A job as CI tells it now, its entry, and in which hours it was reported."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    state: str
    progress: float | None
    created_at: datetime | None
    entry: Entry | None
    arrivals: tuple[datetime, ...]


class LogLine(BaseModel):
    """What a function has logged."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    function: str
    request_id: str
    line: str


class Told(BaseModel):
    """A story, to print."""

    model_config = ConfigDict(frozen=True)

    state: str
    upload: Upload | None
    claims: tuple[Claim, ...]
    waiting: Waiting | None
    refused: Refused | None
    pending: tuple[Pending, ...]
    jobs: tuple[Job, ...]
    log: tuple[LogLine, ...]


@click.command()
@app_options
@click.argument("upload", metavar="KEY|UPLOAD_ID|JOB_ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)
def show(upload: str, form: str, where: Where) -> None:
    """Tell all that is known of one upload.

    That is its claims, jobs, reports and stems, and what the functions have logged of it. A key means the present
    content of the object. The event that started it is named by the request of its first claim. Exits with 1 when
    nothing is known.
    """
    with open_app(where) as app:
        stories = app.stories
        told = tell(stories.find(upload), stories, app)
    if form == "json":
        print_json(told.model_dump(mode="json"))
    else:
        for line in _lines(told):
            click.echo(line)
    if where.live:
        for claim in told.claims:
            talk().print(f"its log: voicesep logs --live --request {claim.request_id}", markup=False)


def tell(story: Story, stories: Stories, app: App) -> Told:
    """Return a story, with what the local functions have logged of it."""
    known = {entry.job_id: entry for entry in story.entries}
    in_ci = {job.job_id: job for job in story.jobs}
    ids = dict.fromkeys([*in_ci, *known])
    mentioned = {*ids, *((story.upload.upload_id,) if story.upload else ())}
    return Told(
        state=story.in_a_word,
        upload=story.upload,
        claims=story.claims,
        waiting=story.waiting,
        refused=story.refused,
        pending=tuple(note.pending for note in story.notes),
        jobs=tuple(_job(job_id, in_ci.get(job_id), known.get(job_id), stories) for job_id in ids),
        log=tuple(_log_lines(app.log, mentioned)) if app.log else (),
    )


def _job(job_id: str, detail: JobDetail | None, entry: Entry | None, stories: Stories) -> Job:
    return Job(
        job_id=job_id,
        state=detail.state if detail else (entry.state if entry else ""),
        progress=detail.progress if detail else None,
        created_at=(detail.creation_time if detail else None) or (entry.created_at if entry else None),
        entry=entry,
        arrivals=stories.arrivals(entry) if entry else (),
    )


def _log_lines(log: Path, mentioned: set[str]) -> Iterator[LogLine]:
    """Yield the lines that mention the upload or one of its jobs; also of the log before, if there is one."""
    for path in (log.with_name(f"{log.name}.1"), log):
        if not path.is_file():
            continue
        with path.open(encoding="utf-8") as file:
            for line in file:
                if any(each in line for each in mentioned):
                    yield LogLine.model_validate_json(line)


def _lines(told: Told) -> Iterator[str]:
    """Yield the story in the order in which it happened."""
    upload = told.upload
    if upload:
        yield f"{upload.key}: {told.state}"
        yield f"{INDENT}upload    {upload.upload_id}, {upload.size_bytes} bytes, ETag {upload.etag}"
        yield f"{INDENT}bucket    {upload.bucket} ({upload.region})"
    for claim in told.claims:
        yield f"{INDENT}claim {claim.attempt}   {rfc3339(claim.claimed_at)} by request {claim.request_id}"
    if told.waiting:
        waiting = told.waiting
        retried = f", in spite of {', '.join(waiting.retry_of)}" if waiting.retry_of else ""
        yield f"{INDENT}waits     since {rfc3339(waiting.waiting_since)}: {waiting.reason.message}{retried}"
        yield f"{INDENT}          next attempt from {rfc3339(waiting.next_attempt_at)}"
    if told.refused:
        yield f"{INDENT}refused   {rfc3339(told.refused.refused_at)}: {told.refused.reason.message}"
    for pending in told.pending:
        yield f"{INDENT}pending   {rfc3339(pending.submitted_at)}, job {pending.job_id}"
    for job in told.jobs:
        yield from _job_lines(job)
    for line in told.log:
        yield f"{INDENT}log       {rfc3339(line.at)} {line.function}: {_brief(line.line)}"


def _job_lines(job: Job) -> Iterator[str]:
    created = f", created {rfc3339(job.created_at)}" if job.created_at else ""
    progress = f" ({job.progress:.0f} %)" if job.progress is not None else ""
    yield f"{INDENT}job       {job.job_id}: {job.state}{progress}{created}"
    for hour in job.arrivals:
        yield f"{INDENT}{INDENT}reported in the hour of {rfc3339(hour)}"
    entry = job.entry
    if entry is None:
        return
    if entry.finished_at:
        yield f"{INDENT}{INDENT}finished {rfc3339(entry.finished_at)}"
    if entry.message and not entry.outputs:
        yield f"{INDENT}{INDENT}{entry.code}: {entry.message}"
    seconds = entry.media.duration_s if entry.media else None
    for output in entry.outputs:
        length = f" ({seconds:.1f} s)" if seconds else ""
        yield f"{INDENT}{INDENT}{output.stem:<10} {output.bucket}/{output.key}{length}"


def _brief(line: str) -> str:
    """Return what one of the app's own lines says, without what is told already; any other line as it is."""
    try:
        told = json.loads(line)
        event = told.pop("event")
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    for name in ("ts", "level", "request_id", "function", "bucket", "key", "upload_id"):
        told.pop(name, None)
    return " ".join((event, *(f"{name}={value}" for name, value in told.items())))
