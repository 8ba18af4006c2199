"""What COS keeps and says of an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class StoredObject:
    """One content of one object."""

    bucket: str
    region: str
    key: str
    size: int  # bytes
    etag: str  # hex MD5 of the content, no quotes
    last_modified: datetime  # UTC, whole seconds
    content_type: str  # as uploaded, maybe empty
    metadata: Mapping[str, str]  # `x-cos-meta-*`, full names in lower case
    path: Path  # the content; never written again, so a reader may hold it open
    crc64: int  # CRC-64/ECMA of the content
    request_id: str  # of the request that created it
    headers: Mapping[str, str]  # other headers it was stored with, lower case: cache-control, expires, ...
    storage_class: str  # STANDARD, STANDARD_IA, ARCHIVE, ...


@dataclass(frozen=True)
class ObjectCreated:
    """News that an object is there, with what the uploader's request said."""

    object: StoredObject
    event_name: str  # cos:ObjectCreated:Put
    authorization: str
    source_ip: str
    at: datetime


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
