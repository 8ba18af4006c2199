"""A bucket after a backfill of which a thousand failed: more jobs than index.json has, and notes not yet removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path

from tests.voicesep.site import BUCKET, REGION, Site, founding
from voice_separation import uploads
from voice_separation.bucket import Bucket
from voice_separation.index import keys, views
from voice_separation.index.documents import Pending, Upload
from voice_separation.index.entries import Entry, EntryInput, EntryMedia
from voice_separation.index.views import HOUR
from voicesep.app import App, open_app
from voicesep.local import INDEX
from voicesep.where import Where

FAILED, SUCCEEDED, NOTED = 1_000, 2, 250
TALK = "incoming/talk-over-music.mp3"  # one of the two that have stems, hours before the others
MEDIA = EntryMedia(
    format="mp3", duration_s=8.2, bitrate_kbps=128.0, sample_rate_hz=44100, channels=2, size_bytes=131_072
)


@dataclass(frozen=True)
class Crowd:
    """The app, where it lies, and the entry of every job, the newest first."""

    app: App
    site: Site
    entries: tuple[Entry, ...]

    @property
    def talk(self) -> Entry:
        """A job of hours before the others, which is not among the newest of `index.json`."""
        return next(entry for entry in self.entries if entry.input.key == TALK)


@contextmanager
def crowd(folder: Path) -> Iterator[Crowd]:
    """Store entries, segments, `index.json`, and notes of jobs that have ended; nothing runs, nothing repairs."""
    with contextmanager(founding)(folder) as found:
        site = found(deployed=False)
        entries = _fill(site)
        with open_app(Where(live=True, env_file=site.env_file)) as app:
            yield Crowd(app, site, entries)


def _fill(site: Site) -> tuple[Entry, ...]:
    def put(name: str, content: bytes) -> None:
        site.cloud.cos.put(BUCKET, INDEX + name, content)

    now = datetime.now(timezone.utc)
    entries = tuple(sorted(_entries(now), key=lambda entry: entry.finished_at or now, reverse=True))
    for entry in entries:
        put(keys.job(entry.job_id), entry.content())
    for note in _notes(entries):
        put(keys.pending(note.upload.upload_id, note.submitted_at), note.content())
    segments = []
    for hour, some in groupby(entries, key=lambda entry: views.hour_start(entry.finished_at or now)):
        filed = tuple(some)
        content = views.segment_content(filed)
        put(keys.segment(hour), content)
        segments.append(views.describe(hour, filed, content, sealed=hour + HOUR < now))
    index = views.index_of(segments, views.newest(entries), began_at=now, generated_at=now, complete_through=None)
    put(keys.INDEX, index.content())
    return entries


def _entries(now: datetime) -> Iterator[Entry]:
    for n in range(FAILED):
        yield _entry(f"archive/{n + 1}.mp3", now - timedelta(seconds=20 + 5 * n), failed=True)
    for n, key in enumerate((TALK, "incoming/voice.mp3")):
        yield _entry(key, now - timedelta(hours=30 + n), failed=False)


def _entry(key: str, ended: datetime, *, failed: bool) -> Entry:
    upload = uploads.Upload(Bucket(BUCKET, REGION), key, '"0"', 20)
    return Entry(
        job_id=f"j{upload.id}",
        state="Failed" if failed else "Success",
        code="ResourceNotSupported" if failed else "Success",
        message=f"{key!r} is no audio or video that can be decoded. Convert it first." if failed else None,
        upload_id=upload.id,
        input=EntryInput(bucket=BUCKET, region=REGION, key=key),
        outputs=(),
        created_at=ended - timedelta(seconds=4),
        started_at=ended - timedelta(seconds=3),
        finished_at=ended,
        media=None if failed else MEDIA,
        template=None,
        queue_id=None,
        user_data=None,
        workflow=None,
    )


def _notes(entries: tuple[Entry, ...]) -> Iterator[Pending]:
    """Yield notes of every fourth of the failed, most of which are not among the newest."""
    for entry in [entry for entry in entries if entry.state == "Failed"][:: FAILED // NOTED]:
        upload = Upload.of(uploads.Upload(Bucket(BUCKET, REGION), entry.input.key or "", '"0"', 20))
        yield Pending(job_id=entry.job_id, submitted_at=entry.created_at or datetime.now(timezone.utc), upload=upload)
