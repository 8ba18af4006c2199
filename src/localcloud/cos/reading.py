"""What the headers and parameters of a COS request say, read at the edge into what the state speaks."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

from localcloud.cos import errors
from localcloud.cos.acl import CANNED, Grant, Grants, Permission, account
from localcloud.cos.conditions import check_copy_conditions
from localcloud.cos.models import Cos
from localcloud.cos.objects import Draft, Sender, StoredObject
from localcloud.hosts import CosHost, read_host

KEPT_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
STANDARD = "STANDARD"
MAX_XML_BYTES = 4 * 1024**2  # ours: 10,000 parts with their ETags take 1.2 MB

_GRANTS = {
    "x-cos-grant-read": Permission.READ,
    "x-cos-grant-write": Permission.WRITE,
    "x-cos-grant-read-acp": Permission.READ_ACP,
    "x-cos-grant-write-acp": Permission.WRITE_ACP,
    "x-cos-grant-full-control": Permission.FULL_CONTROL,
}
_GRANTEE = re.compile('(?:id|uin)="?(?P<id>[^",]+)"?')


@dataclass(frozen=True)
class CopySource:
    """The object that a copy is made of."""

    text: str  # as sent
    host: CosHost
    key: str
    version_id: str | None


def draft_of(bucket: str, key: str, headers: Mapping[str, str]) -> Draft:
    """Return the object to be that the headers (lower-case names) describe.

    Raises CloudError 400 InvalidArgument, InvalidTag.
    """
    return Draft(
        bucket=bucket,
        key=key,
        content_type=headers.get("content-type", ""),
        metadata={name: value for name, value in headers.items() if name.startswith("x-cos-meta-")},
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        storage_class=headers.get("x-cos-storage-class", STANDARD),
        tags=read_tags(headers.get("x-cos-tagging", "")),
        grants=read_grants(headers),
        forbid_overwrite=headers.get("x-cos-forbid-overwrite", "").lower() == "true",
    )


def sender_of(request: Request, kind: str) -> Sender:
    """Return who sends the request; `kind` is the last part of the event's name: Put, Post, Copy, ..."""
    return Sender(
        event_name=f"cos:ObjectCreated:{kind}",
        request_id=request.state.request_id,
        authorization=request.headers.get("authorization", ""),
        source_ip=request.client.host if request.client else "",
    )


def read_grants(headers: Mapping[str, str]) -> Grants | None:
    """Return the ACL that the headers set: a canned one and explicit grants; None for none or `default`."""
    canned = headers.get("x-cos-acl") or "default"
    if canned != "default" and canned not in CANNED:
        raise errors.invalid_argument(
            f"x-cos-acl {canned!r} is unknown. Send one of {', '.join(('default', *CANNED))}."
        )
    explicit = tuple(
        Grant(permission, account(found["id"]))
        for name, permission in _GRANTS.items()
        for found in _GRANTEE.finditer(headers.get(name, ""))
    )
    if canned == "default" and not explicit:
        return None
    return (*CANNED.get(canned, ()), *explicit)


def read_tags(header: str) -> Mapping[str, str]:
    """Return the tags of an `x-cos-tagging` header, percent-encoded like a query. Raises CloudError 400 InvalidTag."""
    pairs = parse_qsl(header, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise errors.invalid_tag(f"x-cos-tagging {header!r} names a key twice. Name each once.")
    return dict(pairs)


def read_content_md5(header: str | None) -> bytes | None:
    """Return the digest of a Content-MD5 header. Raises CloudError 400 InvalidDigest."""
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        raise errors.invalid_digest(header) from None
    if len(digest) != 16:
        raise errors.invalid_digest(header)
    return digest


def read_copy_source(header: str) -> CopySource:
    """Return what `x-cos-copy-source` names: `<bucket host>/<percent-encoded key>[?versionId=<id>]` (436/10881).

    Raises CloudError 400 InvalidCopySource.
    """
    text = header.partition("://")[2] or header
    name, _, rest = text.lstrip("/").partition("/")
    path, _, query = rest.partition("?")
    host = read_host(name)
    key = unquote(path)
    if not isinstance(host, CosHost) or not key:
        raise errors.invalid_copy_source(header, "names no object. Send <bucket host>/<key>, percent-encoded")
    return CopySource(header, host, key, dict(parse_qsl(query)).get("versionId"))


def copied_object(request: Request, cos: Cos) -> StoredObject:
    """Return the object that the request copies.

    Raises CloudError 400 InvalidCopySource, 404 NoSuchBucket, NoSuchKey, NoSuchVersion, 412 PreconditionFailed.
    """
    asked = read_copy_source(request.headers["x-cos-copy-source"])
    cos.require_bucket(asked.host.bucket, asked.host.region)
    source = cos.get(asked.host.bucket, asked.key, asked.version_id)
    if source.appendable:
        raise errors.invalid_copy_source(asked.text, "was made by APPEND Object and cannot be copied")
    check_copy_conditions(request.headers, source)
    return source


def read_version_id(request: Request) -> str | None:
    """Return the version that is asked for, None for the latest. An empty one is as none (436/46206)."""
    return request.query_params.get("versionId") or None


def read_number(
    request: Request, name: str, *, default: int | None, lowest: int, highest: int, cap: bool = False
) -> int:
    """Return a parameter that is a number; `cap` takes a higher one for the highest.

    Raises CloudError 400 InvalidArgument.
    """
    text = request.query_params.get(name, "" if default is None else str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 13) or not lowest <= int(text):
        raise errors.invalid_argument(f"{name} {text!r} is no number from {lowest} to {highest}. Send one.")
    if int(text) > highest and not cap:
        raise errors.invalid_argument(f"{name} {text!r} is more than {highest}. Send a smaller one.")
    return min(int(text), highest)


def read_encoding_type(request: Request) -> bool:
    """Return whether keys are to be percent-encoded. Raises CloudError 400 InvalidArgument."""
    param = request.query_params.get("encoding-type")
    if param not in (None, "", "url"):
        raise errors.invalid_argument(f"encoding-type {param!r} is unknown. Send url, or leave it out.")
    return param == "url"


async def small_body(request: Request) -> bytes:
    """Return the body of a request that holds a document. Raises CloudError 400 XMLSizeLimit, BadDigest."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_XML_BYTES:
            raise errors.xml_size_limit(MAX_XML_BYTES)
    promised = read_content_md5(request.headers.get("content-md5"))
    if promised is not None and promised != hashlib.md5(body, usedforsecurity=False).digest():
        raise errors.bad_digest(request.scope["path"])
    return body
