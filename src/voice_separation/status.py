"""The state of many uploads, from the index: what is open, and what became of all others, the newest first.

Read as it is printed. Memory: one segment (an hour) at a time, and the ended jobs whose notes are still there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fnmatch import fnmatchcase
from heapq import merge
from itertools import islice

from pydantic import BaseModel, ConfigDict

from voice_separation.concurrency import Map
from voice_separation.index import keys, views
from voice_separation.index.canonical import Moment
from voice_separation.index.documents import Pending, Refused, Waiting
from voice_separation.index.entries import Entry, EntryOutput
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import HOUR, Index
from voice_separation.jobs.states import JobState
from voice_separation.tencent.cos import ListedObject

READ_TOGETHER = 64


class State(str, Enum):
    """How far an upload is: CI's words where its job has ended, the folder of the index where it is open."""

    PENDING = "Pending"
    WAITING = "Waiting"
    SUCCESS = JobState.SUCCESS.value
    FAILED = JobState.FAILED.value
    CANCEL = JobState.CANCEL.value
    REFUSED = "Refused"


class Row(BaseModel):
    """One upload, or one of several jobs of an upload; `at` is when it came into its state."""

    model_config = ConfigDict(frozen=True)

    state: str
    key: str | None
    at: Moment | None
    upload_id: str | None
    job_id: str | None
    reason: str | None
    duration_s: float | None = None
    outputs: tuple[EntryOutput, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which rows: of a state, since a time, of keys that match a pattern (`*` and `?`)."""

    state: State | None = None
    since: datetime | None = None
    key: str | None = None

    def admits(self, row: Row) -> bool:
        """Tell whether a row is wanted; one of which CI says no time came at any time."""
        return (
            (self.state is None or row.state == self.state.value)
            and (self.since is None or row.at is None or row.at >= self.since)
            and (self.key is None or fnmatchcase(row.key or "", self.key))
        )

    def any_of(self, *states: State) -> bool:
        """Tell whether rows of one of these states can be wanted."""
        return self.state is None or self.state in states


@dataclass(frozen=True)
class Status:
    """Reads the index of one bucket; `unreadable` hears the key of a segment that is missing or damaged."""

    reader: IndexReader
    many: Map = map
    unreadable: Callable[[str], None] = lambda _key: None

    def index(self) -> Index | None:
        """Return `index.json`, None when nothing was published yet."""
        return self.reader.read(keys.INDEX, Index)

    def open_counts(self) -> Counter[State]:
        """Count what is open, without reading it."""
        folders = {State.PENDING: keys.PENDING, State.WAITING: keys.WAITING, State.REFUSED: keys.REFUSED}
        return Counter({state: sum(1 for _ in self.reader.list(folder)) for state, folder in folders.items()})

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """Yield what is wanted: pending, waiting, then what has ended hour by hour, the newest first, then refused.

        `index.json` is read after the notes, for a note is removed when the index tells of its job.
        """
        noted: set[str | None] = set()
        ended: list[Row] = []  # since the index was published
        if wanted.any_of(State.PENDING, State.SUCCESS, State.FAILED, State.CANCEL):
            for row in self.noted():
                noted.add(row.job_id)
                if row.state != State.PENDING.value:
                    ended.append(row)
                elif wanted.admits(row):
                    yield row
        if wanted.any_of(State.WAITING):
            yield from filter(wanted.admits, self._waiting())
        if wanted.any_of(State.SUCCESS, State.FAILED, State.CANCEL):
            index = self.index()
            published = self._ended(index, wanted.since) if index else ()
            others = (row for row in published if row.job_id not in noted)
            newest = sorted(ended, key=_age, reverse=True)
            yield from filter(wanted.admits, merge(newest, others, key=_age, reverse=True))
        if wanted.any_of(State.REFUSED):
            yield from filter(wanted.admits, self._refused())

    def noted(self) -> Iterator[Row]:
        """Yield the noted jobs; one whose entry is there has ended, only nobody has removed its note yet."""
        for some in self._slices(keys.PENDING):
            notes = [note for note in self.many(lambda each: self.reader.read(each.key, Pending), some) if note]
            entries = self.many(lambda note: self.reader.read(keys.job(note.job_id), Entry), notes)
            for note, entry in zip(notes, entries, strict=True):
                yield (
                    row_of(entry)
                    if entry
                    else Row(
                        state=State.PENDING.value,
                        key=note.upload.key,
                        at=note.submitted_at,
                        upload_id=note.upload.upload_id,
                        job_id=note.job_id,
                        reason=None,
                    )
                )

    def _waiting(self) -> Iterator[Row]:
        for some in self._slices(keys.WAITING):
            for waiting in self.many(lambda each: self.reader.read(each.key, Waiting), some):
                if waiting:
                    yield _open_row(State.WAITING, waiting, waiting.waiting_since)

    def _refused(self) -> Iterator[Row]:
        for some in self._slices(keys.REFUSED):
            for refused in self.many(lambda each: self.reader.read(each.key, Refused), some):
                if refused:
                    yield _open_row(State.REFUSED, refused, refused.refused_at)

    def _ended(self, index: Index, since: datetime | None) -> Iterator[Row]:
        """Yield the entries of the segments; a job arrives after it has ended, so earlier hours have nothing since."""
        for segment in reversed(index.segments):
            if since and segment.hour + HOUR <= since:
                return
            content = self.reader.content(segment.key)
            entries = views.read_segment(content) if content else ()
            if not entries:
                self.unreadable(segment.key)
            yield from sorted(map(row_of, entries), key=_age, reverse=True)

    def _slices(self, folder: str) -> Iterator[Sequence[ListedObject]]:
        listed = self.reader.list(folder)
        while some := list(islice(listed, READ_TOGETHER)):
            yield some


def row_of(entry: Entry) -> Row:
    """Return the row of a job that has ended."""
    failed = entry.state != JobState.SUCCESS.value
    return Row(
        state=entry.state,
        key=entry.input.key,
        at=entry.finished_at or entry.created_at,
        upload_id=entry.upload_id,
        job_id=entry.job_id,
        reason=": ".join(filter(None, (entry.code, entry.message))) if failed else None,
        duration_s=entry.media.duration_s if entry.media else None,
        outputs=entry.outputs,
    )


def _open_row(state: State, document: Waiting | Refused, at: datetime) -> Row:
    reason = document.reason
    return Row(
        state=state.value,
        key=document.upload.key,
        at=at,
        upload_id=document.upload.upload_id,
        job_id=None,
        reason=": ".join(filter(None, (reason.code or reason.error, reason.message))),
    )


def _age(row: Row) -> tuple[float, str]:
    return (row.at.timestamp() if row.at else 0.0, row.job_id or "")
