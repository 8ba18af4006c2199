"""The views of the index: segments (an hour's entries in one file) and `index.json`. Each can be rebuilt from `jobs/`.

A segment is NDJSON, gzipped, sorted by job; the same entries always make the same bytes. `index.json` has the
counts, the newest entries and the list of segments, and is bounded but for that list.
"""

import gzip
import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from voice_separation.index import keys
from voice_separation.index.canonical import Document, Moment
from voice_separation.index.entries import Entry

GZIP = "application/gzip"
NEWEST = 200
HOUR = timedelta(hours=1)


class Segment(Document):
    """What `index.json` says of a segment; `sealed` when nothing will be added to it any more."""

    key: str
    hour: Moment
    jobs: int
    counts: dict[str, int]
    sha256: str
    sealed: bool


class Index(Document):
    """`index.json`: how many jobs are in which state, the newest of them, and where the rest is.

    `began_at` is when the app began, None in an index that was published before it told so.
    """

    schema_: Literal["voice-separation/index/1"] = Field("voice-separation/index/1", alias="schema")
    began_at: Moment | None = None
    generated_at: Moment
    complete_through: Moment | None
    jobs: int
    counts: dict[str, int]
    newest: tuple[Entry, ...]
    segments: tuple[Segment, ...]


def segment_content(entries: Iterable[Entry]) -> bytes:
    """Return the bytes of a segment."""
    lines = b"".join(entry.content() for entry in sorted(entries, key=lambda entry: entry.job_id))
    return gzip.compress(lines, mtime=0)


def read_segment(content: bytes) -> tuple[Entry, ...]:
    """Return the entries of a segment."""
    try:
        return tuple(Entry.model_validate_json(line) for line in gzip.decompress(content).splitlines())
    except (OSError, EOFError, zlib.error, ValueError):  # damaged: it is made anew from the log
        return ()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a segment's bytes."""
    return hashlib.sha256(content).hexdigest()


def describe(hour: datetime, entries: tuple[Entry, ...], content: bytes, *, sealed: bool) -> Segment:
    """Return what `index.json` says of a segment."""
    return Segment(
        key=keys.segment(hour),
        hour=hour,
        jobs=len(entries),
        counts=dict(Counter(entry.state for entry in entries)),
        sha256=digest(content),
        sealed=sealed,
    )


def newest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the newest entries, each job once, the newest first."""
    each = {entry.job_id: entry for entry in entries}
    return tuple(sorted(each.values(), key=_age, reverse=True)[:NEWEST])


def _age(entry: Entry) -> tuple[float, str]:
    at = entry.finished_at or entry.created_at
    return (at.timestamp() if at else 0.0, entry.job_id)


def index_of(
    segments: Iterable[Segment],
    newest_entries: tuple[Entry, ...],
    *,
    began_at: datetime,
    generated_at: datetime,
    complete_through: datetime | None,
) -> Index:
    """Return `index.json` for these segments."""
    ordered = tuple(sorted(segments, key=lambda segment: segment.hour))
    counts: Counter[str] = Counter()
    for segment in ordered:
        counts.update(segment.counts)
    return Index(
        began_at=began_at,
        generated_at=generated_at,
        complete_through=complete_through,
        jobs=sum(segment.jobs for segment in ordered),
        counts=dict(counts),
        newest=newest_entries,
        segments=ordered,
    )


def hour_start(moment: datetime) -> datetime:
    """Return the beginning of the hour that a moment is in."""
    return moment.replace(minute=0, second=0, microsecond=0)
