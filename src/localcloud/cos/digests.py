"""The size and checksums of a content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from localcloud.cos.crc64 import crc64

_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Digests:
    """What is computed of every content that is stored."""

    size: int  # bytes
    md5: bytes
    crc64: int


def digests_of(path: Path) -> Digests:
    """Return the digests of a file, read once and in pieces."""
    size, md5, crc = 0, hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as content:
        while block := content.read(_READ_BYTES):
            size += len(block)
            md5.update(block)
            crc = crc64(block, crc)
    return Digests(size, md5.digest(), crc)
