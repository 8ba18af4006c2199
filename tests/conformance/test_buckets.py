"""Buckets and what is configured of them. Never run against the real cloud here (see conftest)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.conftest import Target, refusal

NewBucket = Callable[[], Target]
RULE = {
    "ID": "page",
    "AllowedOrigin": ["https://example.com"],
    "AllowedMethod": ["GET", "PUT"],
    "AllowedHeader": ["x-cos-meta-*", "content-type"],
    "ExposeHeader": ["ETag"],
    "MaxAgeSeconds": "600",
}


def test_a_bucket_is_made_listed_found_and_deleted(new_bucket: NewBucket) -> None:
    own = new_bucket()
    listed = {each["Name"]: each["Location"] for each in own.client.list_buckets()["Buckets"]["Bucket"]}
    assert listed[own.bucket] == own.place.region
    assert own.client.head_bucket(Bucket=own.bucket)["x-cos-bucket-region"] == own.place.region
    assert own.client.get_bucket_location(Bucket=own.bucket)["LocationConstraint"] == own.place.region
    own.client.delete_bucket(Bucket=own.bucket)
    assert not own.client.bucket_exists(Bucket=own.bucket)


def test_a_bucket_with_something_in_it_is_not_deleted(new_bucket: NewBucket) -> None:
    own = new_bucket()
    own.put("key")
    assert refusal(lambda: own.client.delete_bucket(Bucket=own.bucket)) == (409, "BucketNotEmpty")


def test_a_bucket_that_is_there_is_not_made_again(new_bucket: NewBucket) -> None:
    own = new_bucket()
    assert refusal(lambda: own.client.create_bucket(Bucket=own.bucket)) == (409, "BucketAlreadyOwnedByYou")


def test_a_bucket_has_tags(new_bucket: NewBucket) -> None:
    own = new_bucket()
    assert refusal(lambda: own.client.get_bucket_tagging(Bucket=own.bucket)) == (404, "NoSuchTagSet")
    tags = [{"Key": "team", "Value": "media"}, {"Key": "stage", "Value": "测试"}]
    own.client.put_bucket_tagging(Bucket=own.bucket, Tagging={"TagSet": {"Tag": tags}})
    assert own.client.get_bucket_tagging(Bucket=own.bucket)["TagSet"]["Tag"] == tags
    own.client.delete_bucket_tagging(Bucket=own.bucket)
    assert refusal(lambda: own.client.get_bucket_tagging(Bucket=own.bucket)) == (404, "NoSuchTagSet")


def test_a_bucket_lets_pages_of_other_origins_in(new_bucket: NewBucket) -> None:
    own = new_bucket()
    assert refusal(lambda: own.client.get_bucket_cors(Bucket=own.bucket)) == (404, "NoSuchCORSConfiguration")
    own.client.put_bucket_cors(Bucket=own.bucket, CORSConfiguration={"CORSRule": [RULE]})
    (rule,) = own.client.get_bucket_cors(Bucket=own.bucket)["CORSRule"]
    assert rule == RULE
    asked = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-cos-meta-mode,content-type",
    }
    allowed = own.send("OPTIONS", own.url("key"), headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://example.com"
    assert allowed.headers["Access-Control-Allow-Methods"] == "GET,PUT"
    assert allowed.headers["Access-Control-Max-Age"] == "600"
    for other in ({"Origin": "https://evil.example"}, {"Access-Control-Request-Method": "DELETE"}):
        assert own.send("OPTIONS", own.url("key"), headers={**asked, **other}).status_code == 403
    own.put("key")
    url = own.client.get_presigned_url(own.bucket, "key", "GET")
    read = own.send("GET", url, headers={"Origin": "https://example.com"})
    assert read.headers["Access-Control-Allow-Origin"] == "https://example.com"
    assert read.headers["Access-Control-Expose-Headers"] == "ETag"
    own.client.delete_bucket_cors(Bucket=own.bucket)
    assert own.send("OPTIONS", own.url("key"), headers=asked).status_code == 403


def test_a_bucket_is_private_until_its_acl_says_otherwise(new_bucket: NewBucket) -> None:
    own = new_bucket()
    own.put("key")
    assert own.client.get_bucket_acl(Bucket=own.bucket)["CannedACL"] == "private"
    assert own.send("GET", own.url("key")).status_code == 403
    own.client.put_bucket_acl(Bucket=own.bucket, ACL="public-read")
    assert own.client.get_bucket_acl(Bucket=own.bucket)["CannedACL"] == "public-read"
    assert own.send("GET", own.url("key")).content == b"content"
    assert own.send("PUT", own.url("key"), data=b"other").status_code == 403


def test_permissions_can_be_granted_to_another_account(new_bucket: NewBucket) -> None:
    own = new_bucket()
    own.client.put_bucket_acl(Bucket=own.bucket, GrantRead='id="100000000002"')
    grants = own.client.get_bucket_acl(Bucket=own.bucket)["AccessControlList"]["Grant"]
    given = [(grant["Grantee"].get("ID"), grant["Permission"]) for grant in grants]
    assert ("qcs::cam::uin/100000000002:uin/100000000002", "READ") in given


class TestVersioning:
    """A bucket that keeps versions."""

    @pytest.fixture
    def own(self, new_bucket: NewBucket) -> Target:
        own = new_bucket()
        assert "Status" not in own.client.get_bucket_versioning(Bucket=own.bucket)
        own.put("key", b"before")
        own.client.put_bucket_versioning(Bucket=own.bucket, Status="Enabled")
        assert own.client.get_bucket_versioning(Bucket=own.bucket)["Status"] == "Enabled"
        return own

    def versions(self, own: Target, **options: Any) -> list[tuple[str, str]]:
        found = own.client.list_objects_versions(Bucket=own.bucket, **options)
        return [(each["VersionId"], each["IsLatest"]) for each in found.get("Version", [])]

    def test_every_put_makes_a_version(self, own: Target) -> None:
        first, second = own.put("key", b"first"), own.put("key", b"second")
        assert own.read("key") == b"second"
        assert own.read("key", VersionId=first["x-cos-version-id"]) == b"first"
        assert own.read("key", VersionId="null") == b"before"
        assert self.versions(own) == [
            (second["x-cos-version-id"], "true"),
            (first["x-cos-version-id"], "false"),
            ("null", "false"),
        ]

    def test_a_delete_hides_what_an_older_version_keeps(self, own: Target) -> None:
        marked = own.client.delete_object(Bucket=own.bucket, Key="key")
        assert marked["x-cos-delete-marker"] == "true"
        assert refusal(lambda: own.read("key")) == (404, "NoSuchKey")
        assert own.read("key", VersionId="null") == b"before"
        listed = own.client.list_objects_versions(Bucket=own.bucket)["DeleteMarker"]
        assert [(each["VersionId"], each["IsLatest"]) for each in listed] == [(marked["x-cos-version-id"], "true")]
        own.client.delete_object(Bucket=own.bucket, Key="key", VersionId=marked["x-cos-version-id"])
        assert own.read("key") == b"before"

    def test_a_version_is_deleted_for_good(self, own: Target) -> None:
        first = own.put("key", b"first")["x-cos-version-id"]
        own.client.delete_object(Bucket=own.bucket, Key="key", VersionId=first)
        assert own.read("key") == b"before"
        assert refusal(lambda: own.read("key", VersionId=first)) == (404, "NoSuchVersion")

    def test_versions_are_listed_in_pages(self, own: Target) -> None:
        for content in (b"1", b"2"):
            own.put("key", content)
        own.put("other", b"3")
        first = own.client.list_objects_versions(Bucket=own.bucket, MaxKeys=2)
        assert first["IsTruncated"] == "true"
        rest = self.versions(own, KeyMarker=first["NextKeyMarker"], VersionIdMarker=first["NextVersionIdMarker"])
        assert len(first["Version"]) + len(rest) == 4

    def test_while_suspended_puts_replace_the_null_version(self, own: Target) -> None:
        kept = own.put("key", b"kept")["x-cos-version-id"]
        own.client.put_bucket_versioning(Bucket=own.bucket, Status="Suspended")
        assert own.put("key", b"null again")["x-cos-version-id"] == "null"
        assert self.versions(own) == [("null", "true"), (kept, "false")]
        assert own.read("key", VersionId="null") == b"null again"

    def test_put_if_absent_is_void(self, own: Target) -> None:
        own.put("key", b"other", Metadata={"x-cos-forbid-overwrite": "true"})
        assert own.read("key") == b"other"

    def test_a_copy_of_a_version_is_made(self, own: Target) -> None:
        own.put("key", b"first")
        source = {"Bucket": own.bucket, "Key": "key", "Region": own.place.region, "VersionId": "null"}
        own.client.copy_object(Bucket=own.bucket, Key="copy", CopySource=source)
        assert own.read("copy") == b"before"
