"""Uploads in parts. Never run against the real cloud here (see conftest)."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import Target, refusal

MEBI = 1 << 20
FIRST, SECOND = bytes([1]) * MEBI, bytes([2]) * 1000


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


class Upload:
    """An upload in parts of the object `big`."""

    def __init__(self, target: Target, **options: Any) -> None:
        self.target = target
        self.where = {"Bucket": target.bucket, "Key": target.key("big")}
        self.id = target.client.create_multipart_upload(**self.where, **options)["UploadId"]

    def put(self, number: int, content: bytes) -> str:
        part = {"PartNumber": number, "UploadId": self.id, "Body": content}
        etag: str = self.target.client.upload_part(**self.where, **part, EnableMD5=True)["ETag"]
        return etag

    def complete(self, *parts: tuple[int, str]) -> Any:
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return self.target.client.complete_multipart_upload(
            **self.where, UploadId=self.id, MultipartUpload={"Part": listed}
        )

    def parts(self, **options: Any) -> Any:
        return self.target.client.list_parts(**self.where, UploadId=self.id, **options)


def test_parts_become_one_object(target: Target) -> None:
    upload = Upload(target, ContentType="audio/wav", Metadata={"x-cos-meta-mode": "music"})
    second, first = upload.put(2, SECOND), upload.put(1, FIRST)
    assert first == f'"{md5(FIRST).hex()}"'
    done = upload.complete((1, first), (2, second))
    assert done["ETag"] == f'"{md5(md5(FIRST) + md5(SECOND)).hex()}-2"'
    assert target.read("big") == FIRST + SECOND
    head = target.client.head_object(**upload.where)
    assert (head["Content-Type"], head["x-cos-meta-mode"], head["ETag"]) == ("audio/wav", "music", done["ETag"])


def test_a_part_can_be_sent_again(target: Target) -> None:
    upload = Upload(target)
    upload.put(1, SECOND)
    again = upload.put(1, FIRST)
    upload.complete((1, again))
    assert target.read("big") == FIRST


def test_parts_so_far_are_listed_in_pages(target: Target) -> None:
    upload = Upload(target)
    etags = [upload.put(number, FIRST) for number in (1, 2, 3)]
    page = upload.parts(MaxParts=2)
    assert [(part["PartNumber"], part["ETag"], part["Size"]) for part in page["Part"]] == [
        ("1", etags[0], str(MEBI)),
        ("2", etags[1], str(MEBI)),
    ]
    assert (page["IsTruncated"], page["NextPartNumberMarker"]) == ("true", "2")
    rest = upload.parts(PartNumberMarker=2)
    assert ([part["PartNumber"] for part in rest["Part"]], rest["IsTruncated"]) == (["3"], "false")


def test_uploads_are_listed_until_they_are_aborted(target: Target) -> None:
    uploads = [Upload(target), Upload(target)]
    listed = target.client.list_multipart_uploads(Bucket=target.bucket, Prefix=target.folder)["Upload"]
    assert [each["UploadId"] for each in listed] == [each.id for each in uploads]
    assert {each["Key"] for each in listed} == {target.key("big")}
    for upload in uploads:
        target.client.abort_multipart_upload(**upload.where, UploadId=upload.id)
    assert "Upload" not in target.client.list_multipart_uploads(Bucket=target.bucket, Prefix=target.folder)
    assert refusal(lambda: uploads[0].put(1, FIRST)) == (404, "NoSuchUpload")


def test_nothing_is_there_before_the_upload_is_complete(target: Target) -> None:
    Upload(target).put(1, FIRST)
    assert not target.client.object_exists(Bucket=target.bucket, Key=target.key("big"))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([2, 1], "InvalidPartOrder"),
        ([1, 3], "InvalidPart"),
        ([1, 2, 4], "InvalidPart"),
    ],
)
def test_parts_in_another_order_or_with_gaps_are_refused(target: Target, parts: list[int], code: str) -> None:
    upload = Upload(target)
    etags = {number: upload.put(number, FIRST) for number in (1, 2, 3)}
    assert refusal(lambda: upload.complete(*((number, etags.get(number, '"x"')) for number in parts))) == (400, code)
    assert len(upload.parts()["Part"]) == 3, "the upload goes on"


def test_a_part_with_another_etag_is_refused(target: Target) -> None:
    upload = Upload(target)
    upload.put(1, FIRST)
    assert refusal(lambda: upload.complete((1, '"d41d8cd98f00b204e9800998ecf8427e"'))) == (400, "InvalidPart")


def test_parts_are_copied_from_other_objects(target: Target) -> None:
    target.put("source", FIRST + SECOND)
    source = {"Bucket": target.bucket, "Key": target.key("source"), "Region": target.place.region}
    upload = Upload(target)
    options = {**upload.where, "UploadId": upload.id, "CopySource": source}
    first = target.client.upload_part_copy(**options, PartNumber=1, CopySourceRange=f"bytes=0-{MEBI - 1}")
    second = target.client.upload_part_copy(**options, PartNumber=2, CopySourceRange=f"bytes={MEBI}-{MEBI + 999}")
    upload.complete((1, first["ETag"]), (2, second["ETag"]))
    assert target.read("big") == FIRST + SECOND


def test_a_file_goes_up_in_parts_and_comes_down_in_ranges(target: Target, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(FIRST * 3 + SECOND)
    where = {"Bucket": target.bucket, "Key": target.key("big")}
    target.client.upload_file(**where, LocalFilePath=str(tmp_path / "sent"), PartSize=1, MAXThread=3, EnableMD5=True)
    options = {"PartSize": 1, "EnableCRC": True, "DumpRecordDir": str(tmp_path / "records")}
    target.client.download_file(**where, DestFilePath=str(tmp_path / "got"), **options)
    assert (tmp_path / "got").read_bytes() == (tmp_path / "sent").read_bytes()


def test_an_upload_that_broke_off_is_resumed(target: Target, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(FIRST * 3)
    upload = Upload(target)
    upload.put(1, FIRST)
    where = {"Bucket": target.bucket, "Key": target.key("big")}
    done = target.client.upload_file(**where, LocalFilePath=str(tmp_path / "sent"), PartSize=1, MAXThread=1)
    assert done["ETag"].endswith('-3"')
    assert target.read("big") == FIRST * 3
    assert "Upload" not in target.client.list_multipart_uploads(Bucket=target.bucket, Prefix=target.folder)
