"""How objects lie on disk: content files of made-up names and one sidecar of JSON per key, with all its versions.

No such file is named after a key, so no key can leave the directory. The sidecar is what makes an object exist: it is
replaced in one step, after its content is in place. Beside them is a mirror for people to look at.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from localcloud.cos.acl import Grants
from localcloud.cos.bucket_settings import BucketSettings
from localcloud.cos.mirror import Mirror
from localcloud.cos.objects import DeleteMarker, StoredObject, Version
from localcloud.cos.versions import Stack


class _StoredVersion(BaseModel):
    model_config = ConfigDict(frozen=True)

    content: str  # file name
    size: int
    etag: str
    last_modified: datetime
    content_type: str
    metadata: Mapping[str, str]
    crc64: int
    request_id: str
    headers: Mapping[str, str]
    storage_class: str
    version_id: str
    appendable: bool
    tags: Mapping[str, str]
    grants: Grants | None


class _StoredMarker(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version_id: str
    last_modified: datetime


class _Sidecar(BaseModel):
    model_config = ConfigDict(frozen=True)

    key: str
    versions: tuple[_StoredVersion | _StoredMarker, ...] = Field(min_length=1)  # newest first


_SHARED = tuple(_StoredVersion.model_fields.keys() - {"content"})


class BucketDirectory:
    """One bucket's files. Not safe to share between threads without a lock, but for `take_over`."""

    def __init__(self, directory: Path, settings: BucketSettings) -> None:
        self.bucket = directory.name
        self.settings = settings
        self.uploads = directory / "uploads"  # one directory for each multipart upload
        self.mirror = Mirror(directory / "files")
        self._directory = directory
        self._contents = directory / "contents"
        self._objects = directory / "objects"

    @classmethod
    def create(cls, directory: Path, settings: BucketSettings) -> "BucketDirectory":
        """Make the directories of a new bucket."""
        bucket = cls(directory, settings)
        for each in (bucket._contents, bucket._objects, bucket.uploads, directory / "files"):
            each.mkdir(parents=True)
        bucket.configure(settings)
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
        (self._directory / "bucket.json").unlink()  # first: without it the rest is no bucket
        shutil.rmtree(self._directory)

    def take_over(self, source: Path) -> Path:
        """Move a file in as the content of an object to be, and return where it is now."""
        path = self._contents / uuid4().hex
        shutil.move(source, path)
        return path

    def write(self, key: str, stack: Stack) -> None:
        """Make these the versions of the key; none make it be no more. Contents stay until they are unlinked."""
        path = self._objects / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
        if stack:
            replace_json(path, _Sidecar(key=key, versions=tuple(map(_to_file, stack))))
        else:
            path.unlink(missing_ok=True)

    def read_all(self) -> Iterator[tuple[str, Stack]]:
        """Yield every key with its versions, in no order."""
        for path in self._objects.glob("*.json"):
            sidecar = _Sidecar.model_validate_json(path.read_bytes())
            yield sidecar.key, tuple(self._from_file(sidecar.key, version) for version in sidecar.versions)

    def _from_file(self, key: str, version: _StoredVersion | _StoredMarker) -> Version:
        if isinstance(version, _StoredMarker):
            return DeleteMarker(key, version.version_id, version.last_modified)
        return StoredObject(
            bucket=self.bucket,
            region=self.settings.region,
            key=key,
            path=self._contents / version.content,
            **{name: getattr(version, name) for name in _SHARED},
        )


def _to_file(version: Version) -> _StoredVersion | _StoredMarker:
    if isinstance(version, DeleteMarker):
        return _StoredMarker(version_id=version.version_id, last_modified=version.last_modified)
    return _StoredVersion(content=version.path.name, **{name: getattr(version, name) for name in _SHARED})


def emptied(directory: Path) -> Path:
    """Return the directory, made if need be, with nothing in it."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def new_file(directory: Path) -> Path:
    """Return a new empty file in `directory`, under a name of its own."""
    handle, path = tempfile.mkstemp(dir=directory)
    os.close(handle)
    return Path(path)


def replace_json(path: Path, content: BaseModel) -> None:
    """Write the file in one step: a reader finds the former or the new content, never half of it.

    Not for several threads at once on one path.
    """
    draft = path.with_suffix(".draft")
    draft.write_text(content.model_dump_json(), encoding="utf-8")
    draft.replace(path)
