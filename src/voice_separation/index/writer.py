"""Writing the index: each document one PUT; the doors' way reads nothing, whatever the size of the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from voice_separation.bucket import Bucket
from voice_separation.errors import AlreadyExists
from voice_separation.index import keys
from voice_separation.index.canonical import JSON, Document
from voice_separation.tencent.cos import Cos

if TYPE_CHECKING:  # a door writes some of them
    from voice_separation.index.documents import Claim, Pending, Refused, Waiting
    from voice_separation.index.entries import Entry
    from voice_separation.index.notice import Notice


@dataclass(frozen=True)
class IndexWriter:
    """Writes below `prefix` of a bucket."""

    cos: Cos
    bucket: Bucket
    prefix: str

    def claim(self, claim: Claim) -> bool:
        """Write a claim where none is; return whether the bucket keeps versions, where put-if-absent is void.

        Raises AlreadyExists.
        """
        return self._put(keys.claim(claim.upload.upload_id, claim.attempt), claim, if_absent=True)

    def pending(self, pending: Pending) -> Pending:
        """Note that a job runs for an upload, and return the note that is there: another's if it was there first."""
        key = keys.pending(pending.upload.upload_id, pending.submitted_at)
        try:
            self._put(key, pending, if_absent=True)
        except AlreadyExists:
            return type(pending).model_validate_json(self.cos.get(self.bucket, self.prefix + key))
        return pending

    def pending_duplicate(self, pending: Pending) -> None:
        """Note a second job of an upload, beside the first one's note."""
        self._put(keys.pending_duplicate(pending.upload.upload_id, pending.job_id, pending.submitted_at), pending)

    def waiting(self, waiting: Waiting) -> None:
        """Note that an upload waits for CI to take it."""
        self._put(keys.waiting(waiting.upload.upload_id), waiting)

    def refused(self, refused: Refused) -> None:
        """Note why an upload will never be separated."""
        self._put(keys.refused(refused.upload.upload_id), refused)

    def entry(self, entry: Entry, *, arrived_at: datetime) -> None:
        """Store the entry of a finished job and its copy in the log; repeating it changes nothing."""
        content = entry.content()
        self.file(keys.job(entry.job_id), content)
        self.file(keys.log(entry.job_id, arrived_at), content)

    def notice(self, notice: Notice) -> None:
        """Note that the receiver of notices is to be told of a job."""
        self._put(keys.notice(notice.job_id, notice.state), notice)

    def undelivered(self, notice: Notice) -> None:
        """Note that the receiver of notices was told in vain."""
        self._put(keys.undelivered(notice.job_id, notice.state), notice)

    def entry_of_upload(self, entry: Entry) -> None:
        """Store the entry of an upload's job where the upload is looked up; nothing for a job of no known upload."""
        if entry.upload_id:
            self._put(keys.upload(entry.upload_id, entry.state), entry)

    def release(self, key: str) -> None:
        """Take a claim or a note of ours back; not tried again, for by then it may be another's."""
        self.cos.delete(self.bucket, self.prefix + key, repeatable=False)

    def remove(self, key: str) -> None:
        """Remove a document that has served; `key` is below the prefix."""
        self.cos.delete(self.bucket, self.prefix + key)

    def file(self, key: str, content: bytes, content_type: str = JSON) -> None:
        """Write bytes."""
        self.cos.put(self.bucket, self.prefix + key, content, content_type=content_type)

    def _put(self, key: str, document: Document, *, if_absent: bool = False) -> bool:
        content = document.content()
        return self.cos.put(self.bucket, self.prefix + key, content, content_type=JSON, if_absent=if_absent)
