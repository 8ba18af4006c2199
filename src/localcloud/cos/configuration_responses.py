"""The wire of what is configured of buckets and objects: versioning, ACLs, tags, CORS (under 436/7751)."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.cos import checks, errors
from localcloud.cos.acl import OWNER, OWNER_UIN, PRIVATE, Grant, Grants, Permission
from localcloud.cos.bucket_settings import BucketSettings, CorsRule, Versioning
from localcloud.cos.documents import read_acl, read_cors, read_tagging, read_versioning
from localcloud.cos.models import Cos
from localcloud.cos.reading import read_grants, read_version_id, small_body
from localcloud.cos.wire import Operations, document, version_headers
from localcloud.hosts import CosHost


class ConfigurationResponses:
    """Answers PUT, GET and DELETE of each."""

    def __init__(self, cos: Cos) -> None:
        self._cos = cos
        self.operations: Operations = {
            "PutBucketVersioning": self._put_versioning,
            "GetBucketVersioning": self._get_versioning,
            "PutBucketACL": self._put_bucket_acl,
            "GetBucketACL": self._get_bucket_acl,
            "PutObjectACL": self._put_object_acl,
            "GetObjectACL": self._get_object_acl,
            "PutBucketTagging": self._put_bucket_tagging,
            "GetBucketTagging": self._get_bucket_tagging,
            "DeleteBucketTagging": self._delete_bucket_tagging,
            "PutObjectTagging": self._put_object_tagging,
            "GetObjectTagging": self._get_object_tagging,
            "DeleteObjectTagging": self._delete_object_tagging,
            "PutBucketCORS": self._put_cors,
            "GetBucketCORS": self._get_cors,
            "DeleteBucketCORS": self._delete_cors,
        }

    async def _put_versioning(self, request: Request, host: CosHost, _key: str) -> Response:
        self._configure(host.bucket, versioning=read_versioning(await small_body(request)))
        return Response()

    async def _get_versioning(self, _request: Request, host: CosHost, _key: str) -> Response:
        versioning = self._settings(host).versioning
        nodes = {} if versioning is Versioning.NEVER else {"Status": versioning.value}
        return document(xml.render("VersioningConfiguration", nodes))

    async def _put_bucket_acl(self, request: Request, host: CosHost, _key: str) -> Response:
        self._configure(host.bucket, grants=await _read_acl(request) or PRIVATE)
        return Response()

    async def _get_bucket_acl(self, _request: Request, host: CosHost, _key: str) -> Response:
        return document(_render_acl(self._settings(host).grants))

    async def _put_object_acl(self, request: Request, host: CosHost, key: str) -> Response:
        grants = await _read_acl(request)
        self._cos.revise(host.bucket, key, read_version_id(request), lambda stored: replace(stored, grants=grants))
        return Response()

    async def _get_object_acl(self, request: Request, host: CosHost, key: str) -> Response:
        grants = self._cos.get(host.bucket, key, read_version_id(request)).grants
        if grants is None:
            return document(_render_acl(self._settings(host).grants), {"x-cos-acl": "default"})
        return document(_render_acl(grants))

    async def _put_bucket_tagging(self, request: Request, host: CosHost, _key: str) -> Response:
        tags = read_tagging(await small_body(request))
        checks.check_tags(tags, checks.MAX_BUCKET_TAGS)
        self._configure(host.bucket, tags=tags)
        return Response(status_code=204)

    async def _get_bucket_tagging(self, _request: Request, host: CosHost, _key: str) -> Response:
        tags = self._settings(host).tags
        if not tags:
            raise errors.no_such_tag_set(f"The bucket {host.bucket!r}")
        return document(_render_tagging(tags))

    async def _delete_bucket_tagging(self, _request: Request, host: CosHost, _key: str) -> Response:
        self._configure(host.bucket, tags={})
        return Response(status_code=204)

    async def _put_object_tagging(self, request: Request, host: CosHost, key: str) -> Response:
        tags = read_tagging(await small_body(request))
        checks.check_tags(tags, checks.MAX_TAGS)
        return Response(headers=self._retag(request, host, key, tags))

    async def _get_object_tagging(self, request: Request, host: CosHost, key: str) -> Response:
        stored = self._cos.get(host.bucket, key, read_version_id(request))
        return document(_render_tagging(stored.tags), version_headers(self._cos, stored))

    async def _delete_object_tagging(self, request: Request, host: CosHost, key: str) -> Response:
        return Response(status_code=204, headers=self._retag(request, host, key, {}))

    def _retag(self, request: Request, host: CosHost, key: str, tags: Mapping[str, str]) -> Mapping[str, str]:
        version_id = read_version_id(request)
        stored = self._cos.revise(host.bucket, key, version_id, lambda stored: replace(stored, tags=tags))
        return version_headers(self._cos, stored)

    async def _put_cors(self, request: Request, host: CosHost, _key: str) -> Response:
        self._configure(host.bucket, cors=read_cors(await small_body(request)))
        return Response()

    async def _get_cors(self, _request: Request, host: CosHost, _key: str) -> Response:
        rules = self._settings(host).cors
        if not rules:
            raise errors.no_such_cors_configuration(host.bucket)
        return document(xml.render("CORSConfiguration", {"CORSRule": [_cors_node(rule) for rule in rules]}))

    async def _delete_cors(self, _request: Request, host: CosHost, _key: str) -> Response:
        self._configure(host.bucket, cors=())
        return Response(status_code=204)

    def _settings(self, host: CosHost) -> BucketSettings:
        return self._cos.settings(host.bucket)

    def _configure(self, bucket: str, **changes: object) -> None:
        self._cos.configure(bucket, lambda settings: settings.model_copy(update=changes))


async def _read_acl(request: Request) -> Grants | None:
    """Return what the headers say, and without them the body; None is the ACL `default`."""
    body = await small_body(request)
    return read_acl(body) if body else read_grants(request.headers)


def _render_acl(grants: Grants) -> bytes:
    owner = {"ID": OWNER, "DisplayName": OWNER_UIN}
    full_control = {"Grantee": {"@type": "RootAccount", **owner}, "Permission": Permission.FULL_CONTROL.value}
    nodes = [full_control, *map(_grant_node, grants)]
    return xml.render("AccessControlPolicy", {"Owner": owner, "AccessControlList": {"Grant": nodes}})


def _grant_node(grant: Grant) -> dict[str, object]:
    if grant.is_for_group:
        grantee = {"@type": "Group", "URI": grant.grantee}
    else:
        grantee = {"@type": "CAM", "ID": grant.grantee, "DisplayName": grant.grantee.rpartition("/")[2]}
    return {"Grantee": grantee, "Permission": grant.permission.value}


def _render_tagging(tags: Mapping[str, str]) -> bytes:
    nodes = [{"Key": key, "Value": value} for key, value in tags.items()]
    return xml.render("Tagging", {"TagSet": {"Tag": nodes} if nodes else None})


def _cors_node(rule: CorsRule) -> dict[str, object]:
    node: dict[str, object] = {"ID": rule.id} if rule.id else {}
    node |= {"AllowedOrigin": rule.allowed_origins, "AllowedMethod": rule.allowed_methods}
    node |= {"AllowedHeader": rule.allowed_headers, "ExposeHeader": rule.expose_headers}
    return node if rule.max_age_seconds is None else {**node, "MaxAgeSeconds": rule.max_age_seconds}
