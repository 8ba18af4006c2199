"""The notes in `pending/` of jobs that have ended: once the index tells of a job, its note has served.

Publication removes those of the jobs that it has just published. What is missed here is removed by reconcile, which
asks CI for every noted job that is older than PENDING_GRACE_SECONDS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voice_separation.clock import Deadline, around
from voice_separation.concurrency import Map
from voice_separation.errors import Retryable
from voice_separation.index import keys
from voice_separation.index.documents import Pending
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter

REMOVED_TOGETHER = 16  # notes between two looks at the time that is left
SECONDS_TO_REMOVE = 2.0


@dataclass(frozen=True)
class EndedJob:
    """A job that has ended, and what its note is found by."""

    job_id: str
    upload_id: str
    created_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "EndedJob | None":
        """Return the job of an entry; None where it was never noted, or CI does not say when it was created."""
        if entry.upload_id is None or entry.created_at is None:
            return None
        return cls(entry.job_id, entry.upload_id, entry.created_at)

    @property
    def places(self) -> tuple[str, ...]:
        """The keys that its note may have, the likeliest first."""
        return tuple(dict.fromkeys(keys.pending(self.upload_id, moment) for moment in around(self.created_at)))


@dataclass(frozen=True)
class PendingNotes:
    """Removes notes that have served."""

    reader: IndexReader
    writer: IndexWriter
    deadline: Deadline
    many: Map = map

    def remove(self, jobs: Sequence[EndedJob]) -> None:
        """Remove the notes of these jobs, as many as there is time for; that of another job of an upload stays."""
        for begin in range(0, len(jobs), REMOVED_TOGETHER):
            if self.deadline.remaining() < SECONDS_TO_REMOVE:
                return
            list(self.many(self._remove, jobs[begin : begin + REMOVED_TOGETHER]))

    def _remove(self, job: EndedJob) -> None:
        """Remove the note of a job. The DELETE is not repeated: by then the key may hold a retry's note."""
        try:
            for key in job.places:
                note = self.reader.read(key, Pending)
                if note and note.job_id == job.job_id:
                    self.writer.release(key)
                    return
        except Retryable:
            return
