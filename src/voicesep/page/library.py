"""What the page asks of an app: documents of its index, open uploads, an upload's story, a job's files."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pydantic import BaseModel, ConfigDict

from voice_separation.bucket import Bucket
from voice_separation.index import keys
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.status import Row, State, Status, Wanted
from voicesep.app import App
from voicesep.story_log import kept_log
from voicesep.telling import Told, tell

SHOWN = 200  # rows of each kind of open upload
LOOKED_INTO = 1_000  # notes of pending jobs; more would keep the page waiting for seconds


class OpenUploads(BaseModel):
    """The uploads that the index has no finished job for: how many in each state, and rows of some of them.

    A row may be in a job's last state already: it has ended, and nobody has removed its note yet. Such jobs are in no
    count here. `unread` of the pending ones were noted and not looked into: they may have ended, too.
    """

    model_config = ConfigDict(frozen=True)

    counts: dict[State, int]
    unread: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class JobFile:
    """One object of a job: its input, or one of its outputs."""

    bucket: Bucket
    key: str

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rstrip("/").rpartition("/")[2] or "recording"


@dataclass(frozen=True)
class Library:
    """The index of an app. Every method raises the refusals of COS and CI."""

    app: App

    def content(self, key: str) -> bytes | None:
        """Return a document of the index as it is stored, None when there is none."""
        return self._reader.content(key)

    def open_uploads(self) -> OpenUploads:
        """Return what waits, runs, or was refused."""
        status = Status(self._reader, self.app.call.many)
        noted = tuple(islice(status.noted(), LOOKED_INTO))
        pending = [row for row in noted if row.state == State.PENDING.value]
        ended = [row for row in noted if row.state != State.PENDING.value]
        waiting, refused = (
            tuple(islice(status.rows(Wanted(state)), SHOWN)) for state in (State.WAITING, State.REFUSED)
        )
        listed = status.open_counts()
        unread = max(0, listed[State.PENDING] - len(noted)) if len(noted) == LOOKED_INTO else 0
        counts = {
            State.PENDING: len(pending) + unread,
            State.WAITING: listed[State.WAITING],
            State.REFUSED: listed[State.REFUSED],
        }
        rows = (*_newest(pending), *_newest(ended), *waiting, *refused)
        return OpenUploads(counts=counts, unread=unread, rows=rows)

    def story(self, named: str) -> Told:
        """Return all that is known of an upload, named by its upload_id or the id of a job. Raises NothingKnown."""
        stories = self.app.stories
        story = stories.find(named)
        return tell(story, stories, kept_log(self.app.log, story))

    def file(self, job_id: str, part: str) -> JobFile | None:
        """Return an object that the entry of a job names: `input`, or an output by its number from 0."""
        entry = self._reader.read(keys.job(job_id), Entry)
        if entry is None:
            return None
        if part == "input":
            place = entry.input
            return JobFile(Bucket(place.bucket, place.region), place.key) if place.key else None
        if int(part) >= len(entry.outputs):
            return None
        output = entry.outputs[int(part)]
        bucket = Bucket(output.bucket or entry.input.bucket, output.region or entry.input.region)
        return JobFile(bucket, output.key)

    @property
    def _reader(self) -> IndexReader:
        return self.app.call.reader(self.app.bucket)


def _newest(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.at.timestamp() if row.at else 0.0, reverse=True)[:SHOWN]
