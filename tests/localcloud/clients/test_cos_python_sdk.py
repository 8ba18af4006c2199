"""The vendor's own client, cos-python-sdk-v5, unmodified, against the server."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from qcloud_cos import CosS3Client, CosServiceError

from localcloud.clock import system_clock
from tests.localcloud.cos_server import CosServer, serving_cos

KEYS = [
    "plain.wav",
    "with space.wav",
    "1+1=2.wav",
    "100%.wav",
    "%2F%20.wav",
    "录音/会议 é.wav",
    "a//b",
    "trailing/",
    "./a",
    "a/./b",
    "a/../b",
    "what?.wav",
    "no#1.wav",
    "a&b;c,d.wav",
    "quote\"'<>.wav",
    "~-_.!*()[]{}|\\^`@:$",
]
Clients = Callable[[CosServer], CosS3Client]


def as_proxy(server: CosServer) -> CosS3Client:
    return server.client()


def as_address(server: CosServer) -> CosS3Client:
    return server.client(Proxies=None, IP="127.0.0.1", Port=server.server.port)


def content(answer: dict[str, Any]) -> bytes:
    body: bytes = answer["Body"].get_raw_stream().read()
    return body


@pytest.mark.parametrize("connect", [as_proxy, as_address])
@pytest.mark.parametrize("key", KEYS)
def test_an_object_of_any_key_is_put_read_listed_and_deleted(cos_server: CosServer, connect: Clients, key: str) -> None:
    client, bucket = connect(cos_server), cos_server.bucket
    sent = key.encode() * 10
    put = client.put_object(Bucket=bucket, Key=key, Body=sent, Metadata={"x-cos-meta-mode": "music"})
    assert cos_server.cos.get(bucket, key).path.read_bytes() == sent
    got = client.get_object(Bucket=bucket, Key=key)
    assert (content(got), got["ETag"], got["x-cos-meta-mode"]) == (sent, put["ETag"], "music")
    head = client.head_object(Bucket=bucket, Key=key)
    assert (head["Content-Length"], head["ETag"]) == (str(len(sent)), put["ETag"])
    (listed,) = client.list_objects(Bucket=bucket, Prefix=key)["Contents"]
    assert (listed["Key"], listed["Size"], listed["ETag"]) == (key, str(len(sent)), put["ETag"])
    client.delete_object(Bucket=bucket, Key=key)
    assert cos_server.cos.list(bucket).contents == ()


def test_pages_and_folders_are_listed(cos_server: CosServer) -> None:
    client, bucket = cos_server.client(), cos_server.bucket
    for key in ("in/1 1", "in/2", "in/deep er/3", "out/4"):
        cos_server.cos.put(bucket, key, b"")
    first = client.list_objects(Bucket=bucket, Prefix="in/", Delimiter="/", MaxKeys=2)
    assert [each["Key"] for each in first["Contents"]] == ["in/1 1", "in/2"]
    assert (first["IsTruncated"], first["NextMarker"]) == ("true", "in/2")
    second = client.list_objects(Bucket=bucket, Prefix="in/", Delimiter="/", Marker=first["NextMarker"])
    assert [each["Prefix"] for each in second["CommonPrefixes"]] == ["in/deep er/"]
    assert second["IsTruncated"] == "false"


def test_a_refusal_is_the_sdks_service_error(cos_server: CosServer) -> None:
    with pytest.raises(CosServiceError) as refused:
        cos_server.client().get_object(Bucket=cos_server.bucket, Key="key")
    error = refused.value
    assert (error.get_status_code(), error.get_error_code()) == (404, "NoSuchKey")
    assert error.get_resource_location() == f"{cos_server.host}/key"
    assert error.get_request_id()
    assert error.get_trace_id()


def test_a_wrong_secret_is_refused(cos_server: CosServer) -> None:
    with pytest.raises(CosServiceError) as refused:
        cos_server.client(SecretKey="wrong").put_object(Bucket=cos_server.bucket, Key="key", Body=b"")
    assert refused.value.get_error_code() == "SignatureDoesNotMatch"


def test_temporary_credentials_are_accepted_with_their_token(cos_server: CosServer) -> None:
    role = cos_server.keys.issue(system_clock() + timedelta(hours=1))
    keys = {"SecretId": role.access_key_id, "SecretKey": role.secret_key}
    cos_server.client(**keys, Token=role.token).put_object(Bucket=cos_server.bucket, Key="key", Body=b"")
    with pytest.raises(CosServiceError) as refused:
        cos_server.client(**keys).put_object(Bucket=cos_server.bucket, Key="key", Body=b"")
    assert refused.value.get_error_code() == "InvalidAccessKeyId"


def test_a_claim_is_made_once(cos_server: CosServer) -> None:
    client = cos_server.client()
    claim = {"Bucket": cos_server.bucket, "Key": "claim", "Metadata": {"x-cos-forbid-overwrite": "true"}}
    client.put_object(**claim, Body=b"first")
    with pytest.raises(CosServiceError) as refused:
        client.put_object(**claim, Body=b"second")
    assert (refused.value.get_status_code(), refused.value.get_error_code()) == (409, "FileAlreadyExists")
    assert content(client.get_object(Bucket=cos_server.bucket, Key="claim")) == b"first"


def test_a_presigned_address_is_downloaded_with_nothing_else(cos_server: CosServer) -> None:
    cos_server.cos.put(cos_server.bucket, "a b+c.wav", b"content")
    address = cos_server.client().get_presigned_url(cos_server.bucket, "a b+c.wav", "GET")
    with requests.Session() as session:
        answer = session.get(address, proxies={"http": cos_server.server.url}, timeout=60)
        assert (answer.status_code, answer.content) == (200, b"content")


def test_a_file_is_uploaded_with_its_md5_and_downloaded_in_parts(cos_server: CosServer, tmp_path: Path) -> None:
    client, bucket = cos_server.client(), cos_server.bucket
    sent = bytes(range(256)) * 10_000
    (tmp_path / "sent").write_bytes(sent)
    client.put_object_from_local_file(Bucket=bucket, LocalFilePath=str(tmp_path / "sent"), Key="file", EnableMD5=True)
    client.download_file(Bucket=bucket, Key="file", DestFilePath=str(tmp_path / "got"), PartSize=1, EnableCRC=True)
    assert (tmp_path / "got").read_bytes() == sent
    ranges = [each for each in cos_server.recorder.requests("cos") if each.status == 206]
    assert len(ranges) == 3


def test_a_bucket_is_headed_and_created(cos_server: CosServer) -> None:
    client = cos_server.client()
    assert client.head_bucket(Bucket=cos_server.bucket)["x-cos-bucket-region"] == cos_server.region
    assert not client.bucket_exists(Bucket="sdk-1250000000")
    client.create_bucket(Bucket="sdk-1250000000")
    assert client.bucket_exists(Bucket="sdk-1250000000")


def test_the_newer_domain_is_the_same_bucket(cos_server: CosServer) -> None:
    client = cos_server.client(EnableOldDomain=False, EnableInternalDomain=False)
    client.put_object(Bucket=cos_server.bucket, Key="key", Body=b"")
    assert cos_server.recorder.requests()[-1].host == cos_server.host.replace("myqcloud.com", "tencentcos.cn")


def test_a_buffer_goes_up_in_parts(cos_server: CosServer) -> None:
    sent = bytes(range(256)) * 12_000
    where = {"Bucket": cos_server.bucket, "Key": "buffer"}
    cos_server.client().upload_file_from_buffer(**where, Body=BytesIO(sent), MaxBufferSize=2, PartSize=1)
    assert cos_server.read("buffer") == sent
    assert cos_server.stored("buffer").etag.endswith("-3")


def test_a_large_object_is_copied_in_parts_between_regions(cos_server: CosServer) -> None:
    elsewhere = "far-1250000000"
    cos_server.cos.ensure_bucket(elsewhere, "ap-beijing")
    sent = bytes(range(256)) * 12_000
    cos_server.cos.put(elsewhere, "source", sent)
    client = cos_server.client()
    client.get_conf().set_copy_part_threshold_size(1 << 20)
    source = {"Bucket": elsewhere, "Key": "source", "Region": "ap-beijing"}
    client.copy(Bucket=cos_server.bucket, Key="copy", CopySource=source, PartSize=1, MAXThread=2)
    assert cos_server.read("copy") == sent
    assert cos_server.stored("copy").etag.endswith("-3")


def test_the_class_and_the_metadata_of_an_object_are_changed_in_place(cos_server: CosServer) -> None:
    client = cos_server.client()
    cos_server.cos.put(cos_server.bucket, "key", b"content")
    client.change_object_storage_class(Bucket=cos_server.bucket, Key="key", StorageClass="STANDARD_IA")
    assert cos_server.stored("key").storage_class == "STANDARD_IA"
    client.update_object_meta(Bucket=cos_server.bucket, Key="key", ContentType="audio/wav")
    assert (cos_server.stored("key").content_type, cos_server.read("key")) == ("audio/wav", b"content")


def test_what_is_public_is_read_without_a_key(cos_server: CosServer) -> None:
    cos_server.client().put_object(Bucket=cos_server.bucket, Key="key", Body=b"content", ACL="public-read")
    stranger = cos_server.client(SecretId=None, SecretKey=None, Anonymous=True)
    assert content(stranger.get_object(Bucket=cos_server.bucket, Key="key")) == b"content"
    with pytest.raises(CosServiceError) as refused:
        stranger.put_object(Bucket=cos_server.bucket, Key="key", Body=b"other")
    assert refused.value.get_status_code() == 403


def test_an_upload_goes_on_after_the_server_was_started_anew(tmp_path: Path) -> None:
    sent = bytes(range(256)) * 12_000
    (tmp_path / "sent").write_bytes(sent)
    with serving_cos(tmp_path / "data") as server:
        bucket = server.bucket
        client = server.client()
        upload_id = client.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
        client.upload_part(Bucket=bucket, Key="key", Body=sent[: 1 << 20], PartNumber=1, UploadId=upload_id)
    with serving_cos(tmp_path / "data") as again:
        client = again.client()
        client.upload_file(Bucket=bucket, Key="key", LocalFilePath=str(tmp_path / "sent"), PartSize=1, MAXThread=1)
        assert again.cos.get(bucket, "key").path.read_bytes() == sent
        parts = [each for each in again.recorder.requests() if each.method == "PUT"]
        assert len(parts) == 2, "the first part was there"
