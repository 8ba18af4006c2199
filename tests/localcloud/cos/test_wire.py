"""What no SDK shows of the wire: news of every kind, edges of requests, what a stranger may do."""

import base64
import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from localcloud import xml
from localcloud.cos.bucket_settings import Versioning
from localcloud.cos.models import ObjectCreated
from tests.conformance.test_forms import signed
from tests.localcloud.cos_server import REGION, Answer, CosServer
from tests.localcloud.signing import SECRET_ID, SECRET_KEY, signed_headers

SERVICE = "service.cos.myqcloud.com"


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, xml.parse(answer.body, root="Error")["Code"]


def configure(server: CosServer, **changes: Any) -> None:
    server.cos.configure(server.bucket, lambda settings: settings.model_copy(update=changes))


def copy_source(server: CosServer, key: str) -> Mapping[str, str]:
    return {"x-cos-copy-source": f"{server.host}/{key}"}


def test_every_kind_of_upload_makes_news_of_its_kind_but_an_append(cos_server: CosServer) -> None:
    heard: list[ObjectCreated] = []
    cos_server.cos.subscribe(heard.append)
    client, bucket = cos_server.client(), cos_server.bucket
    client.put_object(Bucket=bucket, Key="put", Body=b"content")
    client.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "put", "Region": REGION})
    upload = client.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = client.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"content")
    parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    client.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    client.append_object(Bucket=bucket, Key="log", Position=0, Data=b"content")
    client.put_object_acl(Bucket=bucket, Key="put", ACL="public-read")
    assert [(news.object.key, news.event_name) for news in heard] == [
        ("put", "cos:ObjectCreated:Put"),
        ("copy", "cos:ObjectCreated:Copy"),
        ("parts", "cos:ObjectCreated:CompleteMultipartUpload"),
    ]
    assert all(f"q-ak={SECRET_ID}" in news.authorization for news in heard)


def test_a_copy_takes_no_room(cos_server: CosServer) -> None:
    cos_server.cos.put(cos_server.bucket, "source", b"content")
    assert cos_server.send_signed("PUT", "/copy", headers=copy_source(cos_server, "source"), body=b"").status == 200
    assert cos_server.stored("copy").path.samefile(cos_server.stored("source").path)
    cos_server.cos.delete(cos_server.bucket, "source")
    assert cos_server.read("copy") == b"content"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("nonsense", (400, "InvalidCopySource")),
        ("media-1250000000.ci.ap-guangzhou.myqcloud.com/key", (400, "InvalidCopySource")),
        ("nowhere-1250000000.cos.ap-guangzhou.myqcloud.com/key", (404, "NoSuchBucket")),
    ],
)
def test_a_source_that_is_none_is_refused(cos_server: CosServer, source: str, code: tuple[int, str]) -> None:
    answer = cos_server.send_signed("PUT", "/copy", headers={"x-cos-copy-source": source}, body=b"")
    assert refusal(answer) == code


def test_what_was_appended_to_is_not_copied(cos_server: CosServer) -> None:
    cos_server.send_signed("POST", "/log?append&position=0", body=b"line")
    answer = cos_server.send_signed("PUT", "/copy", headers=copy_source(cos_server, "log"), body=b"")
    assert refusal(answer) == (400, "InvalidCopySource")


def test_an_append_keeps_what_the_object_began_with(cos_server: CosServer) -> None:
    cos_server.send_signed("POST", "/log?append&position=0", headers={"Content-Type": "text/plain"}, body=b"one")
    answer = cos_server.send_signed("POST", "/log?append&position=3", headers={"Content-Type": "a/b"}, body=b"two")
    stored = cos_server.stored("log")
    assert (stored.content_type, cos_server.read("log"), stored.size) == ("text/plain", b"onetwo", 6)
    assert answer.headers["x-cos-hash-crc64ecma"] == str(stored.crc64)
    cos_server.cos.put(cos_server.bucket, "whole", b"onetwo")
    assert cos_server.stored("whole").crc64 == stored.crc64


@pytest.mark.parametrize(
    ("position", "code"),
    [("", (400, "InvalidArgument")), ("-1", (400, "InvalidArgument")), ("5", (409, "AppendPositionErr"))],
)
def test_an_append_names_its_position(cos_server: CosServer, position: str, code: tuple[int, str]) -> None:
    assert refusal(cos_server.send_signed("POST", f"/log?append&position={position}", body=b"line")) == code


def test_nothing_is_appended_in_a_bucket_that_keeps_versions(cos_server: CosServer) -> None:
    configure(cos_server, versioning=Versioning.ENABLED)
    answer = cos_server.send_signed("POST", "/log?append&position=0", body=b"line")
    assert refusal(answer) == (409, "InvalidBucketState")


def test_several_ranges_are_passed_over(cos_server: CosServer) -> None:
    cos_server.cos.put(cos_server.bucket, "key", b"0123456789")
    answer = cos_server.send_signed("GET", "/key", headers={"Range": "bytes=0-1,4-5"})
    assert (answer.status, answer.body) == (200, b"0123456789")


def test_a_delete_marker_that_is_read_by_its_version_is_refused(cos_server: CosServer) -> None:
    configure(cos_server, versioning=Versioning.ENABLED)
    marker = cos_server.send_signed("DELETE", "/key").headers["x-cos-version-id"]
    answer = cos_server.send_signed("GET", f"/key?versionId={marker}")
    assert refusal(answer) == (405, "MethodNotAllowed")
    assert answer.headers["x-cos-delete-marker"] == "true"
    assert answer.headers["x-cos-version-id"] == marker


def test_many_versions_are_deleted_at_once(cos_server: CosServer) -> None:
    configure(cos_server, versioning=Versioning.ENABLED)
    first = cos_server.cos.put(cos_server.bucket, "key", b"first").version_id
    objects = f"<Object><Key>key</Key><VersionId>{first}</VersionId></Object><Object><Key>other</Key></Object>"
    answer = cos_server.send_signed("POST", "/?delete", body=f"<Delete>{objects}</Delete>".encode())
    deleted = xml.parse(answer.body, root="DeleteResult")["Deleted"]
    marker = cos_server.cos.list_versions(cos_server.bucket).versions[0].version.version_id
    assert deleted == [
        {"Key": "key", "VersionId": first},
        {"Key": "other", "DeleteMarker": "true", "DeleteMarkerVersionId": marker},
    ]


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/?delete", b"<Delete/>"),
        ("POST", "/?delete", b"<Delete>text</Delete>"),
        ("POST", "/?delete", b"<Delete><Object>key</Object></Delete>"),
        ("POST", "/?delete", b"<Other/>"),
        ("POST", "/?delete", b"no xml"),
        ("PUT", "/?versioning", b"<VersioningConfiguration><Status>On</Status></VersioningConfiguration>"),
        ("PUT", "/?tagging", b"<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>"),
        ("PUT", "/?cors", b"<CORSConfiguration/>"),
        (
            "PUT",
            "/?cors",
            b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
        ),
        ("PUT", "/?acl", b"<AccessControlPolicy><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>"),
        (
            "PUT",
            "/?acl",
            b"<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>1</ID></Grantee><Permission>ALL</Permission>"
            b"</Grant></AccessControlList></AccessControlPolicy>",
        ),
    ],
)
def test_a_document_of_another_form_is_refused(cos_server: CosServer, method: str, target: str, body: bytes) -> None:
    assert refusal(cos_server.send_signed(method, target, body=body)) == (400, "MalformedXML")


def test_a_document_has_the_md5_it_promises(cos_server: CosServer) -> None:
    body = b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    promised = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    assert cos_server.send_signed("PUT", "/?tagging", headers={"Content-MD5": promised}, body=body).status == 204
    wrong = base64.b64encode(bytes(16)).decode()
    assert refusal(cos_server.send_signed("PUT", "/?tagging", headers={"Content-MD5": wrong}, body=body)) == (
        400,
        "BadDigest",
    )


def test_a_document_without_end_is_refused(cos_server: CosServer) -> None:
    answer = cos_server.send_signed("POST", "/?delete", body=b"<Delete>" + b" " * (5 << 20))
    assert refusal(answer) == (400, "XMLSizeLimit")


@pytest.mark.parametrize(
    ("tags", "code"),
    [("a=1&a=2", "InvalidTag"), ("&".join(f"k{n}=v" for n in range(11)), "InvalidTag"), ("k" * 129, "InvalidTag")],
)
def test_tags_that_cannot_be_are_refused(cos_server: CosServer, tags: str, code: str) -> None:
    answer = cos_server.send_signed("PUT", "/key", headers={"x-cos-tagging": tags}, body=b"")
    assert refusal(answer) == (400, code)


def test_what_an_upload_is_called_too_large_for_is_refused_before_it_comes(cos_server: CosServer) -> None:
    headers = {"Content-Length": str(5 * 1024**3 + 1)}
    answer = cos_server.send_signed("PUT", "/key", headers=headers)
    assert refusal(answer) == (400, "EntityTooLarge")


def test_the_second_kind_of_listing_goes_on_at_its_token(cos_server: CosServer) -> None:
    for key in ("a", "b c", "d"):
        cos_server.cos.put(cos_server.bucket, key, b"")
    first = xml.parse(cos_server.send_signed("GET", "/?list-type=2&max-keys=2").body, root="ListBucketResult")
    assert [each["Key"] for each in first["Contents"]] == ["a", "b c"]
    assert (first["KeyCount"], first["IsTruncated"]) == ("2", "true")
    token = first["NextContinuationToken"]
    second = xml.parse(
        cos_server.send_signed("GET", f"/?list-type=2&continuation-token={token}").body, root="ListBucketResult"
    )
    assert (second["Contents"]["Key"], second["IsTruncated"], second["ContinuationToken"]) == ("d", "false", token)
    after = xml.parse(cos_server.send_signed("GET", "/?list-type=2&start-after=b").body, root="ListBucketResult")
    assert [each["Key"] for each in after["Contents"]] == ["b c", "d"]
    assert refusal(cos_server.send_signed("GET", "/?list-type=2&continuation-token=%FF")) == (400, "InvalidArgument")


def test_the_buckets_of_a_region_are_listed_in_pages(cos_server: CosServer) -> None:
    for name, region in (("pages-a-1", "ap-seoul"), ("pages-b-1", "ap-seoul"), ("pages-c-1", "ap-mumbai")):
        cos_server.cos.ensure_bucket(name, region)

    def names(host: str, query: str = "") -> tuple[list[str], str]:
        headers = signed_headers("GET", host, "/")
        answer = cos_server.send("GET", f"/{query}", headers={**headers, "Host": host})
        result = xml.parse(answer.body, root="ListAllMyBucketsResult")
        found = result["Buckets"]["Bucket"] if result["Buckets"] else []
        return [each["Name"] for each in (found if isinstance(found, list) else [found])], result["IsTruncated"]

    assert names("cos.ap-seoul.myqcloud.com") == (["pages-a-1", "pages-b-1"], "false")
    assert names(SERVICE, "?region=ap-mumbai") == (["pages-c-1"], "false")
    assert names("cos.ap-seoul.myqcloud.com", "?max-keys=1") == (["pages-a-1"], "true")
    assert names("cos.ap-seoul.myqcloud.com", "?marker=pages-a-1") == (["pages-b-1"], "false")
    assert names("cos.ap-tokyo.myqcloud.com") == ([], "false")


def test_buckets_are_listed_to_whoever_signs_only(cos_server: CosServer) -> None:
    assert refusal(cos_server.send("GET", "/", headers={"Host": SERVICE})) == (403, "AccessDenied")
    headers = {**signed_headers("PUT", SERVICE, "/"), "Host": SERVICE}
    assert refusal(cos_server.send("PUT", "/", headers=headers, body=b"")) == (501, "NotImplemented")


def test_everyone_may_list_and_write_where_the_bucket_says_so(cos_server: CosServer) -> None:
    cos_server.send_signed("PUT", "/?acl", headers={"x-cos-acl": "public-read-write"}, body=b"")
    assert cos_server.send("PUT", "/key", body=b"content").status == 200
    assert b"<Key>key</Key>" in cos_server.send("GET", "/").body
    assert cos_server.send("DELETE", "/key").status == 204
    assert refusal(cos_server.send("PUT", "/?acl", headers={"x-cos-acl": "private"}, body=b"")) == (403, "AccessDenied")
    assert refusal(cos_server.send("DELETE", "/")) == (403, "AccessDenied")


def test_an_object_of_its_own_acl_is_not_as_its_bucket(cos_server: CosServer) -> None:
    cos_server.send_signed("PUT", "/?acl", headers={"x-cos-acl": "public-read"}, body=b"")
    cos_server.send_signed("PUT", "/secret", headers={"x-cos-acl": "private"}, body=b"content")
    cos_server.send_signed("PUT", "/open", body=b"content")
    assert refusal(cos_server.send("GET", "/secret")) == (403, "AccessDenied")
    assert cos_server.send("GET", "/open").body == b"content"
    assert refusal(cos_server.send("GET", "/nothing")) == (403, "AccessDenied"), "a stranger is not told what is there"


def test_a_form_makes_news_of_its_kind(cos_server: CosServer) -> None:
    heard: list[ObjectCreated] = []
    cos_server.cos.subscribe(heard.append)
    place = SimpleNamespace(secret_id=SECRET_ID, secret_key=SECRET_KEY)
    fields = signed(SimpleNamespace(place=place, bucket=cos_server.bucket), "form")
    proxies = {"http": cos_server.server.url}
    with requests.Session() as session:
        files = {"file": ("f", b"content")}
        answer = session.post(f"http://{cos_server.host}/", fields, files=files, proxies=proxies, timeout=30)
        assert answer.status_code == 204
    assert [(news.object.key, news.event_name) for news in heard] == [("form", "cos:ObjectCreated:Post")]


def test_a_form_without_a_file_or_a_key_is_refused(cos_server: CosServer) -> None:
    def post(body: str, content_type: str = "multipart/form-data; boundary=B") -> tuple[int, str]:
        headers = {"Content-Type": content_type}
        return refusal(cos_server.send("POST", "/", headers=headers, body=body.replace("\n", "\r\n").encode()))

    field = '--B\nContent-Disposition: form-data; name="key"\n\nkey\n'
    file = '--B\nContent-Disposition: form-data; name="file"; filename="f"\n\ncontent\n'
    assert post(f"{field}--B--\n") == (400, "MalformedPOSTRequest")
    assert post(f"{file}--B--\n") == (400, "MalformedPOSTRequest")
    assert post("nonsense") == (400, "MalformedPOSTRequest")
    assert post("{}", "application/json") == (400, "MalformedPOSTRequest")
    assert post(f"{field}{file}--B--\n") == (403, "AccessDenied")
    assert cos_server.cos.list(cos_server.bucket).contents == ()


def test_settings_and_tags_survive_a_restart(cos_server: CosServer) -> None:
    client = cos_server.client()
    tags = {"TagSet": {"Tag": [{"Key": "team", "Value": "media"}]}}
    client.put_bucket_tagging(Bucket=cos_server.bucket, Tagging=tags)
    client.put_bucket_cors(
        Bucket=cos_server.bucket, CORSConfiguration={"CORSRule": [{"AllowedOrigin": "*", "AllowedMethod": "GET"}]}
    )
    client.put_object(Bucket=cos_server.bucket, Key="key", Body=b"", Tagging="a=1", ACL="public-read")
    again = type(cos_server.cos)(cos_server.directory, cos_server.cos.clock)
    assert again.settings(cos_server.bucket) == cos_server.cos.settings(cos_server.bucket)
    assert again.get(cos_server.bucket, "key") == cos_server.stored("key")


def test_the_secret_is_never_answered(cos_server: CosServer) -> None:
    answer = cos_server.send_signed("GET", "/?acl")
    assert SECRET_KEY.encode() not in answer.body
