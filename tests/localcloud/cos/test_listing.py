from hypothesis import given
from hypothesis import strategies as st

from localcloud.cos.listing import Page, page

KEY = st.text("ab/é", min_size=1, max_size=6)
KEYS = st.sets(KEY, max_size=12).map(lambda keys: sorted(key.encode() for key in keys))
TREE = [b"a", b"a/1", b"a/2", b"b/1", b"c", b"c/"]


def entries(keys: list[bytes], prefix: bytes, delimiter: bytes) -> list[bytes]:
    """Return all entries of a listing, said the plain way."""
    found = set()
    for key in keys:
        if key.startswith(prefix):
            head, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, b"", b"")
            found.add(prefix + head + cut if cut else key)
    return sorted(found)


@given(KEYS, st.text("ab/", max_size=2), st.sampled_from(["", "/", "b/", "é"]), st.integers(1, 5))
def test_the_pages_together_are_all_entries_once(keys: list[bytes], prefix: str, delimiter: str, size: int) -> None:
    pages: list[Page] = []
    marker = b""
    while not pages or marker:
        found = page(keys, prefix=prefix.encode(), marker=marker, delimiter=delimiter.encode(), max_keys=size)
        assert len(found.keys) + len(found.common_prefixes) <= size
        pages.append(found)
        marker = found.next_marker
    listed = [entry for found in pages for entry in sorted(found.keys + found.common_prefixes)]
    assert listed == entries(keys, prefix.encode(), delimiter.encode())


def test_keys_are_grouped_at_the_delimiter() -> None:
    assert page(TREE, delimiter=b"/") == Page((b"a", b"c"), (b"a/", b"b/", b"c/"), b"")


def test_a_prefix_that_ends_in_the_delimiter_is_looked_into() -> None:
    assert page(TREE, prefix=b"a/", delimiter=b"/") == Page((b"a/1", b"a/2"), (), b"")


def test_a_truncated_page_names_its_last_entry_as_the_next_marker() -> None:
    assert page(TREE, max_keys=2) == Page((b"a", b"a/1"), (), b"a/1")
    assert page(TREE, delimiter=b"/", max_keys=2) == Page((b"a",), (b"a/",), b"a/")


def test_a_page_goes_on_after_a_common_prefix_as_a_whole() -> None:
    assert page(TREE, delimiter=b"/", marker=b"a/") == Page((b"c",), (b"b/", b"c/"), b"")


def test_a_marker_need_not_be_a_key() -> None:
    assert page(TREE, marker=b"bb").keys == (b"c", b"c/")


def test_a_page_of_no_entries_is_not_truncated() -> None:
    assert page(TREE, max_keys=0) == Page((), (), b"")
