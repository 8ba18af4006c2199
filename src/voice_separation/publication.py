"""Publishing the index: segments and `index.json` from the log, each run adding what has arrived since the last."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from voice_separation.clock import Clock, Deadline
from voice_separation.concurrency import Map
from voice_separation.index import keys, views
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import HOUR, Index, Segment
from voice_separation.index.writer import IndexWriter
from voice_separation.pending_notes import EndedJob, PendingNotes
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.cos import ListedObject
from voice_separation.upload_state import weightier_entry

SECONDS_TO_WRITE = 3.0  # kept for writing what was gathered
MOST_AHEAD = timedelta(hours=1)  # between those who publish and rebuild: more than ever
REPORT_IS_OUT_BY = timedelta(hours=1)  # CI, which says when a job ended, and who filed it have clocks of their own
SOON = timedelta(days=2)  # within which a job that is reported twice is reported again
READ_TOGETHER = 16  # entries between two looks at the time that is left


@dataclass
class Shelf:
    """The segments as they are during one run; each is read at most once, and only its job_ids are kept.

    `arrived` are the jobs that came onto it in this run.
    """

    reader: IndexReader
    segments: dict[datetime, Segment]
    arrived: list[EndedJob] = field(default_factory=list)
    _job_ids: dict[datetime, frozenset[str]] = field(default_factory=dict)
    _contents: dict[datetime, str] = field(default_factory=dict)  # their digests, as read

    def entries(self, hour: datetime) -> dict[str, Entry]:
        """Return the entries that are filed under an hour, by job_id."""
        segment = self.segments.get(hour)
        content = self.reader.content(segment.key) if segment else None
        entries = {entry.job_id: entry for entry in views.read_segment(content)} if content else {}
        self._job_ids[hour] = frozenset(entries)
        self._contents[hour] = views.digest(content or b"")
        return entries

    def holds(self, segment: Segment) -> bool:
        """Tell whether the file of an hour is this very segment, whatever `index.json` says of it."""
        return self._contents.get(segment.hour) == segment.sha256

    def put(self, segment: Segment, entries: tuple[Entry, ...]) -> None:
        """Keep what has become of an hour."""
        self.segments[segment.hour] = segment
        self._job_ids[segment.hour] = frozenset(entry.job_id for entry in entries)

    def has_elsewhere(self, entry: Entry, hour: datetime) -> bool:
        """Tell whether a job is filed under another hour: it was reported again, or a rebuild filed it there.

        Looked at: the two days after the job ended, and the two days around this hour. A job reported outside both is
        counted twice until the next rebuild; that is rare, and looking everywhere would cost seconds. No job arrives
        before it has ended, so one that ended just now, as nearly every one did, is looked for in no earlier hour.
        """
        ended = entry.finished_at or entry.started_at or entry.created_at or hour - SOON
        first = views.hour_start(ended.astimezone(timezone.utc)) - REPORT_IS_OUT_BY
        since = (other for other in self.segments if other >= first and other != hour)
        near = [other for other in since if other <= first + SOON or abs(other - hour) <= SOON]
        return any(entry.job_id in self._job_ids_of(other) for other in near)

    def _job_ids_of(self, hour: datetime) -> frozenset[str]:
        if hour not in self._job_ids:
            self.entries(hour)
        return self._job_ids[hour]


@dataclass(frozen=True)
class Publication:
    """Publishes the index of one bucket. Safe to overlap: what one run leaves out, the next one finds.

    `notes` is None where senders are believed: there a note stays until CI was asked.
    """

    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    deadline: Deadline
    telemetry: Telemetry
    grace: timedelta
    notes: PendingNotes | None
    many: Map = map

    def publish(self) -> Index:
        """File what arrived since the last run, seal the hours whose grace is over, and write `index.json`.

        Then the notes of the jobs that have arrived are removed.
        """
        before = self.reader.read(keys.INDEX, Index)
        shelf = Shelf(self.reader, {segment.hour: segment for segment in before.segments} if before else {})
        newest = before.newest if before else ()
        complete_through = before.complete_through if before else None
        first_open = complete_through or self._first_hour()
        sealed_until = first_open
        for hour in self._open_hours(first_open):
            if not self._in_time():
                break
            entries, whole = self._file(hour, shelf)
            newest = views.newest([*newest, *entries])
            if whole and self._may_be_sealed(hour) and hour == sealed_until:
                sealed_until = hour + HOUR
        if sealed_until != first_open:
            complete_through = sealed_until
        index = views.index_of(
            shelf.segments.values(),
            newest,
            began_at=self._began_at(before, shelf),
            generated_at=self.clock.now(),
            complete_through=complete_through,
        )
        if self._write(index, before) and self.notes:
            self.notes.remove(shelf.arrived)
        return index

    def _began_at(self, before: Index | None, shelf: Shelf) -> datetime:
        """Return when the app began, as it was told before; else the hour of its first jobs, else now."""
        now = self.clock.now()
        began_at = before.began_at if before else None
        return min(began_at or min(shelf.segments, default=now), now)

    def _first_hour(self) -> datetime | None:
        """Return the first hour of the log, None where nothing was ever filed."""
        first = next(self.reader.list(keys.LOG), None)
        return keys.hour_of(first.key) if first else None

    def _open_hours(self, first: datetime | None) -> Iterator[datetime]:
        """Yield the hours that are not sealed, the oldest first, up to now."""
        hour = first
        while hour and hour <= self.clock.now():
            yield hour
            hour += HOUR

    def _file(self, hour: datetime, shelf: Shelf) -> tuple[tuple[Entry, ...], bool]:
        """Bring the segment of an hour up to date; return its entries, and whether it is whole."""
        known = shelf.entries(hour)
        news = [each for each in self.reader.list(keys.log_hour(hour)) if not _is_known(each, known)]
        whole = True
        for some in _slices(news):
            if not self._in_time():
                whole = False
                break
            for entry in self.many(self._take, some):
                whole = whole and entry is not None  # a copy that nobody can read keeps its hour open
                if entry and (job := EndedJob.of(entry)):
                    shelf.arrived.append(job)
                if entry and not shelf.has_elsewhere(entry, hour):
                    known[entry.job_id] = weightier_entry(known.get(entry.job_id), entry) or entry
        entries = tuple(known.values())
        if entries:
            self._put(hour, entries, shelf, sealed=whole and self._may_be_sealed(hour))
        return entries, whole

    def _take(self, copy: ListedObject) -> Entry | None:
        """Return an entry that was filed, and store it where its upload is looked up, before any view tells of it."""
        entry = self.reader.read(copy.key, Entry) or self.reader.read(keys.job(keys.job_id_in(copy.key)), Entry)
        if entry:
            self.writer.entry_of_upload(entry)
        return entry

    def _put(self, hour: datetime, entries: tuple[Entry, ...], shelf: Shelf, *, sealed: bool) -> None:
        content = views.segment_content(entries)
        segment = views.describe(hour, entries, content, sealed=sealed)
        if not shelf.holds(segment):
            self.writer.file(segment.key, content, views.GZIP)
        shelf.put(segment, entries)

    def _in_time(self) -> bool:
        return self.deadline.remaining() >= SECONDS_TO_WRITE

    def _may_be_sealed(self, hour: datetime) -> bool:
        return self.clock.now() >= hour + HOUR + self.grace

    def _write(self, index: Index, before: Index | None) -> bool:
        """Write `index.json` unless another run, or a rebuild, has written it meanwhile: the next run adds to that.

        Return whether it was written.
        """
        stored = self.reader.read(keys.INDEX, Index)
        now = self.clock.now()
        is_later = stored is not None and index.generated_at < stored.generated_at <= now + MOST_AHEAD
        if stored and (stored != before or is_later):
            return False
        self.writer.file(keys.INDEX, index.content())
        self.telemetry.info(Event.INDEX_PUBLISHED, jobs=index.jobs, segments=len(index.segments))
        return True


def _is_known(copy: ListedObject, known: Mapping[str, Entry]) -> bool:
    """Tell whether an hour's segment has an entry as it was filed; the ETag of what is put whole is its MD5."""
    entry = known.get(keys.job_id_in(copy.key))
    return entry is not None and copy.etag == hashlib.md5(entry.content(), usedforsecurity=False).hexdigest()


def _slices(copies: Sequence[ListedObject]) -> Iterator[Sequence[ListedObject]]:
    return (copies[begin : begin + READ_TOGETHER] for begin in range(0, len(copies), READ_TOGETHER))
