"""Uploads in parts, as the state keeps them, and what becomes of them in a restart or a failure."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cos.crc64 import combined_crc64, crc64
from localcloud.cos.digests import digests_of
from localcloud.cos.models import Cos, Draft, ObjectCreated, Sender
from localcloud.cos.multipart import MIN_PART_BYTES, MultipartUpload, Part, WantedPart
from localcloud.cos.multipart_completion import complete
from localcloud.cos.objects import StoredObject
from localcloud.errors import CloudError

BUCKET = "media-1250000000"
KEY = "in/talk.wav"
NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=timezone.utc)
FULL = b"a" * MIN_PART_BYTES


class Lab:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.cos = Cos(directory, lambda: NOON)
        self.cos.ensure_bucket(BUCKET, "ap-guangzhou")

    def begin(self, *, forbid_overwrite: bool = False) -> None:
        draft = Draft(BUCKET, KEY, content_type="audio/wav", forbid_overwrite=forbid_overwrite)
        self.cos.bucket(BUCKET).uploads.add(MultipartUpload("1", draft, NOON))

    def put(self, number: int, content: bytes, key: str = KEY) -> Part:
        source = self.cos.new_upload()
        source.write_bytes(content)
        uploads = self.cos.bucket(BUCKET).uploads
        return uploads.put_part(key, "1", number, source, digests=digests_of(source), at=NOON)

    def complete(self, *parts: Part, forbid_overwrite: bool = False) -> StoredObject:
        wanted = [WantedPart(part.number, part.etag) for part in parts]
        sender = Sender("cos:ObjectCreated:CompleteMultipartUpload")
        return complete(self.cos, BUCKET, KEY, "1", wanted, sender=sender, forbid_overwrite=forbid_overwrite)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.rglob("*") if path.is_file())


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(CloudError) as refused:
        call()
    return refused.value.code


def test_the_whole_has_the_checksums_of_what_came_in_parts(lab: Lab) -> None:
    lab.begin()
    stored = lab.complete(lab.put(1, FULL), lab.put(2, b"rest"))
    md5s = b"".join(hashlib.md5(part, usedforsecurity=False).digest() for part in (FULL, b"rest"))
    assert stored.path.read_bytes() == FULL + b"rest"
    assert stored.etag == f"{hashlib.md5(md5s, usedforsecurity=False).hexdigest()}-2"
    assert (stored.crc64, stored.size) == (crc64(FULL + b"rest"), len(FULL) + 4)
    assert stored.content_type == "audio/wav"


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_checksums_can_be_joined(first: bytes, second: bytes) -> None:
    assert combined_crc64(crc64(first), crc64(second), len(second)) == crc64(first + second)


def test_nothing_is_left_of_parts_once_they_are_an_object(lab: Lab) -> None:
    before = len(lab.files())
    lab.begin()
    part = lab.put(1, FULL)
    lab.put(2, b"not wanted")
    lab.complete(part)
    assert len(lab.files()) == before + 2, "its content and its name"


def test_parts_survive_a_restart(lab: Lab) -> None:
    lab.begin()
    lab.put(2, b"old")
    parts = [lab.put(1, FULL), lab.put(2, b"new")]
    again = Lab(lab.directory)
    assert again.cos.bucket(BUCKET).uploads.parts(KEY, "1") == parts
    assert again.complete(*parts).path.read_bytes() == FULL + b"new"


def test_what_was_being_received_at_the_end_is_gone_after_a_restart(lab: Lab) -> None:
    lab.cos.new_upload().write_bytes(b"half of")
    assert list((Lab(lab.directory).directory / "uploads").iterdir()) == []


def test_an_upload_that_cannot_be_completed_goes_on(lab: Lab) -> None:
    lab.begin()
    part = lab.put(1, b"content")
    lab.cos.put(BUCKET, KEY, b"there")
    assert refusal(lambda: lab.complete(part, forbid_overwrite=True)) == "FileAlreadyExists"
    assert lab.complete(part).path.read_bytes() == b"content"


def test_forbidding_to_overwrite_at_the_beginning_holds_at_the_end(lab: Lab) -> None:
    lab.begin(forbid_overwrite=True)
    part = lab.put(1, b"content")
    lab.cos.put(BUCKET, KEY, b"there")
    assert refusal(lambda: lab.complete(part)) == "FileAlreadyExists"


def test_a_part_that_is_not_the_last_has_a_mebibyte_at_least(lab: Lab) -> None:
    lab.begin()
    parts = lab.put(1, FULL[1:]), lab.put(2, b"rest")
    assert refusal(lambda: lab.complete(*parts)) == "EntityTooSmall"


def test_an_upload_is_completed_once(lab: Lab) -> None:
    lab.begin()
    part = lab.put(1, b"content")
    lab.complete(part)
    assert refusal(lambda: lab.complete(part)) == "NoSuchUpload"


def test_an_upload_is_of_one_key(lab: Lab) -> None:
    lab.begin()
    assert refusal(lambda: lab.put(1, b"", key="other")) == "NoSuchUpload"
    assert refusal(lambda: lab.cos.bucket(BUCKET).uploads.abort("other", "1")) == "NoSuchUpload"


def test_an_upload_of_no_part_is_not_completed(lab: Lab) -> None:
    lab.begin()
    assert refusal(lab.complete) == "MalformedXML"


def test_a_bucket_with_an_upload_is_not_empty(lab: Lab) -> None:
    lab.begin()
    assert refusal(lambda: lab.cos.delete_bucket(BUCKET)) == "BucketNotEmpty"
    lab.cos.bucket(BUCKET).uploads.abort(KEY, "1")
    lab.cos.delete_bucket(BUCKET)
    assert lab.files() == []


def test_the_news_say_how_it_came_to_be(lab: Lab) -> None:
    heard: list[ObjectCreated] = []
    lab.cos.subscribe(heard.append)
    lab.begin()
    lab.complete(lab.put(1, b"content"))
    assert [news.event_name for news in heard] == ["cos:ObjectCreated:CompleteMultipartUpload"]
