"""Which buckets Smart Audio, the service that VoiceSeparate belongs to, is opened for (1045/73363, 1045/73364)."""

import threading
from dataclasses import dataclass
from datetime import datetime

from localcloud.ci.nodes import Texts
from localcloud.ci.pages import PageParameters
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError


@dataclass(frozen=True)
class AsrBucket:
    """A bucket that Smart Audio is opened for, since when."""

    name: str
    region: str
    create_time: datetime


class AsrBucketFilter(PageParameters):
    """Which buckets are asked for; `bucket_name` is how their names begin. No region means all: UNVERIFIED."""

    regions: Texts = ()
    bucket_names: Texts = ()
    bucket_name: str = ""

    def admits(self, bucket: AsrBucket) -> bool:
        """Whether it is asked for."""
        return (
            (not self.regions or bucket.region in self.regions)
            and (not self.bucket_names or bucket.name in self.bucket_names)
            and bucket.name.startswith(self.bucket_name)
        )


class AsrBuckets:
    """The buckets that Smart Audio is opened for. Safe to share between threads.

    Unless `require_opened`, every bucket is one of them from the first look at it.
    """

    def __init__(self, cos: Cos, clock: Clock, *, require_opened: bool) -> None:
        self._cos = cos
        self._clock = clock
        self._require_opened = require_opened
        self._lock = threading.Lock()
        self._opened: dict[str, datetime] = {}

    def open(self, bucket: str) -> AsrBucket:
        """Open Smart Audio for the bucket. For one that has it already nothing changes; that is UNVERIFIED."""
        with self._lock:
            opened = self._opened.setdefault(bucket, self._clock())
            return AsrBucket(bucket, self._cos.buckets()[bucket], opened)

    def all(self) -> tuple[AsrBucket, ...]:
        """Return every bucket that Smart Audio is opened for, by name."""
        regions = self._cos.buckets()
        if not self._require_opened:
            for bucket in regions:
                self.open(bucket)
        with self._lock:
            return tuple(AsrBucket(name, regions[name], at) for name, at in sorted(self._opened.items()))

    def require(self, bucket: str) -> None:
        """Raise CloudError 400 MediaBucketUnBinded where Smart Audio has to be opened for the bucket and is not.

        The code is 1111's (1045 error codes). That a bucket without Smart Audio has this one is a guess.
        """
        with self._lock:
            if not self._require_opened or bucket in self._opened:
                return
        message = f"Smart Audio is not opened for the bucket {bucket!r}. Send POST /asrbucket to its CI host first."
        raise CloudError(400, "MediaBucketUnBinded", message)
