"""`voicesep show`: the whole story of one upload."""

import json
from collections.abc import Iterator

import click

from voice_separation.index.documents import Reason
from voicesep.app import open_app
from voicesep.console import print_json
from voicesep.moments import local_time
from voicesep.named import NAMED
from voicesep.story_log import deployed_log, kept_log
from voicesep.telling import Job, Told, tell
from voicesep.where import Where, app_options

INDENT = "  "


@click.command(short_help="Tell all that is known of one upload.")
@app_options
@click.argument("upload", type=NAMED, metavar="KEY|UPLOAD_ID|JOB_ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="How it is printed; jsonl is one line.",
)
def show(upload: str, form: str, where: Where) -> None:
    """Tell all that is known of one upload.

    That is its claims, jobs, reports and stems, and what the functions have logged of it. A key means the present
    content of the object. The event that started it is named by the request of its first claim. With --live the log is
    searched in CLS, which keeps it for some days, around the times of the claims and of the end of each job; what
    forbids that is told in its place. Exits with 1 when nothing is known.
    """
    with open_app(where) as app:
        stories = app.stories
        story = stories.find(upload)
        log = deployed_log(where, app, story) if where.live else kept_log(app.log, story)
        told = tell(story, stories, log)
    document = told.model_dump(mode="json")
    if form == "json":
        print_json(document)
    elif form == "jsonl":
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        for line in _lines(told):
            click.echo(line)


def _lines(told: Told) -> Iterator[str]:
    """Yield the story in the order in which it happened."""
    upload = told.upload
    if upload:
        yield f"{upload.key}: {told.state}"
        yield f"{INDENT}upload    {upload.upload_id}, {upload.size_bytes} bytes, ETag {upload.etag}"
        yield f"{INDENT}bucket    {upload.bucket} ({upload.region})"
    for claim in told.claims:
        at, by = local_time(claim.claimed_at), claim.request_id
        yield f"{INDENT}claim {claim.attempt}   {at} by request {by}{_in_spite_of(claim.retry_of)}"
    if told.waiting:
        waiting = told.waiting
        since, reason = local_time(waiting.waiting_since), _told(waiting.reason)
        yield f"{INDENT}waits     since {since}: {reason}{_in_spite_of(waiting.retry_of)}"
        yield f"{INDENT}          next attempt from {local_time(waiting.next_attempt_at)}"
    if told.refused:
        yield f"{INDENT}refused   {local_time(told.refused.refused_at)}: {_told(told.refused.reason)}"
    for pending in told.pending:
        yield f"{INDENT}pending   {local_time(pending.submitted_at)}, job {pending.job_id}"
    for job in told.jobs:
        yield from _job_lines(job)
    for line in told.log:
        yield f"{INDENT}log       {local_time(line.at)} {line.function}: {_brief(line.line)}"
    for note in told.log_notes:
        yield f"{INDENT}log       not all: {note}"


def _job_lines(job: Job) -> Iterator[str]:
    created = f", created {local_time(job.created_at)}" if job.created_at else ""
    progress = f" ({job.progress:.0f} %)" if job.progress is not None and not job.entry else ""
    yield f"{INDENT}job       {job.job_id}: {job.state}{progress}{created}"
    for hour in job.arrivals:
        yield f"{INDENT}{INDENT}reported in the hour of {local_time(hour)}"
    entry = job.entry
    if entry is None:
        return
    if entry.finished_at:
        yield f"{INDENT}{INDENT}finished {local_time(entry.finished_at)}"
    if entry.message and not entry.outputs:
        yield f"{INDENT}{INDENT}{entry.code}: {entry.message}"
    seconds = entry.media.duration_s if entry.media else None
    for output in entry.outputs:
        length = f" ({seconds:.1f} s)" if seconds else ""
        yield f"{INDENT}{INDENT}{output.stem:<10} {output.bucket}/{output.key}{length}"


def _in_spite_of(jobs: tuple[str, ...]) -> str:
    return f", in spite of {', '.join(jobs)}" if jobs else ""


def _told(reason: Reason) -> str:
    """Return a reason with its code, as `jobs` tells it."""
    return ": ".join(filter(None, (reason.code or reason.error, reason.message)))


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
