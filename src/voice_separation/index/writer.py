"""Writing the index: each document one PUT, nothing read, whatever the size of the index."""

from dataclasses import dataclass
from datetime import datetime

from voice_separation.bucket import Bucket
from voice_separation.errors import AlreadyExists, ClaimHeld
from voice_separation.index import keys
from voice_separation.index.documents import Claim, Document, Pending, Refused, Waiting
from voice_separation.index.entries import Entry
from voice_separation.tencent.cos import Cos

CONTENT_TYPE = "application/json"


@dataclass(frozen=True)
class IndexWriter:
    """Writes below `prefix` of a bucket."""

    cos: Cos
    bucket: Bucket
    prefix: str

    def claim(self, claim: Claim) -> None:
        """Claim an upload.

        Raises ClaimHeld when another invocation has done so; a claim of ours whose answer was lost is ours.
        """
        key = self.prefix + keys.claim(claim.upload.upload_id, claim.attempt)
        try:
            self.cos.put(self.bucket, key, claim.content(), content_type=CONTENT_TYPE, if_absent=True)
        except AlreadyExists as error:
            held = Claim.model_validate_json(self.cos.get(self.bucket, key))
            if held.nonce != claim.nonce:
                raise ClaimHeld(
                    f"{claim.upload.key} is submitted by request {held.request_id} since {held.claimed_at}"
                ) from error

    def pending(self, pending: Pending) -> None:
        """Note that a job runs for an upload."""
        self._put(keys.pending(pending.upload.upload_id, pending.submitted_at), pending)

    def waiting(self, waiting: Waiting) -> None:
        """Note that an upload waits for CI to take it."""
        self._put(keys.waiting(waiting.upload.upload_id), waiting)

    def refused(self, refused: Refused) -> None:
        """Note why an upload will never be separated."""
        self._put(keys.refused(refused.upload.upload_id), refused)

    def entry(self, entry: Entry, *, arrived_at: datetime) -> None:
        """Store the entry of a finished job and its copy in the log; repeating it changes nothing."""
        self._put(keys.job(entry.job_id), entry)
        self._put(keys.log(entry.job_id, arrived_at), entry)

    def _put(self, key: str, document: Document) -> None:
        self.cos.put(self.bucket, self.prefix + key, document.content(), content_type=CONTENT_TYPE)
