"""How objects lie on disk: content files of made-up names, and a table of the keys that have them.

No such file is named after a key, so no key can leave the directory. Beside them is a mirror for people to look at.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel

from localcloud.cos.bucket_settings import BucketSettings
from localcloud.cos.mirror import Mirror
from localcloud.cos.object_table import ObjectTable


class BucketDirectory:
    """One bucket's files. Not safe to share between threads without a lock, but for `take_over`."""

    def __init__(self, directory: Path, settings: BucketSettings) -> None:
        self.bucket = directory.name
        self.settings = settings
        self.uploads = directory / "uploads"  # one directory for each multipart upload
        self.mirror = Mirror(directory / "files")
        self._directory = directory
        self._contents = directory / "contents"
        for each in (self._contents, self.uploads, directory / "files"):
            each.mkdir(parents=True, exist_ok=True)
        self.objects = ObjectTable(
            directory / "objects.sqlite", bucket=self.bucket, region=settings.region, contents=self._contents
        )

    @classmethod
    def create(cls, directory: Path, settings: BucketSettings) -> "BucketDirectory":
        """Make the directory of a new bucket."""
        shutil.rmtree(directory, ignore_errors=True)  # a bucket whose deletion broke off may have left something
        bucket = cls(directory, settings)
        bucket.configure(settings)  # last: without it the rest is no bucket
        return bucket

    @classmethod
    def open_all(cls, directory: Path) -> Iterator["BucketDirectory"]:
        """Yield the buckets that were made in `directory` before."""
        for path in sorted(directory.glob("*/bucket.json")):
            yield cls(path.parent, BucketSettings.model_validate_json(path.read_bytes()))

    def configure(self, settings: BucketSettings) -> None:
        """Keep other settings from now on."""
        replace_json(self._directory / "bucket.json", settings)
        self.settings = settings

    def delete(self) -> None:
        """Remove the bucket and all it has."""
        (self._directory / "bucket.json").unlink()  # first, as said
        self.objects.close()
        shutil.rmtree(self._directory)

    def take_over(self, source: Path) -> Path:
        """Move a file in as the content of an object to be, and return where it is now."""
        path = new_name(self._contents)
        try:
            os.rename(source, path)  # noqa: PTH104 - Path.rename takes twice as long
        except OSError:  # it is on another file system
            shutil.move(source, path)
        return path


def emptied(directory: Path) -> Path:
    """Return the directory, made if need be, with nothing in it."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
    return directory


def new_name(directory: Path) -> Path:
    """Return the path of a file in `directory` that is not there yet, and that nobody else makes."""
    return directory / uuid4().hex


def replace_json(path: Path, content: BaseModel) -> None:
    """Write the file in one step: a reader finds the former or the new content, never half of it.

    Not for several threads at once on one path.
    """
    draft = path.with_suffix(".draft")
    draft.write_text(content.model_dump_json(), encoding="utf-8")
    draft.replace(path)
