"""Which buckets there are, and how they are configured."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from localcloud.clock import Clock
from localcloud.cos import checks, errors
from localcloud.cos.bucket import Bucket
from localcloud.cos.bucket_settings import BucketSettings
from localcloud.cos.disk import BucketDirectory


class Buckets:
    """The buckets of a directory. Safe to share between threads.

    Whatever names a bucket raises CloudError 404 NoSuchBucket.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._directory = directory
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # recordings are for nobody else
        self._buckets = {each.bucket: Bucket(each) for each in BucketDirectory.open_all(directory)}

    def create_bucket(self, bucket: str, region: str) -> None:
        """Create an empty bucket; `bucket` is the full name, with the appid.

        Raises CloudError 400 InvalidBucketName, 409 BucketAlreadyOwnedByYou.
        """
        checks.check_bucket_name(bucket)
        with self._lock:
            if bucket in self._buckets:
                raise errors.bucket_already_owned_by_you(bucket, self._buckets[bucket].settings.region)
            settings = BucketSettings(region=region, created_at=self.clock())
            directory = BucketDirectory.create(self._directory / bucket, settings)
            self._buckets[bucket] = Bucket(directory)

    def ensure_bucket(self, bucket: str, region: str) -> None:
        """Create the bucket unless it is there. Raises CloudError 404 if it is there in another region."""
        if bucket in self.buckets():
            self.require_bucket(bucket, region)
        else:
            self.create_bucket(bucket, region)

    def delete_bucket(self, bucket: str) -> None:
        """Delete the bucket. Raises CloudError 409 BucketNotEmpty while it has objects, versions or uploads."""
        with self._lock:
            there = self._bucket(bucket)
            if not there.is_empty:
                raise errors.bucket_not_empty(bucket)
            del self._buckets[bucket]
            there.directory.delete()

    def buckets(self) -> Mapping[str, str]:
        """Return the region of every bucket."""
        with self._lock:
            return {name: bucket.settings.region for name, bucket in self._buckets.items()}

    def require_bucket(self, bucket: str, region: str) -> None:
        """Raise CloudError 404 NoSuchBucket unless the bucket is there and in this region."""
        if self.buckets().get(bucket) != region:
            raise errors.no_such_bucket(bucket, region)

    def close(self) -> None:
        """Let go of the directory, for whoever wants to remove it; nothing can be stored or deleted then."""
        with self._lock:
            for bucket in self._buckets.values():
                bucket.close()

    def settings(self, bucket: str) -> BucketSettings:
        """Return what is configured of the bucket."""
        return self.bucket(bucket).settings

    def configure(self, bucket: str, change: Callable[[BucketSettings], BucketSettings]) -> None:
        """Put what `change` makes of them in the place of the bucket's settings."""
        with self._lock:
            there = self._bucket(bucket)
            there.directory.configure(change(there.settings))

    def bucket(self, bucket: str) -> Bucket:
        """Return the bucket; of what it can do, only reading settings and `uploads` is for several threads."""
        with self._lock:
            return self._bucket(bucket)

    def _bucket(self, bucket: str) -> Bucket:
        """Return the bucket, for those who hold the lock."""
        if bucket not in self._buckets:
            raise errors.no_such_bucket(bucket)
        return self._buckets[bucket]
