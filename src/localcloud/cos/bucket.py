"""One bucket: its objects on disk, and their keys in the order a listing has them."""

from bisect import bisect_left, insort

from localcloud.cos.disk import BucketDirectory
from localcloud.cos.listing import page
from localcloud.cos.objects import Listing, StoredObject


class Bucket:
    """The objects of one bucket. Not safe to share between threads without a lock."""

    def __init__(self, directory: BucketDirectory) -> None:
        self.directory = directory
        self._objects = {stored.key: stored for stored in directory.read_all()}
        self._keys = sorted(key.encode() for key in self._objects)

    @property
    def region(self) -> str:
        """Where the bucket is."""
        return self.directory.region

    def find(self, key: str) -> StoredObject | None:
        """Return the object, None if there is none."""
        return self._objects.get(key)

    def keep(self, stored: StoredObject) -> None:
        """Add the object, or put it in the place of the former one."""
        self.directory.write(stored)
        former = self._objects.get(stored.key)
        self._objects[stored.key] = stored
        if former is None:
            insort(self._keys, stored.key.encode())
        else:
            former.path.unlink()

    def drop(self, key: str) -> None:
        """Remove the object if it is there."""
        stored = self._objects.pop(key, None)
        if stored is not None:
            self.directory.remove(key)
            del self._keys[bisect_left(self._keys, key.encode())]
            stored.path.unlink()

    def list(self, *, prefix: str, marker: str, delimiter: str, max_keys: int) -> Listing:
        """Return the page of objects after `marker`."""
        found = page(
            self._keys,
            prefix=prefix.encode(),
            marker=marker.encode(),
            delimiter=delimiter.encode(),
            max_keys=max_keys,
        )
        return Listing(
            contents=tuple(self._objects[key.decode()] for key in found.keys),
            common_prefixes=tuple(prefix.decode() for prefix in found.common_prefixes),
            next_marker=found.next_marker.decode(),
        )
