"""Listings in pages, with prefixes and delimiters. Never run against the real cloud here (see conftest)."""

import pytest

from tests.conformance.conftest import Target, refusal

NAMES = ["a 1", "b/x", "b/y", "c", "音/乐"]


@pytest.fixture
def filled(target: Target) -> Target:
    for name in NAMES:
        target.put(name)
    return target


def test_all_keys_of_a_prefix_are_listed_in_order(filled: Target) -> None:
    listing = filled.client.list_objects(Bucket=filled.bucket, Prefix=filled.folder)
    assert [each["Key"] for each in listing["Contents"]] == [filled.key(name) for name in NAMES]
    assert listing["IsTruncated"] == "false"


def test_keys_below_a_delimiter_are_one_prefix(filled: Target) -> None:
    listing = filled.client.list_objects(Bucket=filled.bucket, Prefix=filled.folder, Delimiter="/")
    assert [each["Key"] for each in listing["Contents"]] == [filled.key("a 1"), filled.key("c")]
    assert [each["Prefix"] for each in listing["CommonPrefixes"]] == [filled.key("b/"), filled.key("音/")]


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_the_pages_together_are_the_whole(filled: Target, delimiter: str) -> None:
    found, marker, truncated = [], "", "true"
    while truncated == "true":
        page = filled.client.list_objects(
            Bucket=filled.bucket, Prefix=filled.folder, Delimiter=delimiter, Marker=marker, MaxKeys=2
        )
        found += [each["Key"] for each in page.get("Contents", [])]
        found += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        truncated, marker = page["IsTruncated"], page.get("NextMarker", "")
    whole = ["a 1", "b/", "c", "音/"] if delimiter else NAMES
    assert sorted(found) == sorted(map(filled.key, whole))


def test_keys_are_percent_encoded_on_demand(filled: Target) -> None:
    listing = filled.client.list_objects(Bucket=filled.bucket, Prefix=filled.key("音"), EncodingType="url")
    assert listing["EncodingType"] == "url"
    assert listing["Contents"][0]["Key"].endswith("%E9%9F%B3%2F%E4%B9%90")


def test_a_listing_of_a_bucket_that_is_not_there_is_refused(target: Target) -> None:
    nowhere = f"conformance-nowhere-{target.bucket.rpartition('-')[2]}"
    assert refusal(lambda: target.client.list_objects(Bucket=nowhere)) == (404, "NoSuchBucket")
