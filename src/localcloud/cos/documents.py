"""The XML documents that requests to COS carry, read into what the state speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud import xml
from localcloud.cos import errors
from localcloud.cos.acl import OWNER, Grant, Grants, Permission, account
from localcloud.cos.bucket_settings import CorsRule, Versioning
from localcloud.cos.multipart import MAX_PARTS, WantedPart

MAX_DELETED = 1000  # 436/8289
_CORS_METHODS = frozenset({"GET", "PUT", "HEAD", "POST", "DELETE"})


@dataclass(frozen=True)
class WantedDeletion:
    """One object, or one version of it, that a request asks to delete."""

    key: str
    version_id: str | None


@dataclass(frozen=True)
class DeleteRequest:
    """The objects to delete; a quiet request wants to hear of failures only."""

    deletions: Sequence[WantedDeletion]
    quiet: bool


def read_delete(body: bytes) -> DeleteRequest:
    """Read the document of DELETE Multiple Objects (436/8289). Raises CloudError 400 MalformedXML."""
    document = xml.parse(body, root="Delete")
    deletions = [
        WantedDeletion(_text(each, "Key", of="Object"), each.get("VersionId") or None)
        for each in _nodes(document, "Object")
    ]
    if not 0 < len(deletions) <= MAX_DELETED:
        raise errors.malformed_xml(f"The body names {len(deletions)} objects to delete. Name 1 to {MAX_DELETED}.")
    return DeleteRequest(deletions, quiet=str(document.get("Quiet")).lower() == "true")


def read_complete(body: bytes) -> Sequence[WantedPart]:
    """Read the document of Complete Multipart Upload (436/7742). Raises CloudError 400 MalformedXML."""
    document = xml.parse(body, root="CompleteMultipartUpload")
    return [
        WantedPart(_number(each, "PartNumber", highest=MAX_PARTS), _text(each, "ETag", of="Part").strip('"'))
        for each in _nodes(document, "Part")
    ]


def read_versioning(body: bytes) -> Versioning:
    """Read the document of PUT Bucket versioning (436/19889). Raises CloudError 400 MalformedXML."""
    status = xml.parse(body, root="VersioningConfiguration").get("Status")
    if status not in (Versioning.ENABLED.value, Versioning.SUSPENDED.value):
        raise errors.malformed_xml(f"Status {status!r} is neither Enabled nor Suspended. Send one of them.")
    return Versioning(status)


def read_tagging(body: bytes) -> Mapping[str, str]:
    """Read the document of PUT Bucket or Object tagging (436/35709). Raises CloudError 400 MalformedXML, InvalidTag."""
    document = xml.parse(body, root="Tagging").get("TagSet") or {}
    pairs = [(_text(each, "Key", of="Tag"), each.get("Value") or "") for each in _nodes(document, "Tag")]
    if len(dict(pairs)) != len(pairs):
        raise errors.invalid_tag("The TagSet names a key twice. Name each once.")
    return dict(pairs)


def read_acl(body: bytes) -> Grants:
    """Read the document of PUT Bucket or Object acl (436/7737). Raises CloudError 400 MalformedXML."""
    document = xml.parse(body, root="AccessControlPolicy").get("AccessControlList") or {}
    grants = [Grant(_permission(each), _grantee(each.get("Grantee") or {})) for each in _nodes(document, "Grant")]
    return tuple(grant for grant in grants if grant.grantee != OWNER)  # the owner may do everything anyway


def read_cors(body: bytes) -> tuple[CorsRule, ...]:
    """Read the document of PUT Bucket cors (436/8279). Raises CloudError 400 MalformedXML."""
    document = xml.parse(body, root="CORSConfiguration")
    rules = tuple(_cors_rule(each) for each in _nodes(document, "CORSRule"))
    if not rules:
        raise errors.malformed_xml("The CORSConfiguration has no CORSRule. Send one, or DELETE the rules.")
    return rules


def _cors_rule(node: Mapping[str, Any]) -> CorsRule:
    origins, methods = _texts(node, "AllowedOrigin"), _texts(node, "AllowedMethod")
    if not origins or not _CORS_METHODS.issuperset(methods) or not methods:
        raise errors.malformed_xml(f"A CORSRule needs AllowedOrigin and AllowedMethod out of {sorted(_CORS_METHODS)}.")
    return CorsRule(
        id=node.get("ID") or "",
        allowed_origins=origins,
        allowed_methods=methods,
        allowed_headers=_texts(node, "AllowedHeader"),
        expose_headers=_texts(node, "ExposeHeader"),
        max_age_seconds=_number(node, "MaxAgeSeconds", highest=10**9) if node.get("MaxAgeSeconds") else None,
    )


def _permission(node: Mapping[str, Any]) -> Permission:
    permission = _text(node, "Permission", of="Grant")
    try:
        return Permission(permission)
    except ValueError:
        raise errors.malformed_xml(f"Permission {permission!r} is unknown. Send READ, WRITE, ...") from None


def _grantee(node: Mapping[str, Any]) -> str:
    return node.get("URI") or account(_text(node, "ID", of="Grantee"))


def _nodes(node: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return the children of this name, which may be there once, often or not at all."""
    found = node.get(name, [])
    nodes = found if isinstance(found, list) else [found]
    if not all(isinstance(each, Mapping) for each in nodes):
        raise errors.malformed_xml(f"A <{name}> is empty or holds text. Put nodes in it.")
    return nodes


def _texts(node: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = node.get(name) or []
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _text(node: Mapping[str, Any], name: str, *, of: str) -> str:
    text = node.get(name)
    if not isinstance(text, str) or not text:
        raise errors.malformed_xml(f"A <{of}> has no <{name}>. Send one.")
    return text


def _number(node: Mapping[str, Any], name: str, *, highest: int) -> int:
    text = str(node.get(name))
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and 1 <= int(text) <= highest):
        raise errors.malformed_xml(f"{name} {text!r} is no number from 1 to {highest}. Send one.")
    return int(text)
