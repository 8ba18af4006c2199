"""How objects lie on disk: content files of made-up names and one sidecar of JSON per object.

No file is named after a key, so no key can leave the directory. The sidecar is what makes an object exist: it is
replaced in one step, after its content is in place.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from localcloud.cos.objects import StoredObject


class _Sidecar(BaseModel):
    model_config = ConfigDict(frozen=True)

    key: str
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


class _BucketFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    region: str


class BucketDirectory:
    """One bucket's files. Not safe to share between threads without a lock, but for `take_over`."""

    def __init__(self, directory: Path, region: str) -> None:
        self.bucket = directory.name
        self.region = region
        self._contents = directory / "contents"
        self._objects = directory / "objects"

    @classmethod
    def create(cls, directory: Path, region: str) -> "BucketDirectory":
        """Make the directories of a new bucket."""
        bucket = cls(directory, region)
        bucket._contents.mkdir(parents=True)
        bucket._objects.mkdir()
        _replace(directory / "bucket.json", _BucketFile(region=region))
        return bucket

    @classmethod
    def open_all(cls, directory: Path) -> Iterator["BucketDirectory"]:
        """Yield the buckets that were made in `directory` before."""
        for path in sorted(directory.glob("*/bucket.json")):
            yield cls(path.parent, _BucketFile.model_validate_json(path.read_bytes()).region)

    def take_over(self, source: Path) -> Path:
        """Move a file in as the content of an object to be, and return where it is now."""
        path = new_file(self._contents)
        shutil.move(source, path)
        return path

    def write(self, stored: StoredObject) -> None:
        """Make the object exist, or be another from now on."""
        sidecar = _Sidecar(content=stored.path.name, **{name: getattr(stored, name) for name in _SHARED})
        _replace(self._sidecar_path(stored.key), sidecar)

    def remove(self, key: str) -> None:
        """Make the object be no more. Its content stays until `discard`."""
        self._sidecar_path(key).unlink()

    def read_all(self) -> Iterator[StoredObject]:
        """Yield every object of the bucket, in no order."""
        for path in self._objects.glob("*.json"):
            sidecar = _Sidecar.model_validate_json(path.read_bytes())
            yield StoredObject(
                bucket=self.bucket,
                region=self.region,
                path=self._contents / sidecar.content,
                **{name: getattr(sidecar, name) for name in _SHARED},
            )

    def _sidecar_path(self, key: str) -> Path:
        return self._objects / f"{hashlib.sha256(key.encode()).hexdigest()}.json"


_SHARED = tuple(_Sidecar.model_fields.keys() - {"content"})


def new_file(directory: Path) -> Path:
    """Return a new empty file in `directory`, under a name of its own."""
    handle, path = tempfile.mkstemp(dir=directory)
    os.close(handle)
    return Path(path)


def _replace(path: Path, content: BaseModel) -> None:
    draft = new_file(path.parent)
    draft.write_text(content.model_dump_json(), encoding="utf-8")
    draft.replace(path)
