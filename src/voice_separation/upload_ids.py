"""A set of upload ids that fits into a small function, however many there are."""

from bisect import bisect_left
from dataclasses import dataclass, field

WIDTH = 16  # bytes; the 32 hex digits of an upload_id


@dataclass(frozen=True)
class UploadIds:
    """Upload ids in ascending order, 16 bytes each; a set of texts takes some 120."""

    _packed: bytearray = field(default_factory=bytearray, repr=False)

    def append(self, upload_id: str) -> None:
        """Add an id that is not below the last, as LIST yields them; the same one again changes nothing."""
        packed = bytes.fromhex(upload_id)
        if self._packed[-WIDTH:] != packed:
            self._packed.extend(packed)

    def __contains__(self, upload_id: str) -> bool:
        packed = bytes.fromhex(upload_id)
        at = bisect_left(range(len(self)), packed, key=self._at)
        return at < len(self) and self._at(at) == packed

    def __len__(self) -> int:
        return len(self._packed) // WIDTH

    def _at(self, place: int) -> bytes:
        return bytes(self._packed[place * WIDTH : (place + 1) * WIDTH])
