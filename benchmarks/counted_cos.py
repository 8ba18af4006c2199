"""COS as the app sees it, in memory: no network and no disk, and every request is counted."""
# ruff: noqa: ARG002 - the methods are those of Cos; there is one bucket, and nothing asks for types

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from localcloud.cos.listing import page
from voice_separation.bucket import Bucket
from voice_separation.errors import ObjectNotFound
from voice_separation.tencent.cos import Cos, ListedObject, ObjectHead


@dataclass(frozen=True)
class Traffic:
    """Requests, and bytes of documents sent and received; the bytes of LIST are not counted."""

    requests: int = 0
    sent: int = 0
    received: int = 0

    def since(self, before: "Traffic") -> "Traffic":
        """Return how much more it is than before."""
        return Traffic(self.requests - before.requests, self.sent - before.sent, self.received - before.received)


class Objects:
    """The objects of one bucket, and what was asked of it. Safe to share between threads.

    What is put under a prefix of `forgotten` is counted and not kept, so that memory is the app's and not this COS's.
    """

    def __init__(self, now: Callable[[], datetime], forgotten: str | tuple[str, ...] = "\0") -> None:
        self.traffic = Traffic()
        self._now = now
        self._forgotten = forgotten
        self._objects: dict[bytes, tuple[bytes, datetime]] = {}
        self._sorted_keys: list[bytes] | None = None
        self._lock = threading.Lock()

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Count a request."""
        with self._lock:
            before = self.traffic
            self.traffic = Traffic(before.requests + 1, before.sent + sent, before.received + received)

    def put(self, key: str, content: bytes) -> None:
        """Store an object."""
        if key.startswith(self._forgotten):
            return
        with self._lock:
            if key.encode() not in self._objects:
                self._sorted_keys = None
            self._objects[key.encode()] = (content, self._now())

    def remove(self, key: str) -> None:
        """Remove an object if it is there."""
        with self._lock:
            self._objects.pop(key.encode(), None)
            self._sorted_keys = None

    def find(self, key: str) -> tuple[bytes, datetime] | None:
        """Return the content of an object and when it was stored."""
        return self._objects.get(key.encode())

    def keys(self) -> Sequence[bytes]:
        """Return all keys, in their order."""
        with self._lock:
            if self._sorted_keys is None:
                self._sorted_keys = sorted(self._objects)
            return self._sorted_keys


class CountedCos(Cos):
    """Sends nothing, and asks the objects."""

    objects: Objects

    def __init__(self, objects: Objects) -> None:
        object.__setattr__(self, "objects", objects)  # Cos is frozen

    def head(self, bucket: Bucket, key: str) -> ObjectHead:
        """Ask for the facts of an object. Raises ObjectNotFound."""
        if self.objects.find(key) is None:
            self.objects.count()  # the GET that tells a missing object from a missing bucket follows in _find
        content, modified_at = self._find("HeadObject", key)
        self.objects.count()
        return ObjectHead(
            etag=_etag(content),
            size=len(content),
            storage_class="STANDARD",
            modified_at=modified_at,
            versioned=False,
            metadata={},
        )

    def get(self, bucket: Bucket, key: str) -> bytes:
        """Read an object. Raises ObjectNotFound."""
        content, _ = self._find("GetObject", key)
        self.objects.count(received=len(content))
        return content

    def put(
        self,
        bucket: Bucket,
        key: str,
        content: bytes,
        *,
        content_type: str,
        cache_control: str | None = None,
        if_absent: bool = False,
    ) -> bool:
        """Write an object."""
        self.objects.count(sent=len(content))
        self.objects.put(key, content)
        return False

    def delete(self, bucket: Bucket, key: str, *, repeatable: bool = True) -> None:
        """Delete an object."""
        self.objects.count()
        self.objects.remove(key)

    def list(self, bucket: Bucket, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects under a prefix, page by page."""
        marker = after.encode()
        while True:
            self.objects.count()
            found = page(self.objects.keys(), prefix=prefix.encode(), marker=marker)
            for key in map(bytes.decode, found.keys):
                content, modified_at = self._find("GetBucket", key)
                yield ListedObject(key, _etag(content), len(content), modified_at)
            marker = found.next_marker
            if not marker:
                return

    def _find(self, operation: str, key: str) -> tuple[bytes, datetime]:
        found = self.objects.find(key)
        if found is None:
            self.objects.count()
            raise ObjectNotFound(operation, key, status=404, code="NoSuchKey", reason="it is not there")
        return found


def _etag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
