"""The uploads that lie in a bucket, whatever became of their events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from voice_separation.bucket import Bucket
from voice_separation.settings import Settings
from voice_separation.tencent.cos import Cos
from voice_separation.uploads import CREATED, ObjectCreated, Upload, reason_to_skip


@dataclass(frozen=True)
class Lying:
    """An upload, and when COS stored it."""

    upload: Upload
    since: datetime


def uploads_in(bucket: Bucket, cos: Cos, settings: Settings) -> Iterator[Lying]:
    """Yield what an event would be submitted for, in the order of the keys, a page of LIST at a time.

    LIST returns ETags, so an upload is known without a request of its own.
    """
    for listed in cos.list(bucket, settings.input_prefix):
        record = ObjectCreated(f"{CREATED}*", bucket, (listed.key,))
        if reason_to_skip(record, settings) is None:
            yield Lying(Upload(bucket, listed.key, listed.etag, listed.size), listed.last_modified)
