"""Rebuilding the index: `uploads/`, every segment and `index.json` from the entries in `jobs/` alone.

Only the entries are believed. `index.json` is believed about one thing, when the app began, which no entry tells. Each
entry is filed under the hour in which COS stored it, which is the hour of its arrival unless it was reported again
later. What is written is decided by `jobs/`, so a rebuild may be killed and repeated; `index.json` is written when all
it names is there, and what is no longer true goes last.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import chain

from voice_separation.clock import Clock
from voice_separation.concurrency import Map, in_threads
from voice_separation.errors import NothingToRebuild
from voice_separation.index import keys, views
from voice_separation.index.entries import Entry
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import Index, Segment
from voice_separation.index.writer import IndexWriter

OnProgress = Callable[[int], None]
"""Hears how many more jobs were filed."""


@dataclass(frozen=True)
class Plan:
    """The keys of the entries of each hour (UTC); `at` is when they were listed."""

    at: datetime
    hours: Mapping[datetime, tuple[str, ...]]

    @property
    def jobs(self) -> int:
        """How many jobs there are."""
        return sum(len(listed) for listed in self.hours.values())


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild made; `unreadable` are the keys of what lies in `jobs/` and is no entry."""

    index: Index
    removed: int
    unreadable: tuple[str, ...]


@dataclass(frozen=True)
class Rebuilding:
    """Rebuilds the index of one bucket. Memory: about 300 bytes for every job, and the entries of one hour."""

    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    grace: timedelta
    many: Map = field(default_factory=lambda: in_threads(4))

    def plan(self) -> Plan:
        """List what there is; this reads no entry and writes nothing.

        Raises NothingToRebuild, TencentRefusal.
        """
        at = self.clock.now()
        hours: defaultdict[datetime, list[str]] = defaultdict(list)
        for listed in self.reader.list(keys.JOBS):
            hours[views.hour_start(listed.last_modified)].append(listed.key)
        if not hours:
            place = f"{self.reader.prefix}{keys.JOBS} of {self.reader.bucket.name}"
            raise NothingToRebuild(f"there is no entry in {place}; check bucket, region and prefix")
        return Plan(at, {hour: tuple(sorted(hours[hour])) for hour in sorted(hours)})

    def run(self, plan: Plan, on_progress: OnProgress = lambda _jobs: None) -> Rebuilt:
        """Write every segment of the plan, then `index.json`, then remove segments that are no longer named.

        Raises TencentRefusal; then `index.json` is as it was, and the whole is to be repeated.
        """
        sealed_before = self._sealed_before(plan)
        named: set[str] = set()
        segments: list[Segment] = []
        began_at = plan.at
        newest: tuple[Entry, ...] = ()
        unreadable: list[str] = []
        for hour, listed in plan.hours.items():
            entries, broken = self._read(listed)
            unreadable.extend(broken)
            if entries:
                named.update(self.many(self._store_by_upload, (entry for entry in entries if entry.upload_id)))
                segments.append(self._file(hour, entries, sealed=hour < sealed_before))
                newest = views.newest([*newest, *entries])
                began_at = min(began_at, *(_known_since(entry, hour) for entry in entries))
            on_progress(len(listed))
        index = views.index_of(
            segments,
            newest,
            began_at=self._published_began_at() or began_at,
            generated_at=self.clock.now(),
            complete_through=sealed_before,
        )
        self.writer.file(keys.INDEX, index.content())
        named.update(segment.key for segment in segments)
        return Rebuilt(index, self._remove_all_but(named), tuple(unreadable))

    def _sealed_before(self, plan: Plan) -> datetime:
        """Return the hour before which nothing more arrives; from there on publication goes on from the log."""
        return views.hour_start(plan.at - self.grace)

    def _published_began_at(self) -> datetime | None:
        index = self.reader.read(keys.INDEX, Index)
        return index.began_at if index else None

    def _read(self, listed: tuple[str, ...]) -> tuple[tuple[Entry, ...], list[str]]:
        """Return the entries under these keys, and the keys under which something else is.

        A job that was deleted meanwhile is neither.
        """
        found = dict(zip(listed, self.many(self._entry, listed), strict=True))
        broken = [key for key, entry in found.items() if entry is None and self.reader.exists(key)]
        return tuple(entry for entry in found.values() if entry), broken

    def _entry(self, key: str) -> Entry | None:
        entry = self.reader.read(key, Entry)
        return entry if entry and keys.job(entry.job_id) == key else None

    def _file(self, hour: datetime, entries: tuple[Entry, ...], *, sealed: bool) -> Segment:
        content = views.segment_content(entries)
        segment = views.describe(hour, entries, content, sealed=sealed)
        self.writer.file(segment.key, content, views.GZIP)
        return segment

    def _store_by_upload(self, entry: Entry) -> str:
        self.writer.entry_of_upload(entry)
        return keys.upload(entry.upload_id or "", entry.state)

    def _remove_all_but(self, named: set[str]) -> int:
        """Remove what no entry in `jobs/` speaks for any more, for whoever reads it would believe it."""
        views_there = chain(self.reader.list(keys.SEGMENTS), self.reader.list(keys.UPLOADS))
        others = [listed.key for listed in views_there if listed.key not in named]
        for key in others:
            self.writer.remove(key)
        return len(others)


def _known_since(entry: Entry, hour: datetime) -> datetime:
    """Return since when the app has known of a job: it submitted it, or was told of another's in that hour."""
    return entry.created_at.astimezone(timezone.utc) if entry.upload_id and entry.created_at else hour
