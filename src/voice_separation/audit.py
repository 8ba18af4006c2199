"""Use case of door 3, daily: uploads that nobody has claimed, and claims that nobody has kept, go to the waiting room.

The first are uploads whose event was lost; the second are of invocations that died, and whose retries died too.
Nothing is submitted here: the waiting room does that, at its own pace and after looking for a job in CI.
What lay in the bucket before the app began had no event to lose: it is counted, and left to `voicesep backfill`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from voice_separation.bucket import Bucket
from voice_separation.claims import LEASE
from voice_separation.clock import Clock, Deadline
from voice_separation.index import documents, keys
from voice_separation.index.reader import IndexReader
from voice_separation.index.views import Index, read_segment
from voice_separation.index.writer import IndexWriter
from voice_separation.inventory import Lying, uploads_in
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.cos import Cos
from voice_separation.upload_ids import UploadIds
from voice_separation.uploads import Upload

EVENT_MAY_COME = timedelta(minutes=15)  # younger objects may still be claimed by their event
BEGINNING = timedelta(minutes=15)  # from the first event to the first index; the clocks of COS and SCF differ, too
LOOK_BACK = timedelta(days=3)  # claims older than this were looked at by earlier audits
SECONDS_TO_END = 2.0
NONE = (0, datetime.min.replace(tzinfo=timezone.utc))
NEVER = datetime.max.replace(tzinfo=timezone.utc)

Wait = Callable[[Upload, str, str, int], None]
"""Puts an upload into the waiting room: why, in a word and in words, and after how many attempts."""


@dataclass(frozen=True)
class Audited:
    """What an audit found; `complete` is False when its time did not suffice.

    `earlier` are left alone: nobody has claimed them either, but they lay there before the app began.
    """

    unclaimed: int = 0
    dead: int = 0
    earlier: int = 0
    complete: bool = False

    def report(self) -> dict[str, Any]:
        """Return the counts, for the log and the result."""
        return {"unclaimed": self.unclaimed, "dead": self.dead, "earlier": self.earlier, "complete": self.complete}


@dataclass(frozen=True)
class Audit:
    """Compares what is in the bucket with what is in the index."""

    settings: Settings
    bucket: Bucket
    cos: Cos
    reader: IndexReader
    writer: IndexWriter
    clock: Clock
    deadline: Deadline
    telemetry: Telemetry

    def run(self) -> Audited:
        """Find lost uploads and dead claims and put each into the waiting room, where none waits already."""
        done = self._compare(self._wait)
        self.telemetry.info(Event.AUDITED, **done.report())
        return done

    def plan(self) -> Audited:
        """Return what a run would find; this only reads."""
        return self._compare(lambda *_: None)

    def _compare(self, wait: Wait) -> Audited:
        if not self.settings.enabled:
            return Audited()
        open_ids = self._open_ids()
        claimed, attempts = self._claims()
        index = self.reader.read(keys.INDEX, Index)  # after what is open: whatever ended meanwhile is in it
        begun = self._begun(index)
        dead = attempts.keys() - open_ids
        dead -= self._finished_ids(index) if dead else set()
        unclaimed = died = earlier = 0
        for lying in self._lying():
            upload = lying.upload
            if self.deadline.remaining() < SECONDS_TO_END:
                return Audited(unclaimed, died, earlier)
            if upload.id in dead:
                wait(upload, "DeadClaim", "whoever claimed it ended before it was submitted", attempts[upload.id])
                died += 1
            elif upload.id in claimed or upload.id in open_ids:
                continue
            elif lying.since < begun:
                earlier += 1
            else:
                wait(upload, "Unclaimed", "no event came for it", 0)
                unclaimed += 1
        return Audited(unclaimed, died, earlier, complete=True)

    def _begun(self, index: Index | None) -> datetime:
        """Return since when uploads had events; where no index tells it yet, the next audit asks again."""
        return index.began_at - BEGINNING if index and index.began_at else NEVER

    def _lying(self) -> Iterator[Lying]:
        """Return the uploads that lie in the bucket and are old enough for their event to have come."""
        youngest = self.clock.now() - EVENT_MAY_COME
        return (each for each in uploads_in(self.bucket, self.cos, self.settings) if each.since <= youngest)

    def _claims(self) -> tuple[UploadIds, dict[str, int]]:
        """Return the uploads that are claimed, and the attempts of those whose last claim may be a dead man's.

        Such a claim is not so young that its lease runs, nor so old that earlier audits have looked at it.
        """
        now = self.clock.now()
        claimed = UploadIds()
        last: dict[str, tuple[int, datetime]] = {}
        for listed in self.reader.list(keys.CLAIMS):
            upload_id = keys.upload_id_in(listed.key)
            claimed.append(upload_id)
            if listed.last_modified >= now - LOOK_BACK:
                last[upload_id] = max((keys.attempt_in(listed.key), listed.last_modified), last.get(upload_id, NONE))
        return claimed, {each: attempt for each, (attempt, at) in last.items() if at <= now - LEASE}

    def _open_ids(self) -> set[str]:
        """Return the uploads that wait, are refused or run: somebody looks after them."""
        folders = (keys.WAITING, keys.REFUSED, keys.PENDING)
        return {keys.upload_id_in(listed.key) for folder in folders for listed in self.reader.list(folder)}

    def _finished_ids(self, index: Index | None) -> set[str]:
        """Return the uploads whose jobs were reported lately."""
        since = self.clock.now() - LOOK_BACK
        contents = [
            self.reader.content(segment.key)
            for segment in (index.segments if index else ())
            if segment.hour >= since - timedelta(hours=1)
        ]
        reported = (entry.upload_id for content in contents if content for entry in read_segment(content))
        return {upload_id for upload_id in reported if upload_id}

    def _wait(self, upload: Upload, error: str, message: str, attempts: int) -> None:
        now = self.clock.now()
        self.writer.waiting(
            documents.Waiting(
                reason=documents.Reason(error=error, code="", message=message),
                reason_since=now,
                attempts=attempts,
                waiting_since=now,
                next_attempt_at=now,
                upload=documents.Upload.of(upload),
            )
        )
        self.telemetry.warning(Event.UPLOAD_WAITING, key=upload.key, upload_id=upload.id, code=error, reason=message)
