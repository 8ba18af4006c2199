"""Use case of door 3, daily: uploads that nobody has claimed, and claims that nobody has kept, go to the waiting room.

The first are uploads whose event was lost; the second are of invocations that died, and whose retries died too.
Nothing is submitted here: the waiting room does that, at its own pace and after looking for a job in CI.
"""

from collections.abc import Iterator
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
from voice_separation.inventory import uploads_in
from voice_separation.settings import Settings
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.cos import Cos
from voice_separation.upload_ids import UploadIds
from voice_separation.uploads import Upload

EVENT_MAY_COME = timedelta(minutes=15)  # younger objects may still be claimed by their event
LOOK_BACK = timedelta(days=3)  # claims older than this were looked at by earlier audits
SECONDS_TO_END = 2.0
NONE = (0, datetime.min.replace(tzinfo=timezone.utc))


@dataclass(frozen=True)
class Audited:
    """What an audit found; `complete` is False when its time did not suffice."""

    unclaimed: int
    dead: int
    complete: bool

    def report(self) -> dict[str, Any]:
        """Return the counts, for the log and the result."""
        return {"unclaimed": self.unclaimed, "dead": self.dead, "complete": self.complete}


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
        if not self.settings.enabled:
            return Audited(0, 0, complete=False)
        open_ids = self._open_ids()
        claimed, attempts = self._claims()
        dead = attempts.keys() - open_ids
        dead -= self._finished_ids() if dead else set()
        unclaimed = died = 0
        complete = True
        for upload in self._uploads():
            if self.deadline.remaining() < SECONDS_TO_END:
                complete = False
                break
            if upload.id in dead:
                reason = "whoever claimed it ended before it was submitted"
                self._wait(upload, "DeadClaim", reason, attempts=attempts[upload.id])
                died += 1
            elif upload.id not in claimed and upload.id not in open_ids:
                self._wait(upload, "Unclaimed", "no event came for it", attempts=0)
                unclaimed += 1
        done = Audited(unclaimed, died, complete)
        self.telemetry.info(Event.AUDITED, **done.report())
        return done

    def _uploads(self) -> Iterator[Upload]:
        """Return the uploads that lie in the bucket and are old enough for their event to have come."""
        youngest = self.clock.now() - EVENT_MAY_COME
        lying = uploads_in(self.bucket, self.cos, self.settings)
        return (each.upload for each in lying if each.since <= youngest)

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

    def _finished_ids(self) -> set[str]:
        """Return the uploads whose jobs were reported lately."""
        since = self.clock.now() - LOOK_BACK
        index = self.reader.read(keys.INDEX, Index)
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
                attempts=attempts,
                waiting_since=now,
                next_attempt_at=now,
                upload=documents.Upload.of(upload),
            )
        )
        self.telemetry.warning(Event.UPLOAD_WAITING, key=upload.key, upload_id=upload.id, code=error, reason=message)
