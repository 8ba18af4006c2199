"""What the page asks of an app: documents of its index, open uploads, an upload's story, a job's files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from pydantic import BaseModel, ConfigDict

from voice_separation.bucket import Bucket
from voice_separation.index import keys
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.status import Row, State, Status, Wanted
from voicesep.app import App
from voicesep.show import Told, tell

SHOWN = 200  # of each kind of open upload
_OPEN = (State.PENDING, State.WAITING, State.REFUSED)
_NEXT = (State.WAITING.value, State.REFUSED.value)  # come after the pending ones


class OpenUploads(BaseModel):
    """The uploads that the index has no finished job for: how many in each state, and rows of the first of them.

    A row may be in a job's last state already: it has ended, and the index does not have it yet.
    """

    model_config = ConfigDict(frozen=True)

    counts: dict[State, int]
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
        rows = {state: tuple(islice(_rows(status, state), SHOWN)) for state in _OPEN}
        counts = {state: sum(row.state == state.value for row in rows[state]) for state in _OPEN}
        if any(len(some) == SHOWN for some in rows.values()):
            listed = status.open_counts()
            counts = {state: listed[state] if len(rows[state]) == SHOWN else counts[state] for state in _OPEN}
        return OpenUploads(counts=counts, rows=tuple(row for some in rows.values() for row in some))

    def story(self, named: str) -> Told:
        """Return all that is known of an upload, named by its upload_id or the id of a job. Raises NothingKnown."""
        stories = self.app.stories
        return tell(stories.find(named), stories, self.app)

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


def _rows(status: Status, state: State) -> Iterator[Row]:
    """Yield the rows of an open state, and with the pending ones those that have just ended."""
    if state is not State.PENDING:
        return status.rows(Wanted(state), None)
    return takewhile(lambda row: row.state not in _NEXT, status.rows(Wanted(), None))
