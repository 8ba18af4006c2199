import crcmod  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cos.crc64 import crc64

# An implementation by others; the vendor's SDK uses it with the same parameters.
reference = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)


def test_the_check_value_of_the_catalogue_is_reproduced() -> None:
    assert crc64(b"123456789") == 11051210869376104954


@given(st.binary(max_size=300))
def test_short_contents_are_as_the_reference_has_them(content: bytes) -> None:
    assert crc64(content) == reference(content)


@pytest.mark.parametrize("size", [16_383, 16_384, 16_385, 262_143, 262_144, 262_145, 700_001])
def test_long_contents_are_as_the_reference_has_them(size: int) -> None:
    content = bytes(value * value % 251 for value in range(size))
    assert crc64(content) == reference(content)


@pytest.mark.parametrize("cut", [0, 1, 20_000, 262_144, 299_999])
def test_it_goes_on_from_what_came_before(cut: int) -> None:
    content = bytes(range(256)) * 1200
    assert crc64(content[cut:], crc64(content[:cut])) == crc64(content)
