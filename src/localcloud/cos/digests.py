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


class Digesting:
    """Computes the digests of a content that comes in pieces."""

    def __init__(self) -> None:
        self._size, self._md5, self._crc64 = 0, hashlib.md5(usedforsecurity=False), 0

    def update(self, piece: bytes) -> None:
        """Go on with the next piece."""
        self._size += len(piece)
        self._md5.update(piece)
        self._crc64 = crc64(piece, self._crc64)

    def digests(self) -> Digests:
        """Return the digests of all pieces so far."""
        return Digests(self._size, self._md5.digest(), self._crc64)


def digests_of(path: Path) -> Digests:
    """Return the digests of a file, read once and in pieces."""
    digesting = Digesting()
    with path.open("rb") as content:
        while piece := content.read(_READ_BYTES):
            digesting.update(piece)
    return digesting.digests()
