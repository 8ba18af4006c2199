"""How objects and listings look on the wire."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from localcloud import xml
from localcloud.clock import http_date, iso_date
from localcloud.cos import errors
from localcloud.cos.conditions import Span
from localcloud.cos.objects import DeleteMarker, ListedVersion, Listing, StoredObject, VersionListing
from localcloud.cos.reading import KEPT_HEADERS, STANDARD

_OVERRIDABLE_HEADERS = ("content-type", *KEPT_HEADERS)
Encode = Callable[[str], str]


def checksum_headers(stored: StoredObject) -> dict[str, str]:
    """Return what a PUT answers: the ETag in quotes, and the CRC-64 as decimal number."""
    return {"etag": f'"{stored.etag}"', "x-cos-hash-crc64ecma": str(stored.crc64)}


def validator_headers(stored: StoredObject) -> dict[str, str]:
    """Return what tells one content of an object from another, as a 304 has it too."""
    return {**checksum_headers(stored), "last-modified": http_date(stored.last_modified)}


def object_headers(stored: StoredObject, params: Mapping[str, str]) -> dict[str, str]:
    """Return what GET and HEAD say of the object; `response-*` parameters override (436/7753).

    Raises CloudError 400 InvalidArgument for an override that no header can carry.
    """
    headers = {
        "accept-ranges": "bytes",
        "content-type": stored.content_type or "application/octet-stream",
        **validator_headers(stored),
        **stored.headers,
        **stored.metadata,
    }
    if stored.storage_class != STANDARD:
        headers["x-cos-storage-class"] = stored.storage_class
    if stored.appendable:
        headers["x-cos-object-type"] = "appendable"
    for name in _OVERRIDABLE_HEADERS:
        if value := params.get(f"response-{name}"):
            if not (value.isascii() and value.isprintable()):
                message = f"response-{name} {value!r} cannot be a header. Use printable ASCII."
                raise errors.invalid_argument(message)
            headers[name] = value
    return headers


def part_headers(span: Span, stored: StoredObject) -> dict[str, str]:
    """Return what a 206 says of the part it has."""
    return {"content-range": f"bytes {span.start}-{span.stop - 1}/{stored.size}"}


def encoder(*, url_encoded: bool) -> Encode:
    """Return how keys are written: as they are, or percent-encoded. That a slash is `%2F` then is a guess."""
    return (lambda text: quote(text, safe="")) if url_encoded else str


def render_listing(
    listing: Listing,
    bucket: str,
    *,
    prefix: str,
    marker: str,
    delimiter: str,
    max_keys: int,
    url_encoded: bool,
) -> bytes:
    """Return the ListBucketResult document (436/7734)."""
    encode = encoder(url_encoded=url_encoded)
    result: dict[str, object] = {"Name": bucket, **_encoding_type(url_encoded=url_encoded)}
    result |= {"Prefix": encode(prefix), "Marker": encode(marker), "MaxKeys": max_keys, **_delimiter(delimiter)}
    result["IsTruncated"] = listing.is_truncated
    if listing.is_truncated:
        result["NextMarker"] = encode(listing.next_marker)
    result["CommonPrefixes"] = [{"Prefix": encode(each)} for each in listing.common_prefixes]
    result["Contents"] = [_contents(stored, encode) for stored in listing.contents]
    return xml.render("ListBucketResult", result)


def render_listing_v2(
    listing: Listing,
    bucket: str,
    *,
    prefix: str,
    start_after: str,
    token: str,
    next_token: str,
    delimiter: str,
    max_keys: int,
    url_encoded: bool,
) -> bytes:
    """Return the ListBucketResult document of `list-type=2`, as S3 has it: the vendor's pages of COS do not show it."""
    encode = encoder(url_encoded=url_encoded)
    result: dict[str, object] = {"Name": bucket, **_encoding_type(url_encoded=url_encoded)}
    result |= {"Prefix": encode(prefix), "MaxKeys": max_keys, **_delimiter(delimiter)}
    result["KeyCount"] = len(listing.contents) + len(listing.common_prefixes)
    if start_after:
        result["StartAfter"] = encode(start_after)
    if token:
        result["ContinuationToken"] = token
    result["IsTruncated"] = listing.is_truncated
    if listing.is_truncated:
        result["NextContinuationToken"] = next_token
    result["CommonPrefixes"] = [{"Prefix": encode(each)} for each in listing.common_prefixes]
    result["Contents"] = [_contents(stored, encode) for stored in listing.contents]
    return xml.render("ListBucketResult", result)


def render_version_listing(
    listing: VersionListing,
    bucket: str,
    *,
    prefix: str,
    key_marker: str,
    version_id_marker: str,
    delimiter: str,
    max_keys: int,
    url_encoded: bool,
    versioned: bool,
) -> bytes:
    """Return the ListVersionsResult document (436/35521). Versions and delete markers of one key may be apart in it.

    The vendor's sample has both kinds in one order; xmltodict writes one kind after the other, and clients read them
    as two lists.
    """
    encode = encoder(url_encoded=url_encoded)
    result: dict[str, object] = {"Name": bucket, **_encoding_type(url_encoded=url_encoded)}
    result |= {"Prefix": encode(prefix), "KeyMarker": encode(key_marker), "VersionIdMarker": version_id_marker}
    result |= {"MaxKeys": max_keys, "IsTruncated": listing.is_truncated, **_delimiter(delimiter)}
    if listing.is_truncated:
        result["NextKeyMarker"] = encode(listing.next_key_marker)
        result["NextVersionIdMarker"] = listing.next_version_id_marker
    result["CommonPrefixes"] = [{"Prefix": encode(each)} for each in listing.common_prefixes]
    owner = _owner(bucket)
    entries = [(each, _version(each, encode, owner, versioned=versioned)) for each in listing.versions]
    result["Version"] = [node for each, node in entries if isinstance(each.version, StoredObject)]
    result["DeleteMarker"] = [node for each, node in entries if isinstance(each.version, DeleteMarker)]
    return xml.render("ListVersionsResult", result)


def _version(listed: ListedVersion, encode: Encode, owner: Mapping[str, str], *, versioned: bool) -> dict[str, object]:
    version = listed.version
    node: dict[str, object] = {
        "Key": encode(version.key),
        "VersionId": (version.version_id or "null") if versioned else None,
        "IsLatest": listed.is_latest,
        "LastModified": iso_date(version.last_modified),
    }
    if isinstance(version, StoredObject):
        node |= {"ETag": f'"{version.etag}"', "Size": version.size, "StorageClass": version.storage_class}
    return {**node, "Owner": owner}


def _contents(stored: StoredObject, encode: Encode) -> dict[str, object]:
    return {
        "Key": encode(stored.key),
        "LastModified": iso_date(stored.last_modified),
        "ETag": f'"{stored.etag}"',
        "Size": stored.size,
        "Owner": _owner(stored.bucket),
        "StorageClass": stored.storage_class,
    }


def _owner(bucket: str) -> dict[str, str]:
    appid = bucket.rpartition("-")[2]
    return {"ID": appid, "DisplayName": appid}


def _encoding_type(*, url_encoded: bool) -> dict[str, object]:
    return {"EncodingType": "url"} if url_encoded else {}


def _delimiter(delimiter: str) -> dict[str, object]:
    return {"Delimiter": delimiter} if delimiter else {}
