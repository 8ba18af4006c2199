"""Which keys make one page of a listing (GET Bucket, 436/7734)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """The entries of one page; keys and common prefixes together are at most `max_keys`."""

    keys: tuple[bytes, ...]
    common_prefixes: tuple[bytes, ...]
    next_marker: bytes  # the last entry, if entries follow; otherwise empty


def page(
    keys: Sequence[bytes],
    *,
    prefix: bytes = b"",
    marker: bytes = b"",
    delimiter: bytes = b"",
    max_keys: int = 1000,
) -> Page:
    """Return the page of sorted `keys` that start with `prefix` and come after `marker`.

    Keys with the same text between the prefix and the first delimiter count as one common prefix. A marker that
    is a common prefix skips it whole: that is how the next page goes on.
    """
    found: list[bytes] = []
    common: list[bytes] = []
    last = b""
    at = max(bisect_left(keys, prefix), bisect_right(keys, marker))
    if _is_common_prefix(marker, prefix, delimiter):
        at = max(at, _after_prefix(keys, marker))
    while at < len(keys) and keys[at].startswith(prefix):
        if len(found) + len(common) >= max_keys:
            return Page(tuple(found), tuple(common), last)
        key = keys[at]
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        if end < 0:
            found.append(last := key)
            at += 1
        else:
            common.append(last := key[: end + len(delimiter)])
            at = _after_prefix(keys, last)
    return Page(tuple(found), tuple(common), b"")


def _is_common_prefix(marker: bytes, prefix: bytes, delimiter: bytes) -> bool:
    if not delimiter or not marker.startswith(prefix):
        return False
    return marker.find(delimiter, len(prefix)) == len(marker) - len(delimiter) >= len(prefix)


def _after_prefix(keys: Sequence[bytes], prefix: bytes) -> int:
    """Return the index of the first key after all that start with `prefix`."""
    # 0xFF is in no UTF-8 text, so it comes after every key with the prefix.
    return bisect_left(keys, prefix + b"\xff")
