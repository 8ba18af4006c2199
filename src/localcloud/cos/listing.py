"""Which keys make one page of a listing (GET Bucket, 436/7734; of versions, 436/35521; of uploads, 436/7736)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar


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


Item = TypeVar("Item")
Entry = tuple[bytes, str, Item]
"""A key, what tells it from others of the same key, and what is listed of it."""


@dataclass(frozen=True)
class Grouped(Generic[Item]):
    """The entries of one page of a listing in which a key can stand several times."""

    items: tuple[Item, ...]
    common_prefixes: tuple[bytes, ...]
    last: Item | bytes | None  # the last entry of either kind, if entries follow
    is_truncated: bool


def starting_after(
    entries: Iterable[Entry[Item]], *, key_marker: bytes, mark: str, delimiter: bytes
) -> Iterator[Entry[Item]]:
    """Leave out what earlier pages had: up to the entry `mark` of the key, without one every entry of the key.

    A marker that ends in the delimiter is a common prefix, and left out whole. The entries are sorted by key.
    """
    skips_prefix = bool(delimiter) and key_marker.endswith(delimiter)
    reached = False
    for entry in entries:
        key, own_mark, _ = entry
        if key < key_marker or (skips_prefix and key.startswith(key_marker)):
            continue
        if key_marker and key == key_marker and not reached:
            reached = bool(mark) and own_mark == mark
            continue
        yield entry


def grouped(entries: Iterable[Entry[Item]], *, prefix: bytes, delimiter: bytes, limit: int) -> Grouped[Item]:
    """Return the first `limit` of the sorted entries with this prefix, with those below a delimiter as one."""
    items: list[Item] = []
    common: list[bytes] = []
    last: Item | bytes | None = None
    for key, _, item in entries:
        if not key.startswith(prefix):
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        shared = key[: end + len(delimiter)] if end >= 0 else None
        if shared is not None and common and common[-1] == shared:
            continue
        if len(items) + len(common) >= limit:
            return Grouped(tuple(items), tuple(common), last, is_truncated=last is not None)
        if shared is None:
            items.append(item)
            last = item
        else:
            common.append(shared)
            last = shared
    return Grouped(tuple(items), tuple(common), None, is_truncated=False)
