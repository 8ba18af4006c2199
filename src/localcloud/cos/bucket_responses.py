"""The wire of COS's operations on a bucket and its listings (API documents under 436/7751)."""

import base64
import binascii

from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.clock import iso_date
from localcloud.cos import errors
from localcloud.cos.acl import OWNER, OWNER_UIN
from localcloud.cos.bucket_settings import Versioning
from localcloud.cos.documents import WantedDeletion, read_delete
from localcloud.cos.models import MAX_LISTED, Cos
from localcloud.cos.operations import not_offered
from localcloud.cos.reading import draft_of, read_encoding_type, read_number, small_body
from localcloud.cos.rendering import render_listing, render_listing_v2, render_version_listing
from localcloud.cos.wire import Operations, document
from localcloud.errors import CloudError
from localcloud.hosts import CosHost, CosServiceHost

_MAX_BUCKETS = 2000  # in one answer (436/8291)


class BucketResponses:
    """Answers creating, deleting and listing."""

    def __init__(self, cos: Cos) -> None:
        self._cos = cos
        self.operations: Operations = {
            "PutBucket": self._put_bucket,
            "HeadBucket": self._head_bucket,
            "DeleteBucket": self._delete_bucket,
            "GetBucketLocation": self._get_location,
            "GetBucket": self._list_objects,
            "GetBucketObjectVersions": self._list_versions,
            "DeleteMultipleObjects": self._delete_objects,
        }

    def get_service(self, request: Request, host: CosServiceHost) -> Response:
        """Answer GET Service: the buckets, of a region if the host or a parameter names one (436/8291).

        Raises CloudError 501 for anything else that names no bucket.
        """
        if request.method != "GET" or request.scope["path"] != "/":
            raise not_offered(request.method, "Service")
        region = host.region or request.query_params.get("region", "")
        marker = request.query_params.get("marker", "")
        limit = read_number(request, "max-keys", default=_MAX_BUCKETS, lowest=0, highest=_MAX_BUCKETS, cap=True)
        found = sorted(name for name, where in self._cos.buckets().items() if name > marker and region in ("", where))
        shown = found[:limit]
        nodes: dict[str, object] = {"Owner": {"ID": OWNER, "DisplayName": OWNER_UIN}}
        nodes["Buckets"] = {"Bucket": [self._bucket_node(name) for name in shown]} if shown else None
        nodes["IsTruncated"] = len(shown) < len(found)
        if shown and len(shown) < len(found):
            nodes["NextMarker"] = shown[-1]
        return document(xml.render("ListAllMyBucketsResult", nodes))

    def _bucket_node(self, name: str) -> dict[str, str]:
        settings = self._cos.settings(name)
        created_at = iso_date(settings.created_at).partition(".")[0] + "Z"
        return {"Name": name, "Location": settings.region, "CreationDate": created_at, "BucketType": "cos"}

    async def _put_bucket(self, request: Request, host: CosHost, _key: str) -> Response:
        grants = draft_of(host.bucket, "", request.headers).grants
        self._cos.create_bucket(host.bucket, host.region)
        if grants:
            self._cos.configure(host.bucket, lambda settings: settings.model_copy(update={"grants": grants}))
        return Response()

    async def _head_bucket(self, _request: Request, host: CosHost, _key: str) -> Response:
        return Response(headers={"x-cos-bucket-region": host.region})

    async def _delete_bucket(self, _request: Request, host: CosHost, _key: str) -> Response:
        self._cos.delete_bucket(host.bucket)
        return Response(status_code=204)

    async def _get_location(self, _request: Request, host: CosHost, _key: str) -> Response:
        return document(xml.render("LocationConstraint", {"#text": host.region}))

    async def _list_objects(self, request: Request, host: CosHost, _key: str) -> Response:
        params = request.query_params
        prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
        max_keys = read_number(request, "max-keys", default=MAX_LISTED, lowest=0, highest=MAX_LISTED, cap=True)
        url_encoded = read_encoding_type(request)
        is_v2 = params.get("list-type") == "2"
        start_after = params.get("start-after", "")
        token = params.get("continuation-token", "")
        marker = (_read_token(token) or start_after) if is_v2 else params.get("marker", "")
        listing = self._cos.list(host.bucket, prefix=prefix, marker=marker, delimiter=delimiter, max_keys=max_keys)
        if is_v2:
            body = render_listing_v2(
                listing,
                host.bucket,
                prefix=prefix,
                start_after=start_after,
                token=token,
                next_token=base64.urlsafe_b64encode(listing.next_marker.encode()).decode(),
                delimiter=delimiter,
                max_keys=max_keys,
                url_encoded=url_encoded,
            )
        else:
            body = render_listing(
                listing,
                host.bucket,
                prefix=prefix,
                marker=marker,
                delimiter=delimiter,
                max_keys=max_keys,
                url_encoded=url_encoded,
            )
        return document(body, {"x-cos-bucket-region": host.region})

    async def _list_versions(self, request: Request, host: CosHost, _key: str) -> Response:
        params = request.query_params
        prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
        key_marker, version_id_marker = params.get("key-marker", ""), params.get("version-id-marker", "")
        max_keys = read_number(request, "max-keys", default=MAX_LISTED, lowest=0, highest=MAX_LISTED, cap=True)
        listing = self._cos.list_versions(
            host.bucket,
            prefix=prefix,
            key_marker=key_marker,
            version_id_marker=version_id_marker,
            delimiter=delimiter,
            max_keys=max_keys,
        )
        body = render_version_listing(
            listing,
            host.bucket,
            prefix=prefix,
            key_marker=key_marker,
            version_id_marker=version_id_marker,
            delimiter=delimiter,
            max_keys=max_keys,
            url_encoded=read_encoding_type(request),
            versioned=self._cos.settings(host.bucket).versioning is not Versioning.NEVER,
        )
        return document(body, {"x-cos-bucket-region": host.region})

    async def _delete_objects(self, request: Request, host: CosHost, _key: str) -> Response:
        asked = read_delete(await small_body(request))
        deleted, failed = [], []
        for each in asked.deletions:
            try:
                deleted.append(self._delete(host.bucket, each))
            except CloudError as error:
                version = {"VersionId": each.version_id} if each.version_id else {}
                failed.append({"Key": each.key, **version, "Code": error.code, "Message": error.message})
        return document(xml.render("DeleteResult", {"Deleted": [] if asked.quiet else deleted, "Error": failed}))

    def _delete(self, bucket: str, wanted: WantedDeletion) -> dict[str, object]:
        deletion = self._cos.delete(bucket, wanted.key, wanted.version_id)
        node: dict[str, object] = {"Key": wanted.key}
        if deletion.delete_marker:
            node |= {"DeleteMarker": True, "DeleteMarkerVersionId": deletion.version_id}
        if wanted.version_id:
            node["VersionId"] = wanted.version_id
        return node


def _read_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        message = f"continuation-token {token!r} is none of this bucket's. Send the NextContinuationToken of a page."
        raise errors.invalid_argument(message) from None
