"""The documents that say how far an upload is: its claim, and where it waits, is refused or pending."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from voice_separation import uploads
from voice_separation.bucket import Bucket
from voice_separation.errors import TencentRefusal, VoiceSeparationError
from voice_separation.index.canonical import Document, Moment
from voice_separation.jobs.ticket import JobId


class Upload(Document):
    """An upload, as the documents that are about one carry it."""

    upload_id: str
    bucket: str
    region: str
    key: str
    etag: str
    size_bytes: int

    @classmethod
    def of(cls, upload: uploads.Upload) -> "Upload":
        """Return the record of an upload."""
        return cls(
            upload_id=upload.id,
            bucket=upload.bucket.name,
            region=upload.bucket.region,
            key=upload.key,
            etag=upload.etag,
            size_bytes=upload.size,
        )

    def to_upload(self) -> uploads.Upload:
        """Return the upload itself."""
        return uploads.Upload(Bucket(self.bucket, self.region), self.key, self.etag, self.size_bytes)


class Reason(Document):
    """Why an upload waits or is refused: the error's name here, the vendor's code and text, what to do."""

    error: str
    code: str
    message: str

    @classmethod
    def of(cls, error: VoiceSeparationError) -> "Reason":
        """Return an error as a reason."""
        code, message = (error.code, error.reason) if isinstance(error, TencentRefusal) else ("", str(error))
        return cls(error=type(error).__name__, code=code, message=message)


class Claim(Document):
    """Who submits an upload, attempt n; holds until `lease_until`.

    `retry_of` are jobs of the upload that have ended and do not count, as in Waiting. Nothing else names them for ever:
    `uploads/` has one job for each state.
    """

    schema_: Literal["voice-separation/claim/1"] = Field("voice-separation/claim/1", alias="schema")
    attempt: int
    nonce: str
    request_id: str
    claimed_at: Moment
    lease_until: Moment
    retry_of: tuple[JobId, ...] = ()
    upload: Upload


class Pending(Document):
    """A job was submitted and is not known to have finished."""

    schema_: Literal["voice-separation/pending/1"] = Field("voice-separation/pending/1", alias="schema")
    job_id: JobId
    submitted_at: Moment
    upload: Upload


class Waiting(Document):
    """CI could not take an upload yet; it is tried again from `next_attempt_at` on.

    It waits since `waiting_since`, and since `reason_since` for this reason (null where an earlier version wrote it).
    `retry_of` are jobs of the upload that have ended and do not count: somebody wants it tried in spite of them.
    """

    schema_: Literal["voice-separation/waiting/1"] = Field("voice-separation/waiting/1", alias="schema")
    reason: Reason
    reason_since: Moment | None = None
    attempts: int
    waiting_since: Moment
    next_attempt_at: Moment
    retry_of: tuple[JobId, ...] = ()
    upload: Upload

    def since_when(self, reason: Reason) -> datetime | None:
        """Return since when it waits for the same reason, whatever its words; None when it is another."""
        if (reason.error, reason.code) != (self.reason.error, self.reason.code):
            return None
        return self.reason_since or self.waiting_since


class Refused(Document):
    """An upload that cannot be separated, however often it is tried."""

    schema_: Literal["voice-separation/refused/1"] = Field("voice-separation/refused/1", alias="schema")
    reason: Reason
    refused_at: Moment
    upload: Upload
