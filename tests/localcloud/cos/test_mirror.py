from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.cos.models import Cos

BUCKET = "media-1250000000"
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


def cos_in(directory: Path) -> Cos:
    cos = Cos(directory, lambda: NOON)
    cos.ensure_bucket(BUCKET, "ap-guangzhou")
    return cos


def shown(directory: Path) -> dict[str, bytes]:
    """What a person finds in the folder of the bucket's files."""
    folder = directory / "buckets" / BUCKET / "files"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_objects_are_visible_as_files(tmp_path: Path) -> None:
    cos = cos_in(tmp_path)
    cos.put(BUCKET, "in/录音 1.wav", b"one")
    cos.put(BUCKET, "in/录音 1.wav", b"two")
    assert shown(tmp_path) == {"in/录音 1.wav": b"two"}
    cos.delete(BUCKET, "in/录音 1.wav")
    assert shown(tmp_path) == {}
    assert list((tmp_path / "buckets" / BUCKET / "files").iterdir()) == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
        ("/a", "%2F/a"),
        ("a//b", "a/%2F/b"),
        ("folder/", "folder/%2F"),
        ("a\x00b\\c:d", "a%00b%5Cc%3Ad"),
        ("100%", "100%25"),
    ],
)
def test_what_no_file_is_called_is_encoded(tmp_path: Path, key: str, name: str) -> None:
    cos_in(tmp_path).put(BUCKET, key, b"content")
    assert shown(tmp_path) == {name: b"content"}


@pytest.mark.parametrize("keys", [("a", "a/b"), ("a/b", "a")])
def test_of_a_key_and_its_folder_the_first_is_shown(tmp_path: Path, keys: tuple[str, str]) -> None:
    cos = cos_in(tmp_path)
    for key in keys:
        cos.put(BUCKET, key, key.encode())
    assert shown(tmp_path) == {keys[0]: keys[0].encode()}
    cos.delete(BUCKET, keys[1])
    assert shown(tmp_path) == {keys[0]: keys[0].encode()}


SEGMENTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(["..", ".", "", "a" * 300])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join).filter(bool)


@settings(max_examples=40, deadline=None)
@given(st.lists(KEYS, max_size=4))
def test_no_key_is_shown_outside_of_the_folder(keys: list[str]) -> None:
    with TemporaryDirectory() as outer:
        directory = Path(outer) / "inner"
        cos = cos_in(directory)
        before = {path for path in Path(outer).rglob("*") if "files" not in path.parts and path.is_dir()}
        for key in keys:
            cos.put(BUCKET, key, b"content")
        after = {path for path in Path(outer).rglob("*") if "files" not in path.parts and path.is_dir()}
        assert after == before
        for key in keys:
            cos.delete(BUCKET, key)
        assert shown(directory) == {}
