"""The services that are opened for a bucket: Smart Audio, which VoiceSeparate belongs to, and media processing.

1045/73363 to 1045/73365 (Smart Audio), 1045/43671 and the documents beside it (media processing).
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from localcloud.ci.kept import KeptFile
from localcloud.ci.nodes import Texts
from localcloud.ci.pages import PageParameters
from localcloud.ci.queues import QueueCategory
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError


@dataclass(frozen=True)
class Service:
    """A service of CI: its name, what it is called in paths and in nodes, and the queue that comes with it."""

    name: str
    resource: str
    node: str
    queue: QueueCategory


SMART_AUDIO = Service("Smart Audio", "asrbucket", "AsrBucket", "Speeching")
MEDIA_PROCESSING = Service("Media processing", "mediabucket", "MediaBucket", "Transcoding")


@dataclass(frozen=True)
class ServiceBucket:
    """A bucket that a service is opened for, since when."""

    name: str
    region: str
    create_time: datetime


@dataclass(frozen=True)
class _Kept:
    """What is remembered of a bucket: when the service was opened for it, None if it was closed."""

    name: str
    opened_at: datetime | None


class ServiceBucketFilter(PageParameters):
    """Which buckets are asked for; `bucket_name` is how their names begin. No region means all: UNVERIFIED."""

    regions: Texts = ()
    bucket_names: Texts = ()
    bucket_name: str = ""

    def admits(self, bucket: ServiceBucket) -> bool:
        """Whether it is asked for."""
        return (
            (not self.regions or bucket.region in self.regions)
            and (not self.bucket_names or bucket.name in self.bucket_names)
            and bucket.name.startswith(self.bucket_name)
        )


class ServiceBuckets:
    """The buckets that a service is opened for. Safe to share between threads.

    Unless `require_opened`, every bucket is one of them from the first look at it, if the service was not closed. A
    later `ServiceBuckets` of the same directory has the same ones.
    """

    def __init__(
        self, service: Service, cos: Cos, clock: Clock, directory: Path | None = None, *, require_opened: bool = False
    ) -> None:
        self.service = service
        self._cos = cos
        self._clock = clock
        self._require_opened = require_opened
        self._lock = threading.Lock()
        self._file = KeptFile(directory, f"{service.resource}s", _Kept)
        self._known = {kept.name: kept for kept in self._file.load()}

    def open(self, bucket: str) -> ServiceBucket:
        """Open the service for the bucket. For one that has it already nothing changes; that is UNVERIFIED."""
        with self._lock:
            known = self._known.get(bucket)
            opened_at = known.opened_at if known else None
            if opened_at is None:
                opened_at = self._clock()
                self._keep(_Kept(bucket, opened_at))
            return ServiceBucket(bucket, self._cos.buckets()[bucket], opened_at)

    def close(self, bucket: str) -> None:
        """Close the service for the bucket. For one that does not have it nothing changes; that is UNVERIFIED."""
        with self._lock:
            self._keep(_Kept(bucket, None))

    def all(self) -> tuple[ServiceBucket, ...]:
        """Return every bucket that the service is opened for, by name."""
        regions = self._cos.buckets()
        return tuple(self.open(name) for name in sorted(regions) if self._is_opened(name))

    def require(self, bucket: str) -> None:
        """Raise CloudError 400 MediaBucketUnBinded where the service has to be opened for the bucket and is not.

        The code is 1111's (1045 error codes). That a bucket without Smart Audio has this one is a guess.
        """
        if self._is_opened(bucket):
            return
        service = self.service
        opening = f"Send POST /{service.resource} to its CI host first."
        message = f"{service.name} is not opened for the bucket {bucket!r}. {opening}"
        raise CloudError(400, "MediaBucketUnBinded", message)

    def _is_opened(self, bucket: str) -> bool:
        with self._lock:
            known = self._known.get(bucket)
        return not self._require_opened if known is None else known.opened_at is not None

    def _keep(self, kept: _Kept) -> None:
        self._known[kept.name] = kept
        self._file.save(self._known.values())
