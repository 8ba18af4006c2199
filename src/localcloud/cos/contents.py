"""Contents: files that are to become, or are, what an object holds."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from localcloud.cos.conditions import Span
from localcloud.cos.crc64 import combined_crc64
from localcloud.cos.digests import Digests, digests_of
from localcloud.cos.multipart import Part
from localcloud.cos.objects import StoredObject


@dataclass(frozen=True)
class Content:
    """A file that is to become the content of an object, with what is said of it."""

    path: Path
    size: int  # bytes
    etag: str  # no quotes
    crc64: int


def whole(path: Path, digests: Digests | None = None) -> Content:
    """Return the content that came in one piece: its ETag is its MD5."""
    digests = digests or digests_of(path)
    return Content(path, digests.size, digests.md5.hex(), digests.crc64)


def linked(stored: StoredObject, path: Path) -> Content:
    """Return the content of an object once more, under the name `path`; not a byte is copied."""
    os.link(stored.path, path)
    return Content(path, stored.size, stored.etag, stored.crc64)


def assembled(parts: Sequence[Part], path: Path) -> Content:
    """Write the parts one after the other to `path` and return the whole, with the ETag `<MD5 of the MD5s>-<parts>`."""
    size, crc, md5s = 0, 0, b""
    with path.open("wb") as content:
        for part in parts:
            with part.path.open("rb") as piece:
                shutil.copyfileobj(piece, content, _COPY_BYTES)
            size += part.size
            crc = combined_crc64(crc, part.crc64, part.size)
            md5s += part.md5
    return Content(path, size, f"{hashlib.md5(md5s, usedforsecurity=False).hexdigest()}-{len(parts)}", crc)


def copy_span(source: Path, target: Path, span: Span) -> None:
    """Write a part of one file to another, a piece at a time."""
    with source.open("rb") as content, target.open("wb") as copy:
        content.seek(span.start)
        remaining = span.size
        while remaining:
            piece = content.read(min(remaining, _COPY_BYTES))
            copy.write(piece)
            remaining -= len(piece)


def appended(stored: StoredObject, added: Content) -> StoredObject:
    """Write `added` to the end of the object's file and return the object as it is then.

    Its ETag comes to be the MD5 of the former ETag and of the MD5 of what was added: which one COS gives is UNVERIFIED.
    """
    os.truncate(stored.path, stored.size)  # an append that broke off may have left something
    with stored.path.open("ab") as content, added.path.open("rb") as more:
        shutil.copyfileobj(more, content, _COPY_BYTES)
    etag = hashlib.md5(bytes.fromhex(stored.etag + added.etag), usedforsecurity=False).hexdigest()
    crc = combined_crc64(stored.crc64, added.crc64, added.size)
    return replace(stored, size=stored.size + added.size, etag=etag, crc64=crc)


_COPY_BYTES = 1 << 20
