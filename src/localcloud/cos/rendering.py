"""How objects and listings look on the wire."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from localcloud import xml
from localcloud.clock import http_date, iso_date
from localcloud.cos import errors
from localcloud.cos.conditions import Span
from localcloud.cos.objects import Listing, StoredObject

STANDARD = "STANDARD"
KEPT_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_OVERRIDABLE_HEADERS = ("content-type", *KEPT_HEADERS)


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
    """Return the ListBucketResult document (436/7734). Percent-encoded, a slash is `%2F`: that is a guess."""
    encode: Callable[[str], str] = (lambda text: quote(text, safe="")) if url_encoded else str
    result: dict[str, object] = {"Name": bucket}
    if url_encoded:
        result["EncodingType"] = "url"
    result |= {"Prefix": encode(prefix), "Marker": encode(marker), "MaxKeys": max_keys}
    if delimiter:
        result["Delimiter"] = delimiter
    result["IsTruncated"] = listing.is_truncated
    if listing.is_truncated:
        result["NextMarker"] = encode(listing.next_marker)
    result["CommonPrefixes"] = [{"Prefix": encode(each)} for each in listing.common_prefixes]
    result["Contents"] = [_contents(stored, encode) for stored in listing.contents]
    return xml.render("ListBucketResult", result)


def _contents(stored: StoredObject, encode: Callable[[str], str]) -> dict[str, object]:
    owner = stored.bucket.rpartition("-")[2]
    return {
        "Key": encode(stored.key),
        "LastModified": iso_date(stored.last_modified),
        "ETag": f'"{stored.etag}"',
        "Size": stored.size,
        "Owner": {"ID": owner, "DisplayName": owner},
        "StorageClass": stored.storage_class,
    }
