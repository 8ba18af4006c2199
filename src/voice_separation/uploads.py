"""What is separated: an upload, by what it is known, and which objects are uploads at all."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_separation.bucket import Bucket
from voice_separation.settings import Settings

if TYPE_CHECKING:
    from voice_separation.jobs.detail import JobDetail

CREATED = "cos:ObjectCreated:"
UPLOAD_ID = "[0-9a-f]{32}"
_USER_DATA = re.compile(rf"upload_id=({UPLOAD_ID}) etag=(\S{{1,128}})", re.ASCII)


@dataclass(frozen=True)
class Upload:
    """One content of one object; the same key with new content is another upload.

    `etag` is without quotes; `size` in bytes.
    """

    bucket: Bucket
    key: str
    etag: str
    size: int

    @property
    def id(self) -> str:
        """The upload_id."""
        return upload_id(self.bucket.name, self.key, self.etag)


def upload_id(bucket: str, key: str, etag: str) -> str:
    """Return the first 32 hex digits of SHA-256(bucket NUL key NUL etag)."""
    identity = "\0".join((bucket, key, etag)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(identity).hexdigest()[:32]


def user_data_of(upload: Upload) -> str:
    """Return the text to leave with a job, from which its entry can be tied to the upload without a look-up."""
    return f"upload_id={upload.id} etag={upload.etag}"


def upload_id_of(detail: "JobDetail") -> str | None:
    """Return the upload that a job was submitted for, or None.

    The id is only believed if it is the digest of the job's own input: text that somebody else left with a
    job of theirs cannot name an upload.
    """
    found = _USER_DATA.fullmatch(detail.user_data or "")
    if not found or not detail.input or not detail.input.object:
        return None
    bucket = detail.input.bucket_name or ""
    claimed, etag = found.groups()
    return claimed if upload_id(bucket, detail.input.object, etag) == claimed else None


@dataclass(frozen=True)
class ObjectCreated:
    """One record of an event.

    `keys` holds every reading of the object's key, the likeliest first: pages and samples of the vendor
    disagree on how special characters are written in `cosObject.key`, so COS decides which one exists.
    """

    event_name: str
    bucket: Bucket
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        """The likeliest reading of the key."""
        return self.keys[0]


def reason_to_skip(record: ObjectCreated, settings: Settings) -> str | None:
    """Return why an object is not to be separated, or None when one reading of its key is an upload."""
    if not record.event_name.startswith(CREATED):
        return "not an ObjectCreated event"
    if settings.input_bucket and record.bucket.name != settings.input_bucket:
        return "another bucket than INPUT_BUCKET"
    return None if keys_to_try(record, settings) else _reason_against(record.bucket, record.key, settings)


def keys_to_try(record: ObjectCreated, settings: Settings) -> tuple[str, ...]:
    """Return the readings of an object's key that the settings let through."""
    return tuple(key for key in record.keys if _reason_against(record.bucket, key, settings) is None)


def _reason_against(bucket: Bucket, key: str, settings: Settings) -> str | None:
    if key.endswith("/"):
        return "a folder"
    if not key.startswith(settings.input_prefix):
        return "outside INPUT_PREFIX"
    if settings.writes_to(bucket.name, key):
        return "written by this app"
    if not key.lower().endswith(settings.input_suffixes):
        return "suffix not in INPUT_SUFFIXES"
    return None
