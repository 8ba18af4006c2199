"""Buckets and objects: the state of COS and its rules."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from localcloud.clock import Clock, whole_seconds
from localcloud.cos import checks, errors, versions
from localcloud.cos.bucket import Bucket
from localcloud.cos.bucket_settings import Versioning
from localcloud.cos.buckets import Buckets
from localcloud.cos.contents import Content, appended, linked, whole
from localcloud.cos.disk import emptied, new_name
from localcloud.cos.listeners import Listeners, ObjectListener
from localcloud.cos.objects import (
    DeleteMarker,
    Deletion,
    Draft,
    Listing,
    ObjectCreated,
    Sender,
    StoredObject,
    VersionListing,
)
from localcloud.cos.weaknesses import Weaknesses

__all__ = ["Cos", "Draft", "Listing", "ObjectCreated", "ObjectListener", "Sender", "StoredObject", "Weaknesses"]

Sleep = Callable[[float], None]

MAX_LISTED = 1000  # 436/7734
_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE"})
_NOBODY = Sender()
_NONE: Mapping[str, str] = {}


class Cos(Buckets):
    """All buckets and what is in them. Safe to share between threads; one `Cos` at a time per directory.

    A later `Cos` of the same directory has the same buckets and objects. How far COS can be relied on is
    `weaknesses`; assign others at any time. Whatever names a bucket raises CloudError 404 NoSuchBucket.
    """

    def __init__(self, directory: Path, clock: Clock, sleep: Sleep = time.sleep) -> None:
        super().__init__(directory / "buckets", clock)
        self.weaknesses = Weaknesses()
        self._sleep = sleep
        self._uploads_directory = emptied(directory / "uploads")
        self._listeners = Listeners()

    @property
    def stores_at_once(self) -> bool:
        """Whether `store` waits for nobody, so that it may be called where nothing should wait."""
        return self._listeners.are_quick and not self.weaknesses.check_to_commit_seconds

    def new_upload(self) -> Path:
        """Return the path of a file to write a content into and then hand to `put_file` or `store`."""
        return new_name(self._uploads_directory)

    def put(
        self,
        bucket: str,
        key: str,
        content: bytes,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = _NONE,
        storage_class: str = "STANDARD",
        forbid_overwrite: bool = False,
    ) -> StoredObject:
        """Store `content`, as PUT Object does. Raises as `store`."""
        source = self.new_upload()
        try:
            source.write_bytes(content)
            draft = Draft(
                bucket,
                key,
                content_type=content_type,
                metadata=metadata,
                storage_class=storage_class,
                forbid_overwrite=forbid_overwrite,
            )
            return self.store(draft, whole(source))
        finally:
            source.unlink(missing_ok=True)

    def put_file(self, bucket: str, key: str, source: Path, *, content_type: str = "") -> StoredObject:
        """Store the file, as PUT Object does, and take it over; on an error it stays. Raises as `store`."""
        return self.store(Draft(bucket, key, content_type=content_type), whole(source))

    def store(self, draft: Draft, content: Content, sender: Sender = _NOBODY) -> StoredObject:
        """Make the content that of a new object, or a new version of it, then tell the listeners.

        Its file is taken over; on an error it stays. `metadata` of the draft has full lower-case names
        (`x-cos-meta-*`), `headers` what else to answer at GET (cache-control, ...).
        Raises CloudError 409 FileAlreadyExists, 400 KeyTooLong, InvalidArgument.
        """
        checks.check_draft(draft)
        must_be_absent = draft.forbid_overwrite and not self._overlooks(draft.bucket, draft.key)
        with self._lock:
            there = self._bucket(draft.bucket)
            if must_be_absent:
                _require_absent(there, draft.key)
            news = self._keep(there, draft, content, sender)
        self._listeners.tell(news)
        return news.object

    def require_absent(self, bucket: str, key: str) -> None:
        """Raise CloudError 409 FileAlreadyExists if the object is there and the bucket heeds x-cos-forbid-overwrite."""
        if not self._has_versions(bucket):
            with self._lock:
                _require_absent(self._bucket(bucket), key)

    def append(self, draft: Draft, position: int, added: Content, sender: Sender = _NOBODY) -> StoredObject:
        """Add the content to the end of an appendable object, or begin one at position 0 (436/7741).

        What the draft says besides is for a new object only. Nobody is told: the vendor's list of events has none for
        this. Raises CloudError 409 AppendPositionErr, ObjectNotAppendable, InvalidBucketState; and as `store`.
        """
        checks.check_draft(draft)
        with self._lock:
            there = self._bucket(draft.bucket)
            if there.settings.versioning is not Versioning.NEVER:
                raise errors.not_in_versioned_bucket("APPEND Object", draft.bucket)
            stored = there.find(draft.key)
            if stored is not None and not stored.appendable:
                raise errors.object_not_appendable(draft.key)
            size = stored.size if stored else 0
            if position != size:
                raise errors.append_position(draft.key, position, size)
            if stored is None:
                return self._keep(there, draft, added, sender, appendable=True).object
            longer = replace(appended(stored, added), last_modified=whole_seconds(self.clock()))
            there.revise(longer)
            return longer

    def get(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject:
        """Return the object, or that version of it, as it is now.

        Raises CloudError 404 NoSuchKey or NoSuchVersion, 405 MethodNotAllowed for a version that is a delete marker.
        """
        with self._lock:
            return self._object(bucket, key, version_id)

    def open(self, bucket: str, key: str, version_id: str | None = None) -> tuple[StoredObject, BinaryIO]:
        """Return the object and its content, open: that stays readable whatever becomes of the object.

        Raises CloudError as `get`, and 403 InvalidObjectState for an archived object.
        """
        with self._lock:
            stored = self._object(bucket, key, version_id)
            if stored.storage_class in _ARCHIVED:
                raise errors.invalid_object_state(key, stored.storage_class)
            return stored, stored.path.open("rb")

    def content_of(self, stored: StoredObject) -> Content:
        """Return the content once more, as a file of its own to `store`; not a byte is copied.

        Raises CloudError 404 NoSuchKey if it was deleted meanwhile, 403 InvalidObjectState for an archived object.
        """
        with self._lock:
            if stored not in self._bucket(stored.bucket).stack(stored.key):
                raise errors.no_such_key(stored.bucket, stored.key)
            if stored.storage_class in _ARCHIVED:
                raise errors.invalid_object_state(stored.key, stored.storage_class)
            return linked(stored, self.new_upload())

    def revise(
        self, bucket: str, key: str, version_id: str | None, change: Callable[[StoredObject], StoredObject]
    ) -> StoredObject:
        """Put what `change` makes of it in the place of an object that keeps its content. Raises as `get`."""
        with self._lock:
            revised = change(self._object(bucket, key, version_id))
            self._bucket(bucket).revise(revised)
            return revised

    def list(
        self,
        bucket: str,
        *,
        prefix: str = "",
        marker: str = "",
        delimiter: str = "",
        max_keys: int = MAX_LISTED,
    ) -> Listing:
        """Return the page of objects after `marker`, at most 1,000."""
        with self._lock:
            return self._bucket(bucket).list(
                prefix=prefix,
                marker=marker,
                delimiter=delimiter,
                max_keys=min(max_keys, MAX_LISTED),
                as_of=self.weaknesses.listed_as_of(self.clock()),
            )

    def list_versions(
        self,
        bucket: str,
        *,
        prefix: str = "",
        key_marker: str = "",
        version_id_marker: str = "",
        delimiter: str = "",
        max_keys: int = MAX_LISTED,
    ) -> VersionListing:
        """Return the page of versions after that one, at most 1,000; it does not lag."""
        with self._lock:
            return self._bucket(bucket).list_versions(
                prefix=prefix,
                key_marker=key_marker,
                version_id_marker=version_id_marker,
                delimiter=delimiter,
                max_keys=min(max_keys, MAX_LISTED),
            )

    def delete(self, bucket: str, key: str, version_id: str | None = None) -> Deletion:
        """Delete the object, or one version for good; none to delete is well too."""
        with self._lock:
            there, at = self._bucket(bucket), self.clock()
            if version_id is None:
                return there.drop(key, at, note_at=self._note_at(at))
            version = versions.find(there.stack(key), version_id)
            return there.drop_version(version, note_at=self._note_at(at)) if version else Deletion(version_id)

    def subscribe(self, listener: ObjectListener, *, is_quick: bool = False) -> None:
        """Have `listener` called for every object created from now on, on the thread that created it.

        A quick one never waits for anybody, so it may hold up all other requests while it is called.
        """
        self._listeners.add(listener, is_quick=is_quick)

    def _keep(
        self, there: Bucket, draft: Draft, content: Content, sender: Sender, *, appendable: bool = False
    ) -> ObjectCreated:
        at = self.clock()
        stored = StoredObject(
            bucket=draft.bucket,
            region=there.settings.region,
            key=draft.key,
            size=content.size,
            etag=content.etag,
            last_modified=whole_seconds(at),
            content_type=draft.content_type,
            metadata=dict(draft.metadata),
            path=there.directory.take_over(content.path),
            crc64=content.crc64,
            request_id=sender.request_id,
            headers=dict(draft.headers),
            storage_class=draft.storage_class,
            version_id=there.version_id_for_now(at),
            appendable=appendable,
            tags=dict(draft.tags),
            grants=draft.grants,
        )
        there.keep(stored, note_at=self._note_at(at))
        return ObjectCreated(stored, sender.event_name, sender.authorization, sender.source_ip, at)

    def _overlooks(self, bucket: str, key: str) -> bool:
        """Whether put-if-absent writes without another look. Raises CloudError 409 FileAlreadyExists at the first."""
        if self._has_versions(bucket):
            return True
        if not self.weaknesses.check_to_commit_seconds:
            return False
        with self._lock:
            _require_absent(self._bucket(bucket), key)
        self._sleep(self.weaknesses.check_to_commit_seconds)
        return True

    def _has_versions(self, bucket: str) -> bool:
        settings = self.settings(bucket)
        return bucket in self.weaknesses.once_versioned or settings.versioning is not Versioning.NEVER

    def _note_at(self, at: datetime) -> datetime | None:
        return at if self.weaknesses.list_lag_seconds else None

    def _object(self, bucket: str, key: str, version_id: str | None) -> StoredObject:
        stack = self._bucket(bucket).stack(key)
        if version_id is None:
            latest = stack[0] if stack else None
        else:
            latest = versions.find(stack, version_id)
            if latest is None:
                raise errors.no_such_version(bucket, key, version_id)
        if latest is None:
            raise errors.no_such_key(bucket, key)
        if isinstance(latest, DeleteMarker):
            raise errors.is_delete_marker(latest, named=version_id is not None)
        return latest


def _require_absent(bucket: Bucket, key: str) -> None:
    if bucket.find(key):
        raise errors.file_already_exists(bucket.directory.bucket, key)
