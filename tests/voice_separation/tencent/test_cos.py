"""The client of COS against the local cloud."""

import base64
import hashlib

import pytest
from pytest_mock import MockerFixture

from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation import errors
from voice_separation.bucket import Bucket
from voice_separation.tencent.transport import Answer, Session


def test_what_is_put_can_be_read_listed_and_deleted(bench: Workbench) -> None:
    cos = bench.invocation().cos
    assert cos.put(BUCKET, "a b+%/中.json", b"{}", content_type="application/json") is False
    assert cos.get(BUCKET, "a b+%/中.json") == b"{}"
    head = cos.head(BUCKET, "a b+%/中.json")
    assert (head.etag, head.size, head.storage_class) == (
        hashlib.md5(b"{}", usedforsecurity=False).hexdigest(),
        2,
        "STANDARD",
    )
    (listed,) = cos.list(BUCKET, "a b")
    assert (listed.key, listed.etag, listed.size) == ("a b+%/中.json", head.etag, 2)
    assert listed.last_modified.replace(microsecond=0) == head.modified_at
    assert bench.cloud.cos.get(BUCKET.name, "a b+%/中.json").content_type == "application/json"
    cos.delete(BUCKET, "a b+%/中.json")
    cos.delete(BUCKET, "a b+%/中.json")
    with pytest.raises(errors.ObjectNotFound):
        cos.get(BUCKET, "a b+%/中.json")


def test_a_list_is_read_page_by_page_in_the_order_of_its_keys(bench: Workbench) -> None:
    keys = sorted(f"many/{n:04} +%中" for n in range(1001))
    for key in keys:
        bench.cloud.cos.put(BUCKET.name, key, b"")
    assert [listed.key for listed in bench.invocation().cos.list(BUCKET, "many/")] == keys
    assert bench.asked().count("cos GET /") == 2


def test_only_where_none_is_means_only_where_none_is(bench: Workbench) -> None:
    cos = bench.invocation().cos
    cos.put(BUCKET, "once", b"1", content_type="text/plain", if_absent=True)
    with pytest.raises(errors.AlreadyExists):
        cos.put(BUCKET, "once", b"2", content_type="text/plain", if_absent=True)
    assert cos.get(BUCKET, "once") == b"1"


def test_a_body_is_covered_by_its_checksum(bench: Workbench, mocker: MockerFixture) -> None:
    send = mocker.spy(Session, "send")
    bench.invocation().cos.put(BUCKET, "k", b"body", content_type="text/plain")
    expected = base64.b64encode(hashlib.md5(b"body", usedforsecurity=False).digest()).decode()
    assert send.call_args.args[1].headers["Content-MD5"] == expected


def test_a_missing_object_and_a_missing_bucket_are_told_apart_although_head_has_no_body(bench: Workbench) -> None:
    cos = bench.invocation().cos
    with pytest.raises(errors.ObjectNotFound):
        cos.head(BUCKET, "none")
    with pytest.raises(errors.Misconfigured, match="NoSuchBucket"):
        cos.head(Bucket("none-1250000000", BUCKET.region), "none")


def test_metadata_comes_with_head_under_its_full_name(bench: Workbench) -> None:
    bench.upload("incoming/a.mp3", metadata={"x-cos-meta-artist": "nobody"})
    assert bench.invocation().cos.head(BUCKET, "incoming/a.mp3").metadata == {"x-cos-meta-artist": "nobody"}


@pytest.mark.parametrize(
    "page",
    [
        "<IsTruncated>true</IsTruncated>",
        "<IsTruncated>true</IsTruncated><NextMarker></NextMarker>",
        "<IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>",
    ],
)
def test_a_list_that_goes_on_from_nowhere_or_in_circles_is_no_list(
    bench: Workbench, mocker: MockerFixture, page: str
) -> None:
    answer = Answer(200, {}, f"<ListBucketResult>{page}</ListBucketResult>".encode())
    mocker.patch.object(Session, "send", return_value=answer)
    with pytest.raises(errors.Unavailable, match="MalformedAnswer"):
        list(bench.invocation().cos.list(BUCKET, "", after="a"))
