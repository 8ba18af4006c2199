"""The uploads that lie in a bucket, whatever became of their events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from voice_separation.bucket import Bucket
from voice_separation.settings import Settings
from voice_separation.tencent.cos import Cos, ListedObject
from voice_separation.uploads import CREATED, ObjectCreated, Upload, reason_to_skip


@dataclass(frozen=True)
class Lying:
    """An upload, and when COS stored it."""

    upload: Upload
    since: datetime


def uploads_in(bucket: Bucket, cos: Cos, settings: Settings) -> Iterator[Lying]:
    """Return what an event would be submitted for, in the order of the keys, a page of LIST at a time.

    LIST returns ETags, so an upload is known without a request of its own.
    """
    return uploads_among(cos.list(bucket, settings.input_prefix), bucket, settings)


def uploads_among(listed: Iterable[ListedObject], bucket: Bucket, settings: Settings) -> Iterator[Lying]:
    """Yield those of the listed objects that an event would be submitted for."""
    for each in listed:
        record = ObjectCreated(f"{CREATED}*", bucket, (each.key,))
        if reason_to_skip(record, settings) is None:
            yield Lying(Upload(bucket, each.key, each.etag, each.size), each.last_modified)
