"""What the functions have logged of one upload: from the file that `voicesep local` keeps, or from CLS."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from voice_separation.errors import VoiceSeparationError
from voice_separation.story import Story
from voicesep.app import App
from voicesep.cloud import Cloud, connect
from voicesep.deployment import Deployment, read_deployment
from voicesep.function_logs import Wanted, function_log
from voicesep.project import find_project
from voicesep.where import Where

BEFORE = timedelta(minutes=1)  # clocks differ
AFTER = timedelta(minutes=20)  # PENDING_GRACE_SECONDS, then the timer: so late reconcile stores what nobody reported
MOST = 1000  # lines of one search; a busy function prints more in that time


class LogLine(BaseModel):
    """What a function has logged."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    function: str
    request_id: str
    line: str


@dataclass(frozen=True)
class StoryLog:
    """The lines that mention an upload or one of its jobs, oldest first; `notes` say what could not be searched."""

    lines: tuple[LogLine, ...] = ()
    notes: tuple[str, ...] = ()


def kept_log(log: Path | None, story: Story) -> StoryLog:
    """Search the file of the local functions' lines, and the one before; None has none."""
    named = _names(story)
    paths = (log.with_name(f"{log.name}.1"), log) if log else ()
    return StoryLog(tuple(line for path in paths if path.is_file() for line in _lines_of(path, named)))


def deployed_log(where: Where, app: App, story: Story) -> StoryLog:
    """Search CLS around the story's own times; whatever forbids that is a note, and never an error."""
    try:
        deployment = read_deployment(find_project(), where.settings_file)
    except click.ClickException as error:
        return StoryLog(notes=(error.format_message(),))
    cloud = connect(deployment, app.call.session.credentials)
    named, searches = _names(story), tuple(_searches(story))
    each = list(
        app.call.many(lambda spec: _log_of(deployment, cloud, spec.key, searches), deployment.project.functions)
    )
    lines = {line for log in each for line in log.lines if any(name in line.line for name in named)}
    notes = dict.fromkeys(note for log in each for note in log.notes)
    return StoryLog(tuple(sorted(lines, key=lambda line: (line.at, line.function, line.line))), tuple(notes))


def _log_of(deployment: Deployment, cloud: Cloud, key: str, searches: tuple[Wanted, ...]) -> StoryLog:
    lines: list[LogLine] = []
    notes: list[str] = []
    try:
        log = function_log(deployment, cloud, key)
        for wanted in searches:
            found = log.lines(wanted)
            lines += [
                LogLine(at=row.at, function=row.function, request_id=row.request_id, line=row.text) for row in found
            ]
            if len(found) == wanted.most:
                until = wanted.until.isoformat(timespec="seconds")
                notes.append(f"of {log.name} only the newest {wanted.most} lines before {until} were searched")
    except VoiceSeparationError as error:
        notes.append(str(error))
    return StoryLog(tuple(lines), tuple(notes))


def _searches(story: Story) -> Iterator[Wanted]:
    """Yield where to search: by request what claimed the upload, by time what may have stored how it ended."""
    for claim in story.claims:
        since, until = claim.claimed_at - BEFORE, claim.lease_until + AFTER
        yield Wanted(since, until, MOST, claim.request_id)
    ends = [entry.finished_at for entry in story.entries] + [job.end_time for job in story.jobs]
    refused = story.refused.refused_at if story.refused else None
    for end in dict.fromkeys(end for end in (*ends, refused) if end):
        yield Wanted(end - BEFORE, end + AFTER, MOST)


def _names(story: Story) -> frozenset[str]:
    """Return what a line about the upload mentions."""
    jobs = {job.job_id for job in story.jobs} | {entry.job_id for entry in story.entries}
    return frozenset(jobs | ({story.upload.upload_id} if story.upload else set()))


def _lines_of(path: Path, named: frozenset[str]) -> Iterator[LogLine]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if any(name in line for name in named):
                yield LogLine.model_validate_json(line)
