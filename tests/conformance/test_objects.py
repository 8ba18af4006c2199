"""One object: stored, read, copied, appended to, deleted. Never run against the real cloud here (see conftest)."""

import base64
import hashlib
from urllib.parse import quote

import crcmod  # type: ignore[import-untyped]  # it has no types
import pytest

from tests.conformance.conftest import Target, refusal

CONTENT = bytes(range(256)) * 8
ETAG = f'"{hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()}"'
CRC = str(crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)(CONTENT))


@pytest.mark.parametrize("name", ["plain", "with space+plus", "录音/é.wav", "a//b", "100%25?#&=.wav", "quote'\"<>"])
def test_an_object_of_any_key_is_stored_read_and_deleted(target: Target, name: str) -> None:
    put = target.put(name, CONTENT)
    assert (put["ETag"], put["x-cos-hash-crc64ecma"]) == (ETAG, CRC)
    assert target.read(name) == CONTENT
    head = target.client.head_object(Bucket=target.bucket, Key=target.key(name))
    assert (head["ETag"], head["Content-Length"], head["x-cos-hash-crc64ecma"]) == (ETAG, str(len(CONTENT)), CRC)
    target.client.delete_object(Bucket=target.bucket, Key=target.key(name))
    assert not target.client.object_exists(Bucket=target.bucket, Key=target.key(name))


def test_an_object_keeps_the_headers_it_was_stored_with(target: Target) -> None:
    target.put(
        "key",
        ContentType="audio/wav",
        CacheControl="max-age=60",
        ContentDisposition="attachment; filename=a.wav",
        ContentLanguage="zh-CN",
        Expires="Thu, 01 Dec 2033 16:00:00 GMT",
        Metadata={"x-cos-meta-mode": "music"},
    )
    head = target.client.head_object(Bucket=target.bucket, Key=target.key("key"))
    assert head["Content-Type"] == "audio/wav"
    assert head["Cache-Control"] == "max-age=60"
    assert head["Content-Disposition"] == "attachment; filename=a.wav"
    assert head["Content-Language"] == "zh-CN"
    assert head["Expires"] == "Thu, 01 Dec 2033 16:00:00 GMT"
    assert head["x-cos-meta-mode"] == "music"


@pytest.mark.parametrize(
    ("asked", "content", "described"),
    [
        ("bytes=0-9", CONTENT[:10], "bytes 0-9/2048"),
        ("bytes=2000-", CONTENT[2000:], "bytes 2000-2047/2048"),
        ("bytes=-5", CONTENT[-5:], "bytes 2043-2047/2048"),
        ("bytes=2040-9999", CONTENT[2040:], "bytes 2040-2047/2048"),
    ],
)
def test_a_part_is_read(target: Target, asked: str, content: bytes, described: str) -> None:
    target.put("key", CONTENT)
    got = target.client.get_object(Bucket=target.bucket, Key=target.key("key"), Range=asked)
    assert (got["Content-Range"], got["Body"].get_raw_stream().read()) == (described, content)


def test_a_part_outside_the_object_is_refused(target: Target) -> None:
    target.put("key", CONTENT)
    assert refusal(lambda: target.read("key", Range="bytes=5000-6000")) == (416, "InvalidRange")


def test_a_condition_that_does_not_hold_is_refused(target: Target) -> None:
    target.put("key")
    assert refusal(lambda: target.read("key", IfMatch='"other"')) == (412, "PreconditionFailed")


def test_a_content_that_the_client_has_is_not_sent(target: Target) -> None:
    etag = target.put("key")["ETag"]
    url = target.client.get_presigned_url(target.bucket, target.key("key"), "GET")
    answer = target.send("GET", url, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_what_is_not_there_is_said_in_the_vendors_xml(target: Target) -> None:
    assert refusal(lambda: target.read("nothing")) == (404, "NoSuchKey")


def test_a_content_that_is_not_the_promised_one_is_refused(target: Target) -> None:
    wrong = base64.b64encode(bytes(16)).decode()
    assert refusal(lambda: target.put("key", ContentMD5=wrong)) == (400, "BadDigest")


def test_put_if_absent_refuses_what_is_there(target: Target) -> None:
    if_absent = {"x-cos-forbid-overwrite": "true"}
    target.put("claim", Metadata=if_absent)
    assert refusal(lambda: target.put("claim", b"other", Metadata=if_absent)) == (409, "FileAlreadyExists")


def test_a_presigned_address_reads_with_headers_of_its_own(target: Target) -> None:
    target.put("a b+c.wav", CONTENT)
    overrides = {
        "response-content-type": "audio/wav",
        "response-content-disposition": "attachment; filename=x.wav",
        "response-cache-control": "no-store",
        "response-content-language": "en",
        "response-content-encoding": "identity",
        "response-expires": "Thu, 01 Dec 2033 16:00:00 GMT",
    }
    url = target.client.get_presigned_url(target.bucket, target.key("a b+c.wav"), "GET", Params=overrides)
    answer = target.send("GET", url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert {
        f"response-{name}": answer.headers[name]
        for name in (
            "content-type",
            "content-disposition",
            "cache-control",
            "content-language",
            "content-encoding",
            "expires",
        )
    } == overrides


def test_a_presigned_address_stores(target: Target) -> None:
    url = target.client.get_presigned_url(target.bucket, target.key("key"), "PUT")
    assert target.send("PUT", url, data=CONTENT).status_code == 200
    assert target.read("key") == CONTENT


def test_a_copy_has_the_content_and_the_metadata(target: Target) -> None:
    target.put("源 1", CONTENT, ContentType="audio/wav", Metadata={"x-cos-meta-mode": "music"})
    source = {"Bucket": target.bucket, "Key": target.key("源 1"), "Region": target.place.region}
    copied = target.client.copy_object(Bucket=target.bucket, Key=target.key("copy"), CopySource=source)
    assert copied["ETag"] == ETAG
    head = target.client.head_object(Bucket=target.bucket, Key=target.key("copy"))
    assert (head["Content-Type"], head["x-cos-meta-mode"], head["ETag"]) == ("audio/wav", "music", ETAG)
    assert target.read("copy") == CONTENT


def test_a_copy_can_have_metadata_of_its_own(target: Target) -> None:
    target.put("source", CONTENT, Metadata={"x-cos-meta-mode": "music"})
    source = {"Bucket": target.bucket, "Key": target.key("source"), "Region": target.place.region}
    target.client.copy_object(
        Bucket=target.bucket,
        Key=target.key("source"),
        CopySource=source,
        CopyStatus="Replaced",
        ContentType="text/plain",
        Metadata={"x-cos-meta-other": "1"},
    )
    head = target.client.head_object(Bucket=target.bucket, Key=target.key("source"))
    assert (head["Content-Type"], head["x-cos-meta-other"]) == ("text/plain", "1")
    assert "x-cos-meta-mode" not in head


def test_a_copy_whose_condition_does_not_hold_is_refused(target: Target) -> None:
    target.put("source")
    source = {"Bucket": target.bucket, "Key": target.key("source"), "Region": target.place.region}

    def copy(**condition: str) -> object:
        return target.client.copy_object(Bucket=target.bucket, Key=target.key("copy"), CopySource=source, **condition)

    assert refusal(lambda: copy(CopySourceIfMatch='"other"')) == (412, "PreconditionFailed")
    gone = {**source, "Key": target.key("gone")}
    status, _ = refusal(
        lambda: target.client.copy_object(Bucket=target.bucket, Key=target.key("copy"), CopySource=gone)
    )
    assert status == 404


def test_an_object_grows_by_appending(target: Target) -> None:
    append = {"Bucket": target.bucket, "Key": target.key("log")}
    first = target.client.append_object(**append, Position=0, Data=b"one\n")
    assert first["x-cos-next-append-position"] == "4"
    second = target.client.append_object(**append, Position=4, Data=b"two\n")
    assert second["x-cos-next-append-position"] == "8"
    assert target.read("log") == b"one\ntwo\n"
    assert target.client.head_object(**append)["x-cos-object-type"] == "appendable"
    status, _ = refusal(lambda: target.client.append_object(**append, Position=4, Data=b"late"))
    assert status == 409


def test_what_was_put_is_not_appended_to(target: Target) -> None:
    target.put("key")
    append = {"Bucket": target.bucket, "Key": target.key("key"), "Position": 7, "Data": b"more"}
    assert refusal(lambda: target.client.append_object(**append)) == (409, "ObjectNotAppendable")


@pytest.mark.parametrize("quiet", ["true", "false"])
def test_many_objects_are_deleted_at_once(target: Target, quiet: str) -> None:
    for name in ("a b", "c&d"):
        target.put(name)
    keys = [{"Key": target.key(name)} for name in ("a b", "c&d", "never there")]
    done = target.client.delete_objects(Bucket=target.bucket, Delete={"Object": keys, "Quiet": quiet})
    reported = [each["Key"] for each in done.get("Deleted", [])]
    assert sorted(reported) == ([] if quiet == "true" else sorted(each["Key"] for each in keys))
    assert not target.client.object_exists(Bucket=target.bucket, Key=target.key("a b"))


def test_tags_are_set_with_the_object_or_after_it(target: Target) -> None:
    where = {"Bucket": target.bucket, "Key": target.key("key")}
    target.put("key", Tagging="a=1&b%20c=2")
    tags = target.client.get_object_tagging(**where)["TagSet"]["Tag"]
    assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [("a", "1"), ("b c", "2")]
    target.client.put_object_tagging(**where, Tagging={"TagSet": {"Tag": [{"Key": "only", "Value": "this"}]}})
    tags = target.client.get_object_tagging(**where)["TagSet"]["Tag"]
    assert [(tag["Key"], tag["Value"]) for tag in tags] == [("only", "this")]
    target.client.delete_object_tagging(**where)
    assert not target.client.get_object_tagging(**where)["TagSet"]


def test_an_object_is_private_until_its_acl_says_otherwise(target: Target) -> None:
    where = {"Bucket": target.bucket, "Key": target.key("key")}
    target.put("key", CONTENT)
    assert target.client.get_object_acl(**where)["CannedACL"] == "default"
    assert target.send("GET", target.url("key")).status_code == 403
    target.client.put_object_acl(**where, ACL="public-read")
    assert target.client.get_object_acl(**where)["CannedACL"] == "public-read"
    assert target.send("GET", target.url("key")).content == CONTENT
    target.client.put_object_acl(**where, ACL="private")
    assert target.client.get_object_acl(**where)["CannedACL"] == "private"
    assert target.send("GET", target.url("key")).status_code == 403


def test_keys_in_addresses_are_percent_encoded(target: Target) -> None:
    target.put("a+b c", CONTENT, ACL="public-read")
    address = target.url("").rstrip("/") + "/" + quote(target.key("a+b c"))
    assert target.send("GET", address).content == CONTENT
