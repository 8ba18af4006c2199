import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.cos.contents import whole
from localcloud.cos.crc64 import crc64
from localcloud.cos.models import Cos, Draft, ObjectCreated, Sender, Weaknesses
from localcloud.errors import CloudError

BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=timezone.utc)


def cos_in(directory: Path) -> Cos:
    return Cos(directory, lambda: NOON)


@pytest.fixture
def cos(tmp_path: Path) -> Cos:
    cos = cos_in(tmp_path)
    cos.create_bucket(BUCKET, REGION)
    return cos


def code(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(CloudError) as refused:
        call()
    return refused.value.status, refused.value.code


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_a_stored_object_says_what_it_is(cos: Cos) -> None:
    stored = cos.put(BUCKET, "a/b.wav", b"content", content_type="audio/wav", metadata={"x-cos-meta-a": "1"})
    assert stored == cos.get(BUCKET, "a/b.wav")
    assert (stored.bucket, stored.region, stored.key, stored.size) == (BUCKET, REGION, "a/b.wav", 7)
    assert stored.etag == hashlib.md5(b"content", usedforsecurity=False).hexdigest()
    assert stored.crc64 == crc64(b"content")
    assert stored.last_modified == NOON.replace(microsecond=0)
    assert (stored.content_type, stored.metadata) == ("audio/wav", {"x-cos-meta-a": "1"})
    assert stored.storage_class == "STANDARD"
    assert stored.path.read_bytes() == b"content"


KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30) | st.sampled_from(
    ["..", "../../etc/passwd", "/", "//", "a//b", "./a", "a/../b", "\x00", "key.json", "CON", "a" * 1024]
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(KEYS, st.binary(max_size=20), max_size=4))
def test_whatever_the_keys_objects_survive_and_stay_in_the_directory(contents: dict[str, bytes]) -> None:
    with TemporaryDirectory() as outer:
        directory = Path(outer, "inner", "cos")
        cos = cos_in(directory)
        cos.create_bucket(BUCKET, REGION)
        for key, content in contents.items():
            cos.put(BUCKET, key, content)
        again = cos_in(directory)
        assert {stored.key: stored.path.read_bytes() for stored in again.list(BUCKET).contents} == contents
        assert again.list(BUCKET) == cos.list(BUCKET)
        assert again.buckets() == {BUCKET: REGION}
        assert all(path.is_relative_to(directory) for path in files(Path(outer)))


def test_objects_are_listed_by_their_keys_bytes(cos: Cos) -> None:
    # Each pair is in another order as UTF-16 or ignoring case.
    for key in ["\U00010000", "\uffff", "b", "B", "é", "z"]:
        cos.put(BUCKET, key, b"")
    keys = [stored.key for stored in cos.list(BUCKET).contents]
    assert keys == ["B", "b", "z", "é", "\uffff", "\U00010000"]


def test_a_listing_has_a_thousand_objects_at_most(cos: Cos) -> None:
    for number in range(1001):
        cos.put(BUCKET, f"{number:04}", b"")
    first = cos.list(BUCKET, max_keys=5000)
    assert (len(first.contents), first.is_truncated, first.next_marker) == (1000, True, "0999")
    rest = cos.list(BUCKET, marker=first.next_marker)
    assert ([stored.key for stored in rest.contents], rest.is_truncated) == (["1000"], False)


def test_an_object_can_be_overwritten_while_it_is_read(cos: Cos) -> None:
    cos.put(BUCKET, "key", b"former")
    stored, content = cos.open(BUCKET, "key")
    with content:
        cos.put(BUCKET, "key", b"latter")
        assert (stored.size, content.read()) == (6, b"former")
    assert cos.get(BUCKET, "key").path.read_bytes() == b"latter"


def test_nothing_is_left_of_what_was_overwritten_or_deleted(cos: Cos, tmp_path: Path) -> None:
    cos.put(BUCKET, "kept", b"")
    before = len(files(tmp_path))
    cos.put(BUCKET, "key", b"one")
    cos.put(BUCKET, "key", b"two")
    assert len(files(tmp_path)) == before + 2, "its content and its name"
    cos.delete(BUCKET, "key")
    assert len(files(tmp_path)) == before
    assert [stored.key for stored in cos_in(tmp_path).list(BUCKET).contents] == ["kept"]


def test_deleting_what_is_not_there_is_well(cos: Cos) -> None:
    cos.delete(BUCKET, "key")
    assert code(lambda: cos.get(BUCKET, "key")) == (404, "NoSuchKey")


def test_what_must_not_be_overwritten_is_not(cos: Cos, tmp_path: Path) -> None:
    cos.put(BUCKET, "key", b"first", forbid_overwrite=True)
    before = len(files(tmp_path))
    refused = code(lambda: cos.put(BUCKET, "key", b"second", forbid_overwrite=True))
    assert refused == (409, "FileAlreadyExists")
    assert cos.get(BUCKET, "key").path.read_bytes() == b"first"
    assert len(files(tmp_path)) == before


def test_of_many_who_create_a_key_at_once_one_wins(cos: Cos) -> None:
    start = threading.Barrier(8)
    winners: list[int] = []

    def create(number: int) -> None:
        start.wait()
        try:
            cos.put(BUCKET, "key", b"%d" % number, forbid_overwrite=True)
        except CloudError as refused:
            assert refused.code == "FileAlreadyExists"
        else:
            winners.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = winners
    assert cos.get(BUCKET, "key").path.read_bytes() == b"%d" % winner


def test_a_file_is_taken_over(cos: Cos, tmp_path: Path) -> None:
    source = tmp_path / "stem.mp3"
    source.write_bytes(b"content")
    stored = cos.put_file(BUCKET, "key", source, content_type="audio/mpeg")
    assert not source.exists()
    assert (stored.path.read_bytes(), stored.content_type) == (b"content", "audio/mpeg")


def test_a_file_that_cannot_be_stored_stays(cos: Cos) -> None:
    source = cos.new_upload()
    source.write_bytes(b"content")
    assert code(lambda: cos.put_file(BUCKET, "", source)) == (400, "InvalidArgument")
    assert source.read_bytes() == b"content"


def test_listeners_hear_of_an_object_once_it_is_there(cos: Cos) -> None:
    heard: list[ObjectCreated] = []
    cos.subscribe(heard.append)
    cos.subscribe(lambda news: heard.append(ObjectCreated(cos.get(BUCKET, news.object.key), "", "", "", NOON)))
    sender = Sender("cos:ObjectCreated:Post", "request", "q-sign", "10.0.0.1")
    upload = cos.new_upload()
    upload.write_bytes(b"")
    stored = cos.store(Draft(BUCKET, "key"), whole(upload), sender)
    assert stored.request_id == "request"
    assert heard == [
        ObjectCreated(stored, "cos:ObjectCreated:Post", "q-sign", "10.0.0.1", NOON),
        ObjectCreated(stored, "", "", "", NOON),
    ]


def test_storing_waits_for_nobody_until_a_listener_or_a_weakness_may(cos: Cos) -> None:
    seen = []
    cos.subscribe(lambda _: None, is_quick=True)
    seen.append(cos.stores_at_once)
    cos.weaknesses = Weaknesses(check_to_commit_seconds=0.1)
    seen.append(cos.stores_at_once)
    cos.weaknesses = Weaknesses()
    seen.append(cos.stores_at_once)
    cos.subscribe(lambda _: None)
    seen.append(cos.stores_at_once)
    assert seen == [True, False, True, False]


def test_nobody_hears_of_an_object_that_was_refused(cos: Cos) -> None:
    heard: list[ObjectCreated] = []
    cos.put(BUCKET, "key", b"")
    cos.subscribe(heard.append)
    assert code(lambda: cos.put(BUCKET, "key", b"", forbid_overwrite=True)) == (409, "FileAlreadyExists")
    assert heard == []


def test_an_archived_object_is_known_but_not_read(cos: Cos, tmp_path: Path) -> None:
    cos.put(BUCKET, "key", b"", storage_class="ARCHIVE")
    assert cos_in(tmp_path).get(BUCKET, "key").storage_class == "ARCHIVE"
    assert code(lambda: cos.open(BUCKET, "key")) == (403, "InvalidObjectState")


def test_a_bucket_is_created_once_and_ensured_any_number_of_times(cos: Cos) -> None:
    assert code(lambda: cos.create_bucket(BUCKET, REGION)) == (409, "BucketAlreadyOwnedByYou")
    cos.ensure_bucket(BUCKET, REGION)
    cos.ensure_bucket("other-1250000000", "ap-beijing")
    assert cos.buckets() == {BUCKET: REGION, "other-1250000000": "ap-beijing"}
    assert code(lambda: cos.ensure_bucket(BUCKET, "ap-beijing")) == (404, "NoSuchBucket")


@pytest.mark.parametrize("name", ["", "media", "Media-1250000000", "../x-1", "a_b-1", "-a-1"])
def test_a_bucket_has_a_name_of_the_vendors_form(cos: Cos, name: str) -> None:
    assert code(lambda: cos.create_bucket(name, REGION)) == (400, "InvalidBucketName")


def test_a_bucket_that_is_not_there_has_nothing(cos: Cos) -> None:
    nowhere = "nowhere-1250000000"
    for call in (
        lambda: cos.get(nowhere, "key"),
        lambda: cos.put(nowhere, "key", b""),
        lambda: cos.list(nowhere),
        lambda: cos.delete(nowhere, "key"),
    ):
        assert code(call) == (404, "NoSuchBucket")


@pytest.mark.parametrize(
    ("key", "refusal"), [("", "InvalidArgument"), ("a" * 1025, "KeyTooLong"), ("é" * 513, "KeyTooLong")]
)
def test_a_key_has_1_to_1024_bytes(cos: Cos, key: str, refusal: str) -> None:
    assert code(lambda: cos.put(BUCKET, key, b"")) == (400, refusal)


def test_metadata_that_http_cannot_carry_is_refused(cos: Cos) -> None:
    assert code(lambda: cos.put(BUCKET, "key", b"", metadata={"x-cos-meta-a": "录音"})) == (400, "InvalidArgument")
