"""Buckets and objects: the state of COS and its rules."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from localcloud.clock import Clock
from localcloud.cos import errors
from localcloud.cos.bucket import Bucket
from localcloud.cos.digests import digests_of
from localcloud.cos.disk import BucketDirectory, new_file
from localcloud.cos.objects import Listing, ObjectCreated, StoredObject
from localcloud.cos.weaknesses import Weaknesses

__all__ = ["Cos", "Listing", "ObjectCreated", "ObjectListener", "StoredObject", "Weaknesses"]

ObjectListener = Callable[[ObjectCreated], None]
Sleep = Callable[[float], None]

MAX_LISTED = 1000  # 436/7734
_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})
_BUCKET_NAME = re.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+")
_MAX_KEY_BYTES = 1024  # 436/13324
_NONE: Mapping[str, str] = {}


class Cos:
    """All buckets. Safe to share between threads; one `Cos` at a time per directory.

    A later `Cos` of the same directory has the same buckets and objects. How far COS can be relied on is
    `weaknesses`; assign others at any time.
    """

    def __init__(self, directory: Path, clock: Clock, sleep: Sleep = time.sleep) -> None:
        self.weaknesses = Weaknesses()
        self._clock = clock
        self._sleep = sleep
        self._buckets_directory = directory / "buckets"
        self._uploads_directory = directory / "uploads"
        for each in (self._buckets_directory, self._uploads_directory):
            each.mkdir(parents=True, exist_ok=True)
        found = BucketDirectory.open_all(self._buckets_directory)
        self._buckets = {each.bucket: Bucket(each) for each in found}
        self._listeners: list[ObjectListener] = []
        self._lock = threading.Lock()

    def create_bucket(self, bucket: str, region: str) -> None:
        """Create an empty bucket; `bucket` is the full name, with the appid.

        Raises CloudError 400 InvalidBucketName, 409 BucketAlreadyOwnedByYou.
        """
        if not _BUCKET_NAME.fullmatch(bucket):
            raise errors.invalid_bucket_name(bucket)
        with self._lock:
            if bucket in self._buckets:
                raise errors.bucket_already_owned_by_you(bucket, self._buckets[bucket].region)
            directory = BucketDirectory.create(self._buckets_directory / bucket, region)
            self._buckets[bucket] = Bucket(directory)

    def ensure_bucket(self, bucket: str, region: str) -> None:
        """Create the bucket unless it is there. Raises CloudError 404 if it is there in another region."""
        if bucket in self.buckets():
            self.require_bucket(bucket, region)
        else:
            self.create_bucket(bucket, region)

    def buckets(self) -> Mapping[str, str]:
        """Return the region of every bucket."""
        with self._lock:
            return {name: bucket.region for name, bucket in self._buckets.items()}

    def require_bucket(self, bucket: str, region: str) -> None:
        """Raise CloudError 404 NoSuchBucket unless the bucket is there and in this region."""
        if self.buckets().get(bucket) != region:
            raise errors.no_such_bucket(bucket, region)

    def new_upload(self) -> Path:
        """Return an empty file to write a content into and then hand to `put_file`."""
        return new_file(self._uploads_directory)

    def put_file(
        self,
        bucket: str,
        key: str,
        source: Path,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
        storage_class: str = "STANDARD",
        event_name: str = "cos:ObjectCreated:Put",
        request_id: str = "",
        authorization: str = "",
        source_ip: str = "127.0.0.1",
        content_md5: bytes | None = None,
        forbid_overwrite: bool = False,
    ) -> StoredObject:
        """Make the file the content of the object, then tell the listeners.

        The file is taken over; on an error it stays. `metadata` has full lower-case names (`x-cos-meta-*`),
        `headers` what else to answer at GET (cache-control, ...), both with values that HTTP can carry.
        Raises CloudError 404 NoSuchBucket, 409 FileAlreadyExists, 400 KeyTooLong, BadDigest, InvalidArgument.
        """
        _check_key(key)
        _check_headers({"content-type": content_type, **headers, **metadata})
        digests = digests_of(source)
        if content_md5 not in (None, digests.md5):
            raise errors.bad_digest(key)
        must_be_absent = forbid_overwrite and not self._overlooks(bucket, key)
        with self._lock:
            there = self._bucket(bucket)
            if must_be_absent:
                _require_absent(there, key)
            at = self._clock()
            stored = StoredObject(
                bucket=bucket,
                region=there.region,
                key=key,
                size=digests.size,
                etag=digests.md5.hex(),
                last_modified=at.replace(microsecond=0),
                content_type=content_type,
                metadata=dict(metadata),
                path=there.directory.take_over(source),
                crc64=digests.crc64,
                request_id=request_id,
                headers=dict(headers),
                storage_class=storage_class,
            )
            there.keep(stored, note_at=self._note_at(at))
            listeners = tuple(self._listeners)
        news = ObjectCreated(stored, event_name, authorization, source_ip, at)
        for listener in listeners:
            listener(news)
        return stored

    def put(
        self,
        bucket: str,
        key: str,
        content: bytes,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = _NONE,
        storage_class: str = "STANDARD",
        event_name: str = "cos:ObjectCreated:Put",
        forbid_overwrite: bool = False,
    ) -> StoredObject:
        """Store `content` as `put_file` stores a file."""
        source = self.new_upload()
        try:
            source.write_bytes(content)
            return self.put_file(
                bucket,
                key,
                source,
                content_type=content_type,
                metadata=metadata,
                storage_class=storage_class,
                event_name=event_name,
                forbid_overwrite=forbid_overwrite,
            )
        finally:
            source.unlink(missing_ok=True)

    def get(self, bucket: str, key: str) -> StoredObject:
        """Return the object as it is now. Raises CloudError 404 NoSuchBucket or NoSuchKey."""
        with self._lock:
            return self._object(bucket, key)

    def open(self, bucket: str, key: str) -> tuple[StoredObject, BinaryIO]:
        """Return the object and its content, open: that stays readable whatever becomes of the object.

        Raises CloudError as `get`, and 403 InvalidObjectState for an archived object.
        """
        with self._lock:
            stored = self._object(bucket, key)
            if stored.storage_class in _ARCHIVED:
                raise errors.invalid_object_state(key, stored.storage_class)
            return stored, stored.path.open("rb")

    def list(
        self,
        bucket: str,
        *,
        prefix: str = "",
        marker: str = "",
        delimiter: str = "",
        max_keys: int = MAX_LISTED,
    ) -> Listing:
        """Return the page of objects after `marker`, at most 1,000. Raises CloudError 404 NoSuchBucket."""
        with self._lock:
            return self._bucket(bucket).list(
                prefix=prefix,
                marker=marker,
                delimiter=delimiter,
                max_keys=min(max_keys, MAX_LISTED),
                as_of=self.weaknesses.listed_as_of(self._clock()),
            )

    def delete(self, bucket: str, key: str) -> None:
        """Delete the object; none to delete is well too. Raises CloudError 404 NoSuchBucket."""
        with self._lock:
            self._bucket(bucket).drop(key, note_at=self._note_at(self._clock()))

    def subscribe(self, listener: ObjectListener) -> None:
        """Have `listener` called for every object created from now on, on the thread that created it."""
        with self._lock:
            self._listeners.append(listener)

    def _overlooks(self, bucket: str, key: str) -> bool:
        """Whether put-if-absent writes without another look. Raises CloudError 409 FileAlreadyExists at the first."""
        if bucket in self.weaknesses.once_versioned:
            return True
        if not self.weaknesses.check_to_commit_seconds:
            return False
        with self._lock:
            _require_absent(self._bucket(bucket), key)
        self._sleep(self.weaknesses.check_to_commit_seconds)
        return True

    def _note_at(self, at: datetime) -> datetime | None:
        return at if self.weaknesses.list_lag_seconds else None

    def _bucket(self, bucket: str) -> Bucket:
        if bucket not in self._buckets:
            raise errors.no_such_bucket(bucket)
        return self._buckets[bucket]

    def _object(self, bucket: str, key: str) -> StoredObject:
        stored = self._bucket(bucket).find(key)
        if stored is None:
            raise errors.no_such_key(bucket, key)
        return stored


def _require_absent(bucket: Bucket, key: str) -> None:
    if bucket.find(key):
        raise errors.file_already_exists(bucket.directory.bucket, key)


def _check_key(key: str) -> None:
    if not key:
        raise errors.invalid_argument("An object's key is never empty. Name one.")
    if len(key.encode()) > _MAX_KEY_BYTES:
        raise errors.key_too_long(key, _MAX_KEY_BYTES)


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not value.isascii() and any(ord(character) > 0xFF for character in value):
            raise errors.invalid_argument(f"The header {name} cannot carry {value!r}. Percent-encode it.")
