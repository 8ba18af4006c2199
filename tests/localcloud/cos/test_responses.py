import base64
import hashlib
import socket
from urllib.parse import unquote

import pytest

from localcloud import xml
from localcloud.cos.crc64 import crc64
from localcloud.cos.models import ObjectCreated
from tests.localcloud.cos_server import Answer, CosServer
from tests.localcloud.signing import SECRET_ID, signed_headers

CONTENT = bytes(range(256)) * 4
ETAG = f'"{hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()}"'


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, xml.parse(answer.body, root="Error")["Code"]


def put(server: CosServer, key: str = "key", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.send_signed("PUT", f"/{key}", headers=named, body=CONTENT)


def test_an_upload_is_answered_with_its_checksums(cos_server: CosServer) -> None:
    answer = put(cos_server)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["etag"] == ETAG
    assert answer.headers["x-cos-hash-crc64ecma"] == str(crc64(CONTENT))
    assert answer.headers["x-cos-request-id"] == cos_server.cos.get(cos_server.bucket, "key").request_id


def test_an_upload_is_kept_with_its_headers(cos_server: CosServer) -> None:
    put(cos_server, Content_Type="audio/wav", Cache_Control="no-cache", X_Cos_Meta_Mode="music")
    stored = cos_server.cos.get(cos_server.bucket, "key")
    assert (stored.content_type, stored.headers) == ("audio/wav", {"cache-control": "no-cache"})
    assert stored.metadata == {"x-cos-meta-mode": "music"}
    answer = cos_server.send_signed("GET", "/key")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("audio/wav", "no-cache")


def test_an_upload_may_come_in_chunks(cos_server: CosServer) -> None:
    signed = signed_headers("PUT", cos_server.host, "/key", headers={"Transfer-Encoding": "chunked"})
    head = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    with socket.create_connection(("127.0.0.1", cos_server.server.port), timeout=30) as connection:
        connection.sendall(f"PUT /key HTTP/1.1\r\n{head}\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert cos_server.cos.get(cos_server.bucket, "key").path.read_bytes() == b"abcde"


def test_a_download_has_the_content_and_says_what_it_is(cos_server: CosServer) -> None:
    put(cos_server, x_cos_meta_mode="music")
    answer = cos_server.send_signed("GET", "/key")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-length"] == "1024"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["etag"] == ETAG
    assert answer.headers["x-cos-hash-crc64ecma"] == str(crc64(CONTENT))
    assert answer.headers["x-cos-meta-mode"] == "music"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["last-modified"].endswith(" GMT")
    assert "x-cos-storage-class" not in answer.headers


def test_a_head_says_the_same_without_the_content(cos_server: CosServer) -> None:
    put(cos_server, x_cos_meta_mode="music")
    head, get = cos_server.send_signed("HEAD", "/key"), cos_server.send_signed("GET", "/key")
    different = ("date", "x-cos-request-id")
    assert head.body == b""
    assert {k: v for k, v in head.headers.items() if k not in different} == {
        k: v for k, v in get.headers.items() if k not in different
    }


def test_a_part_is_sent_alone(cos_server: CosServer) -> None:
    put(cos_server)
    answer = cos_server.send_signed("GET", "/key", headers={"Range": "bytes=10-19"})
    assert (answer.status, answer.body) == (206, CONTENT[10:20])
    assert answer.headers["content-range"] == "bytes 10-19/1024"
    assert answer.headers["content-length"] == "10"


def test_a_part_outside_is_refused(cos_server: CosServer) -> None:
    put(cos_server)
    answer = cos_server.send_signed("GET", "/key", headers={"Range": "bytes=2000-"})
    assert refusal(answer) == (416, "InvalidRange")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_content_the_client_has_is_not_sent(cos_server: CosServer, method: str) -> None:
    put(cos_server)
    answer = cos_server.send_signed(method, "/key", headers={"If-None-Match": ETAG})
    assert (answer.status, answer.headers["etag"], answer.body) == (304, ETAG, b"")


def test_a_condition_that_does_not_hold_is_refused(cos_server: CosServer) -> None:
    put(cos_server)
    answer = cos_server.send_signed("GET", "/key", headers={"If-Match": '"other"'})
    assert refusal(answer) == (412, "PreconditionFailed")


def test_a_presigned_address_may_choose_the_headers(cos_server: CosServer) -> None:
    put(cos_server)
    query = "response-content-type=audio/wav&response-content-disposition=attachment"
    answer = cos_server.send_signed("GET", f"/key?{query}")
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == ("audio/wav", "attachment")
    answer = cos_server.send_signed("GET", "/key?response-content-type=a%0D%0Ab:c")
    assert refusal(answer) == (400, "InvalidArgument")


def test_an_empty_object_is_sent(cos_server: CosServer) -> None:
    cos_server.send_signed("PUT", "/key", body=b"")
    answer = cos_server.send_signed("GET", "/key")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "0", b"")


def test_a_deleted_object_is_gone(cos_server: CosServer) -> None:
    put(cos_server)
    assert [cos_server.send_signed("DELETE", "/key").status for _ in range(2)] == [204, 204]
    assert refusal(cos_server.send_signed("GET", "/key")) == (404, "NoSuchKey")
    assert cos_server.send_signed("HEAD", "/key").status == 404


def test_an_upload_may_forbid_overwriting(cos_server: CosServer) -> None:
    assert put(cos_server, x_cos_forbid_overwrite="true").status == 200
    assert refusal(put(cos_server, x_cos_forbid_overwrite="true")) == (409, "FileAlreadyExists")
    assert put(cos_server, x_cos_forbid_overwrite="false").status == 200


def test_a_promised_md5_is_checked(cos_server: CosServer) -> None:
    true = base64.b64encode(hashlib.md5(CONTENT, usedforsecurity=False).digest()).decode()
    assert put(cos_server, content_md5=true).status == 200
    assert refusal(put(cos_server, content_md5=base64.b64encode(bytes(16)).decode())) == (400, "BadDigest")
    for nonsense in ("abc", "*", base64.b64encode(b"short").decode()):
        assert refusal(put(cos_server, content_md5=nonsense)) == (400, "InvalidDigest")


def test_a_refused_upload_leaves_nothing_behind(cos_server: CosServer) -> None:
    put(cos_server, content_md5=base64.b64encode(bytes(16)).decode())
    assert list((cos_server.directory / "uploads").iterdir()) == []
    bucket = cos_server.directory / "buckets" / cos_server.bucket
    kept = {path.name for path in bucket.rglob("*") if path.is_file()}
    assert {name for name in kept if not name.startswith("objects.sqlite")} == {"bucket.json"}


def test_an_upload_without_a_length_is_refused(cos_server: CosServer) -> None:
    assert refusal(cos_server.send_signed("PUT", "/key")) == (411, "MissingContentLength")


def test_an_upload_that_breaks_off_is_not_stored(cos_server: CosServer) -> None:
    signed = signed_headers("PUT", cos_server.host, "/key", headers={"Content-Length": "10"})
    head = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    with socket.create_connection(("127.0.0.1", cos_server.server.port), timeout=30) as connection:
        connection.sendall(f"PUT /key HTTP/1.1\r\n{head}\r\nabc".encode())
    assert refusal(cos_server.send_signed("GET", "/key")) == (404, "NoSuchKey")


def test_a_listener_that_waits_holds_up_its_own_request_only(cos_server: CosServer) -> None:
    put(cos_server, "other")
    answers: list[Answer] = []
    cos_server.cos.subscribe(lambda _: answers.append(cos_server.send_signed("GET", "/other")))
    assert put(cos_server).status == 200
    assert [answer.status for answer in answers] == [200]


def test_the_listeners_hear_who_uploaded(cos_server: CosServer) -> None:
    heard: list[ObjectCreated] = []
    cos_server.cos.subscribe(heard.append)
    answer = put(cos_server, x_cos_meta_mode="music")
    (news,) = heard
    assert (news.event_name, news.source_ip) == ("cos:ObjectCreated:Put", "127.0.0.1")
    assert f"q-ak={SECRET_ID}" in news.authorization
    assert news.object.metadata == {"x-cos-meta-mode": "music"}
    assert news.object.request_id == answer.headers["x-cos-request-id"]


def test_a_storage_class_is_kept_and_said(cos_server: CosServer) -> None:
    put(cos_server, x_cos_storage_class="ARCHIVE")
    assert cos_server.send_signed("HEAD", "/key").headers["x-cos-storage-class"] == "ARCHIVE"
    assert refusal(cos_server.send_signed("GET", "/key")) == (403, "InvalidObjectState")


def test_a_listing_is_the_vendors_document(cos_server: CosServer) -> None:
    for key in ("in/a b.wav", "in/deep/c", "out"):
        cos_server.cos.put(cos_server.bucket, key, CONTENT)
    answer = cos_server.send_signed("GET", "/?prefix=in/&delimiter=/&max-keys=2")
    listing = xml.parse(answer.body, root="ListBucketResult")
    stored = cos_server.cos.get(cos_server.bucket, "in/a b.wav")
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["x-cos-bucket-region"] == "ap-guangzhou"
    assert listing == {
        "Name": cos_server.bucket,
        "Prefix": "in/",
        "Marker": None,
        "MaxKeys": "2",
        "Delimiter": "/",
        "IsTruncated": "false",
        "CommonPrefixes": {"Prefix": "in/deep/"},
        "Contents": {
            "Key": "in/a b.wav",
            "LastModified": stored.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "ETag": ETAG,
            "Size": "1024",
            "Owner": {"ID": "1250000000", "DisplayName": "1250000000"},
            "StorageClass": "STANDARD",
        },
    }


def test_a_listing_goes_on_at_its_next_marker(cos_server: CosServer) -> None:
    for key in ("a", "b", "c"):
        cos_server.cos.put(cos_server.bucket, key, b"")
    first = xml.parse(cos_server.send_signed("GET", "/?max-keys=2").body, root="ListBucketResult")
    assert (first["IsTruncated"], first["NextMarker"]) == ("true", "b")
    second = xml.parse(cos_server.send_signed("GET", "/?marker=b").body, root="ListBucketResult")
    assert (second["IsTruncated"], second["Contents"]["Key"]) == ("false", "c")


def test_a_key_with_spaces_is_listed_url_encoded(cos_server: CosServer) -> None:
    key = "录音 1+2/\x01.wav"
    cos_server.cos.put(cos_server.bucket, key, b"")
    answer = cos_server.send_signed("GET", "/?encoding-type=url")
    listing = xml.parse(answer.body, root="ListBucketResult")
    assert listing["EncodingType"] == "url"
    assert listing["Contents"]["Key"] == "%E5%BD%95%E9%9F%B3%201%2B2%2F%01.wav"
    assert unquote(listing["Contents"]["Key"]) == key


@pytest.mark.parametrize("query", ["max-keys=-1", "max-keys=many", "encoding-type=base64"])
def test_a_listing_of_nonsense_is_refused(cos_server: CosServer, query: str) -> None:
    assert refusal(cos_server.send_signed("GET", f"/?{query}")) == (400, "InvalidArgument")


def test_a_bucket_is_found_in_its_region_only(cos_server: CosServer) -> None:
    assert cos_server.send_signed("HEAD", "/").status == 200
    elsewhere = cos_server.host.replace("ap-guangzhou", "ap-beijing")
    for method, status in (("HEAD", 404), ("GET", 404), ("PUT", 409)):
        headers = signed_headers(method, elsewhere, "/")
        assert cos_server.send(method, "/", headers=headers).status == status


def test_a_bucket_is_created(cos_server: CosServer) -> None:
    host = "new-1250000000.cos.ap-beijing.myqcloud.com"
    assert cos_server.send("PUT", "/", headers=signed_headers("PUT", host, "/")).status == 200
    assert cos_server.cos.buckets()["new-1250000000"] == "ap-beijing"


@pytest.mark.parametrize(
    ("method", "target", "named"),
    [
        ("GET", "/?website", "GET Bucket ?website"),
        ("PUT", "/?lifecycle=", "PUT Bucket ?lifecycle"),
        ("POST", "/key?restore", "POST Object ?restore"),
        ("GET", "/?cors&tagging", "GET Bucket ?cors ?tagging"),
        ("GET", "/key?imageMogr2/thumbnail/100x", "GET Object ?imageMogr2/thumbnail/100x"),
        ("POST", "/key", "POST Object"),
        ("BREW", "/key", "BREW Object"),
    ],
)
def test_an_operation_that_is_not_there_is_named(cos_server: CosServer, method: str, target: str, named: str) -> None:
    answer = cos_server.send_signed(method, target)
    assert refusal(answer) == (501, "NotImplemented")
    assert xml.parse(answer.body, root="Error")["Message"] == f"The local cloud does not offer {named}."


@pytest.mark.parametrize(
    "header",
    [{"x_cos_server_side_encryption": "AES256"}, {"x_cos_object_lock_mode": "COMPLIANCE"}, {"pic_operations": "{}"}],
)
def test_a_header_that_would_change_what_is_stored_is_not_passed_over(
    cos_server: CosServer, header: dict[str, str]
) -> None:
    assert refusal(put(cos_server, **header)) == (501, "NotImplemented")
    assert put(cos_server, x_cos_acl="private").status == 200


def test_nothing_is_done_for_those_who_do_not_sign(cos_server: CosServer) -> None:
    for method, target in (("PUT", "/key"), ("GET", "/key"), ("GET", "/"), ("PUT", "/"), ("GET", "/?versioning")):
        assert refusal(cos_server.send(method, target, body=b"")) == (403, "AccessDenied")
    assert cos_server.cos.list(cos_server.bucket).contents == ()


def test_a_signature_for_another_object_is_refused(cos_server: CosServer) -> None:
    put(cos_server)
    headers = signed_headers("GET", cos_server.host, "/other")
    assert refusal(cos_server.send("GET", "/key", headers=headers)) == (403, "SignatureDoesNotMatch")
