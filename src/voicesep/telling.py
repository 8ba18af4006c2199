"""A story as commands and the page tell it: what the index holds, what CI says, what the functions have logged."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from voice_separation.index.documents import Claim, Pending, Refused, Upload, Waiting
from voice_separation.index.entries import Entry
from voice_separation.jobs.detail import JobDetail
from voice_separation.story import Stories, Story
from voicesep.story_log import LogLine, StoryLog


class Job(BaseModel):
    """A job as CI tells it now, its entry, and in which hours it was reported."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    state: str
    progress: float | None
    created_at: datetime | None
    entry: Entry | None
    arrivals: tuple[datetime, ...]


class Told(BaseModel):
    """A story, to print; the oldest claim and the oldest job first."""

    model_config = ConfigDict(frozen=True)

    state: str
    upload: Upload | None
    claims: tuple[Claim, ...]
    waiting: Waiting | None
    refused: Refused | None
    pending: tuple[Pending, ...]
    jobs: tuple[Job, ...]
    log: tuple[LogLine, ...]
    log_notes: tuple[str, ...]


def tell(story: Story, stories: Stories, log: StoryLog) -> Told:
    """Return a story, with what the functions have logged of it."""
    known = {entry.job_id: entry for entry in story.entries}
    in_ci = {job.job_id: job for job in story.jobs}
    jobs = [_job(job_id, in_ci.get(job_id), known.get(job_id), stories) for job_id in {**in_ci, **known}]
    return Told(
        state=story.in_a_word,
        upload=story.upload,
        claims=story.claims,
        waiting=story.waiting,
        refused=story.refused,
        pending=tuple(note.pending for note in story.notes),
        jobs=tuple(sorted(jobs, key=lambda job: (job.created_at.timestamp() if job.created_at else 0.0, job.job_id))),
        log=log.lines,
        log_notes=log.notes,
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
