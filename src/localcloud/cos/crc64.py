"""CRC-64/ECMA-182 in the form COS answers it (`x-cos-hash-crc64ecma`, 436/40334): reflected, as in xz."""

from anycrc import Model

_XZ = Model("CRC64-XZ")


def crc64(data: bytes | bytearray | memoryview, crc: int = 0) -> int:
    """Return the checksum of `data`; give the checksum of what came before as `crc` to go on from there."""
    checksum: int = _XZ.calc(data, crc)
    return checksum


def combined_crc64(first: int, second: int, second_size: int) -> int:
    """Return the checksum of two contents one after the other, from theirs and the size of the second in bytes."""
    checksum: int = _XZ.combine(first, second, second_size)
    return checksum
