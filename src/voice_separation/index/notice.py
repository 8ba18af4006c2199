"""The notice: a job has ended, and its receiver is still to be told."""

from typing import Literal

from pydantic import Field

from voice_separation.index.canonical import Document, Moment
from voice_separation.jobs.ticket import JobId


class Notice(Document):
    """The receiver is told from `next_attempt_at` on.

    `attempts` are those of the timer that have failed, `failure` is how the last of them did.
    """

    schema_: Literal["voice-separation/notice/1"] = Field("voice-separation/notice/1", alias="schema")
    job_id: JobId
    state: str
    noted_at: Moment
    attempts: int = 0
    next_attempt_at: Moment
    failure: str | None = None
