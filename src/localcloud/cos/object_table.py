"""The table that says which objects a bucket has: one row for each key, with all its versions, in an SQLite file.

A row is what makes an object exist. It is replaced in one step, after the content is in place, so whenever the process
ends every key has either its former or its new versions. A file for each key would do as well, but creating a file is
the slowest thing that storing a small object does, and its content is one already.
"""

import sqlite3
import weakref
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from localcloud.cos.acl import Grants
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


_Row = tuple[_StoredVersion | _StoredMarker, ...]  # newest first
_ROW: TypeAdapter[_Row] = TypeAdapter(_Row)
_SHARED = tuple(_StoredVersion.model_fields.keys() - {"content"})

_CREATE = "CREATE TABLE IF NOT EXISTS objects (key BLOB PRIMARY KEY, versions TEXT NOT NULL) WITHOUT ROWID"
_REPLACE = "REPLACE INTO objects VALUES (?, ?)"
_REMOVE = "DELETE FROM objects WHERE key = ?"
_ALL = "SELECT key, versions FROM objects"


class ObjectTable:
    """The versions of a bucket's keys; the contents' files are in `contents`.

    Not safe to share between threads without a lock.
    """

    def __init__(self, file: Path, *, bucket: str, region: str, contents: Path) -> None:
        self._bucket = bucket
        self._region = region
        self._contents = contents
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        # Whoever drops the table need not close it, though Python 3.13 would mind.
        self._close = weakref.finalize(self, self._connection.close)
        self._connection.execute("PRAGMA journal_mode = WAL")  # one write for each change
        self._connection.execute("PRAGMA synchronous = NORMAL")  # no waiting for the disk, and whole after a power cut
        self._connection.execute(_CREATE)

    def write(self, key: str, stack: Stack) -> None:
        """Make these the versions of the key; none make it be no more."""
        if stack:
            versions = _ROW.dump_json(tuple(map(_to_row, stack))).decode()
            self._connection.execute(_REPLACE, (key.encode(), versions))
        else:
            self._connection.execute(_REMOVE, (key.encode(),))

    def read_all(self) -> Iterator[tuple[str, Stack]]:
        """Yield every key with its versions, in no order."""
        for name, versions in self._connection.execute(_ALL):
            key = name.decode()
            yield key, tuple(self._from_row(key, version) for version in _ROW.validate_json(versions))

    def close(self) -> None:
        """Let go of the file; nothing can be read or written then."""
        self._close()

    def _from_row(self, key: str, version: _StoredVersion | _StoredMarker) -> Version:
        if isinstance(version, _StoredMarker):
            return DeleteMarker(key, version.version_id, version.last_modified)
        return StoredObject(
            bucket=self._bucket,
            region=self._region,
            key=key,
            path=self._contents / version.content,
            **{name: getattr(version, name) for name in _SHARED},
        )


def _to_row(version: Version) -> _StoredVersion | _StoredMarker:
    if isinstance(version, DeleteMarker):
        return _StoredMarker(version_id=version.version_id, last_modified=version.last_modified)
    return _StoredVersion(content=version.path.name, **{name: getattr(version, name) for name in _SHARED})
