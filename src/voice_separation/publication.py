"""Publishing the index: segments and `index.json` from the log, each run adding what has arrived since the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from voice_separation.clock import Clock, Deadline
from voice_separation.index import keys, views
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import HOUR, Index, Segment
from voice_separation.index.writer import IndexWriter
from voice_separation.telemetry import Event, Telemetry

GZIP, JSON = "application/gzip", "application/json"
SECONDS_TO_WRITE = 3.0  # kept for writing what was gathered


@dataclass(frozen=True)
class Publication:
    """Publishes the index of one bucket. Safe to overlap: what one run leaves out, the next one finds."""

    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    deadline: Deadline
    telemetry: Telemetry
    grace: timedelta

    def publish(self) -> Index:
        """File what arrived since the last run, seal the hours whose grace is over, and write `index.json`."""
        before = self.reader.read(keys.INDEX, Index)
        segments = {segment.hour: segment for segment in before.segments} if before else {}
        fresh: list[Entry] = list(before.newest) if before else []
        complete_through = before.complete_through if before else None
        for hour in self._open_hours(complete_through):
            if self.deadline.remaining() < SECONDS_TO_WRITE:
                break
            segment, entries, whole = self._file(hour, segments)
            fresh.extend(entries)
            if segment:
                segments[hour] = segment
            if whole and self._may_be_sealed(hour) and complete_through in (None, hour):
                complete_through = hour + HOUR
        index = views.index_of(
            segments.values(),
            views.newest(fresh),
            generated_at=self.clock.now(),
            complete_through=complete_through,
        )
        self._write(index)
        return index

    def _open_hours(self, complete_through: datetime | None) -> Iterator[datetime]:
        """Yield the hours that are not sealed, the oldest first, up to now."""
        if complete_through is None:
            first = next(iter(self.reader.list(keys.LOG)), None)
            if first is None:
                return
            complete_through = keys.hour_of(first.key)
        hour = complete_through
        while hour <= self.clock.now():
            yield hour
            hour += HOUR

    def _file(
        self, hour: datetime, segments: dict[datetime, Segment]
    ) -> tuple[Segment | None, tuple[Entry, ...], bool]:
        """Bring the segment of an hour up to date; return it, its entries, and whether it is whole."""
        known = {entry.job_id: entry for entry in self._entries_of(segments.get(hour))}
        missing = [each for each in self.reader.list(keys.log_hour(hour)) if keys.job_id_in(each.key) not in known]
        whole = True
        for listed in missing:
            if self.deadline.remaining() < SECONDS_TO_WRITE:
                whole = False
                break
            entry = self.reader.read(listed.key, Entry)
            if entry and not self._is_filed_earlier(entry, hour, segments):
                known[entry.job_id] = entry
        entries = tuple(sorted(known.values(), key=lambda entry: entry.job_id))
        if not entries:
            return None, (), whole
        content = views.segment_content(entries)
        segment = views.describe(hour, entries, content, sealed=whole and self._may_be_sealed(hour))
        before = segments.get(hour)
        if before is None or before.sha256 != segment.sha256:
            self.writer.file(segment.key, content, GZIP)
        return segment, entries, whole

    def _entries_of(self, segment: Segment | None) -> tuple[Entry, ...]:
        content = self.reader.content(segment.key) if segment else None
        return views.read_segment(content) if content else ()

    def _is_filed_earlier(self, entry: Entry, hour: datetime, segments: dict[datetime, Segment]) -> bool:
        """Tell whether a job that was reported again is in the segment of an earlier hour already."""
        if entry.finished_at is None:
            return False
        earlier = views.hour_start(entry.finished_at.astimezone(hour.tzinfo))
        while earlier < hour:
            if any(each.job_id == entry.job_id for each in self._entries_of(segments.get(earlier))):
                return True
            earlier += HOUR
        return False

    def _may_be_sealed(self, hour: datetime) -> bool:
        return self.clock.now() >= hour + HOUR + self.grace

    def _write(self, index: Index) -> None:
        stored = self.reader.read(keys.INDEX, Index)
        if stored and stored.generated_at > index.generated_at:
            return
        self.writer.file(keys.INDEX, index.content(), JSON)
        self.telemetry.info(Event.INDEX_PUBLISHED, jobs=index.jobs, segments=len(index.segments))
