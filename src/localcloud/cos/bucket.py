"""One bucket: the versions of its objects on disk, and their keys in the order a listing has them."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge

from localcloud.cos import versions
from localcloud.cos.bucket_settings import BucketSettings, Versioning
from localcloud.cos.disk import BucketDirectory
from localcloud.cos.listing import grouped, page, starting_after
from localcloud.cos.multipart import PendingUploads
from localcloud.cos.objects import (
    NEVER_VERSIONED,
    NULL_VERSION,
    DeleteMarker,
    Deletion,
    ListedVersion,
    Listing,
    StoredObject,
    Version,
    VersionListing,
)
from localcloud.cos.versions import Stack, VersionIds
from localcloud.cos.weaknesses import History


class Bucket:
    """The objects of one bucket. Not safe to share between threads without a lock."""

    def __init__(self, directory: BucketDirectory) -> None:
        self.directory = directory
        self.uploads = PendingUploads(directory.uploads)
        self._stacks = dict(directory.objects.read_all())
        self._keys = sorted(key.encode() for key, stack in self._stacks.items() if versions.current(stack))
        self._hidden = {key for key, stack in self._stacks.items() if not versions.current(stack)}
        self._history = History()
        self._version_ids = VersionIds()
        for stack in self._stacks.values():
            self._version_ids.skip(stack)

    @property
    def settings(self) -> BucketSettings:
        """What is configured of it."""
        return self.directory.settings

    @property
    def is_empty(self) -> bool:
        """Whether it has no object, no version of one, and no upload in parts."""
        return not self._stacks and not self.uploads.all()

    def close(self) -> None:
        """Let go of its files; nothing can be changed then."""
        self.directory.objects.close()

    def find(self, key: str) -> StoredObject | None:
        """Return the object as a plain GET reads it, None if there is none."""
        return versions.current(self.stack(key))

    def stack(self, key: str) -> Stack:
        """Return all versions of the key, newest first."""
        return self._stacks.get(key, ())

    def version_id_for_now(self, at: datetime) -> str:
        """Return the version id that something stored now has."""
        match self.settings.versioning:
            case Versioning.ENABLED:
                return self._version_ids.next(at)
            case Versioning.SUSPENDED:
                return NULL_VERSION
            case Versioning.NEVER:
                return NEVER_VERSIONED

    def keep(self, stored: StoredObject, *, note_at: datetime | None = None) -> None:
        """Make this the latest version, in the place of the former one where the bucket keeps none.

        A listing can show the former one if it is noted.
        """
        self._replace(stored.key, versions.with_latest(self.stack(stored.key), stored), note_at)

    def revise(self, stored: StoredObject) -> None:
        """Put this in the place of the version with the same id: its content is the same, or longer."""
        stack = self.stack(stored.key)
        revised = tuple(stored if each.version_id == stored.version_id else each for each in stack)
        self._replace(stored.key, revised, None)

    def drop(self, key: str, at: datetime, *, note_at: datetime | None = None) -> Deletion:
        """Delete the object: remove it, or hide it below a delete marker where the bucket keeps versions."""
        if self.settings.versioning is Versioning.NEVER:
            self._replace(key, (), note_at)
            return Deletion()
        marker = versions.delete_marker(key, self.version_id_for_now(at), at)
        self._replace(key, versions.with_latest(self.stack(key), marker), note_at)
        return Deletion(marker.version_id, delete_marker=True)

    def drop_version(self, version: Version, *, note_at: datetime | None = None) -> Deletion:
        """Remove one version for good; the one before it is the latest then."""
        stack = self.stack(version.key)
        self._replace(version.key, versions.without(stack, version.version_id), note_at)
        return Deletion(version.version_id or NULL_VERSION, isinstance(version, DeleteMarker))

    def list(
        self, *, prefix: str, marker: str, delimiter: str, max_keys: int, as_of: datetime | None = None
    ) -> Listing:
        """Return the page of objects after `marker`, as they are or, but for what was not noted, were at `as_of`."""
        former = self._history.changed_since(as_of) if as_of else {}
        found = page(
            self._keys_with(former),
            prefix=prefix.encode(),
            marker=marker.encode(),
            delimiter=delimiter.encode(),
            max_keys=max_keys,
        )
        return Listing(
            contents=tuple(former.get(key) or self._current(key) for key in map(bytes.decode, found.keys)),
            common_prefixes=tuple(prefix.decode() for prefix in found.common_prefixes),
            next_marker=found.next_marker.decode(),
        )

    def list_versions(
        self, *, prefix: str, key_marker: str, version_id_marker: str, delimiter: str, max_keys: int
    ) -> VersionListing:
        """Return the page of versions after the version `version_id_marker` of `key_marker`, or after all of them."""
        entries = starting_after(
            self._all_versions(), key_marker=key_marker.encode(), mark=version_id_marker, delimiter=delimiter.encode()
        )
        found = grouped(entries, prefix=prefix.encode(), delimiter=delimiter.encode(), limit=max_keys)
        last = found.last
        return VersionListing(
            versions=found.items,
            common_prefixes=tuple(prefix.decode() for prefix in found.common_prefixes),
            is_truncated=found.is_truncated,
            next_key_marker=last.version.key if isinstance(last, ListedVersion) else (last or b"").decode(),
            next_version_id_marker=last.version.version_id if isinstance(last, ListedVersion) else "",
        )

    def _all_versions(self) -> Iterator[tuple[bytes, str, ListedVersion]]:
        for key in merge(self._keys, sorted(key.encode() for key in self._hidden)):
            for index, version in enumerate(self._stacks[key.decode()]):
                yield key, version.version_id, ListedVersion(version, is_latest=index == 0)

    def _replace(self, key: str, stack: Stack, note_at: datetime | None) -> None:
        """Make these the versions of the key, on disk first."""
        former = self.stack(key)
        if not former and not stack:
            return
        self.directory.objects.write(key, stack)
        was, now = versions.current(former), versions.current(stack)
        if note_at:
            self._history.note(note_at, key, was)
        self._index(key, stack, was_listed=was is not None, is_listed=now is not None)
        if now is None:
            self.directory.mirror.hide(key)
        elif was is None or was.path != now.path:
            self.directory.mirror.show(key, now.path)
        for dropped in versions.contents_dropped(former, stack):
            dropped.path.unlink()

    def _index(self, key: str, stack: Stack, *, was_listed: bool, is_listed: bool) -> None:
        if stack:
            self._stacks[key] = stack
        else:
            del self._stacks[key]
        if is_listed and not was_listed:
            insort(self._keys, key.encode())
        elif was_listed and not is_listed:
            del self._keys[bisect_left(self._keys, key.encode())]
        if stack and not is_listed:
            self._hidden.add(key)
        else:
            self._hidden.discard(key)

    def _current(self, key: str) -> StoredObject:
        stored = self.find(key)
        if stored is None:
            raise AssertionError(f"{key!r} is listed and has no content")
        return stored

    def _keys_with(self, former: Mapping[str, StoredObject | None]) -> Sequence[bytes]:
        if not former:
            return self._keys
        hidden = {key.encode() for key, stored in former.items() if stored is None}
        keys = [key for key in self._keys if key not in hidden]
        for key, stored in former.items():
            if stored is not None and self.find(key) is None:
                insort(keys, key.encode())
        return keys
