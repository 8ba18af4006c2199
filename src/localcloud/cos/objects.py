"""What COS keeps and says of an object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from localcloud.cos.acl import Grants

NEVER_VERSIONED = ""
NULL_VERSION = "null"  # of what was stored before versioning was enabled, or while it is suspended (436/19883)


@dataclass(frozen=True)
class StoredObject:
    """One content of one object."""

    bucket: str
    region: str
    key: str
    size: int  # bytes
    etag: str  # no quotes: hex MD5 of the content, `<md5 of the parts' md5s>-<parts>` if it came in parts
    last_modified: datetime  # UTC, whole seconds
    content_type: str  # as uploaded, maybe empty
    metadata: Mapping[str, str]  # `x-cos-meta-*`, full names in lower case
    path: Path  # the content: its first `size` bytes never change, so a reader may hold it open
    crc64: int  # CRC-64/ECMA of the content
    request_id: str  # of the request that created it
    headers: Mapping[str, str]  # other headers it was stored with, lower case: cache-control, expires, ...
    storage_class: str  # STANDARD, STANDARD_IA, ARCHIVE, ...
    version_id: str = NEVER_VERSIONED
    appendable: bool = False  # made by APPEND Object
    tags: Mapping[str, str] = field(default_factory=dict)
    grants: Grants | None = None  # its ACL; None: as its bucket's


@dataclass(frozen=True)
class DeleteMarker:
    """The version that says an object was deleted, in a bucket that keeps versions (436/36716)."""

    key: str
    version_id: str
    last_modified: datetime  # UTC, whole seconds


Version = StoredObject | DeleteMarker


@dataclass(frozen=True)
class Sender:
    """Who stores an object, and by which kind of request: what the event of it tells."""

    event_name: str = "cos:ObjectCreated:Put"
    request_id: str = ""
    authorization: str = ""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Draft:
    """An object to be, without its content."""

    bucket: str
    key: str
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = "STANDARD"
    tags: Mapping[str, str] = field(default_factory=dict)
    grants: Grants | None = None
    forbid_overwrite: bool = False


@dataclass(frozen=True)
class ObjectCreated:
    """News that an object is there, with what the uploader's request said."""

    object: StoredObject
    event_name: str  # cos:ObjectCreated:Put
    authorization: str
    source_ip: str
    at: datetime


@dataclass(frozen=True)
class Deletion:
    """What a DELETE did: made or removed a delete marker, removed a version, or nothing that has a version."""

    version_id: str = NEVER_VERSIONED
    delete_marker: bool = False


@dataclass(frozen=True)
class Listing:
    """One page of a bucket's objects, in the order of their keys' UTF-8 bytes."""

    contents: tuple[StoredObject, ...]
    common_prefixes: tuple[str, ...]
    next_marker: str  # the last entry of a truncated page, empty otherwise

    @property
    def is_truncated(self) -> bool:
        """Whether more entries follow this page."""
        return bool(self.next_marker)


@dataclass(frozen=True)
class ListedVersion:
    """One entry of a listing of versions."""

    version: Version
    is_latest: bool


@dataclass(frozen=True)
class VersionListing:
    """One page of all versions of a bucket's objects: keys in the order of their bytes, newest versions first."""

    versions: tuple[ListedVersion, ...]
    common_prefixes: tuple[str, ...]
    is_truncated: bool
    next_key_marker: str  # the last entry of a truncated page
    next_version_id_marker: str
