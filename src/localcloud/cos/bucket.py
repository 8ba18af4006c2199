"""One bucket: its objects on disk, and their keys in the order a listing has them."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from datetime import datetime

from localcloud.cos.disk import BucketDirectory
from localcloud.cos.listing import page
from localcloud.cos.objects import Listing, StoredObject
from localcloud.cos.weaknesses import History


class Bucket:
    """The objects of one bucket. Not safe to share between threads without a lock."""

    def __init__(self, directory: BucketDirectory) -> None:
        self.directory = directory
        self._objects = {stored.key: stored for stored in directory.read_all()}
        self._keys = sorted(key.encode() for key in self._objects)
        self._history = History()

    @property
    def region(self) -> str:
        """Where the bucket is."""
        return self.directory.region

    def find(self, key: str) -> StoredObject | None:
        """Return the object, None if there is none."""
        return self._objects.get(key)

    def keep(self, stored: StoredObject, *, note_at: datetime | None = None) -> None:
        """Add the object, or put it in the place of the former one, which a listing can show if it is noted."""
        self.directory.write(stored)
        former = self._objects.get(stored.key)
        if note_at:
            self._history.note(note_at, stored.key, former)
        self._objects[stored.key] = stored
        if former is None:
            insort(self._keys, stored.key.encode())
        else:
            former.path.unlink()

    def drop(self, key: str, *, note_at: datetime | None = None) -> None:
        """Remove the object if it is there; a listing can show it afterwards if it is noted."""
        stored = self._objects.pop(key, None)
        if stored is not None:
            if note_at:
                self._history.note(note_at, key, stored)
            self.directory.remove(key)
            del self._keys[bisect_left(self._keys, key.encode())]
            stored.path.unlink()

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
            contents=tuple(former.get(key) or self._objects[key] for key in map(bytes.decode, found.keys)),
            common_prefixes=tuple(prefix.decode() for prefix in found.common_prefixes),
            next_marker=found.next_marker.decode(),
        )

    def _keys_with(self, former: Mapping[str, StoredObject | None]) -> Sequence[bytes]:
        if not former:
            return self._keys
        hidden = {key.encode() for key, stored in former.items() if stored is None}
        keys = [key for key in self._keys if key not in hidden]
        for key, stored in former.items():
            if stored is not None and key not in self._objects:
                insort(keys, key.encode())
        return keys
