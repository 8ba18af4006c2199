"""What requests to COS are to CAM: their actions and resources (598/57092, 436/30580)."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from localcloud.cam.access import Access
from localcloud.cam.conditions import PREFIX
from localcloud.hosts import CosHost, read_host

# By method, and by the parameter that makes a request another operation.
OBJECT_ACTIONS: Mapping[tuple[str, str], str] = {
    ("PUT", ""): "PutObject",
    ("GET", ""): "GetObject",
    ("HEAD", ""): "HeadObject",
    ("DELETE", ""): "DeleteObject",
    ("OPTIONS", ""): "OptionsObject",
    ("POST", ""): "PostObject",  # as a form, whose fields name the key
    ("POST", "append"): "AppendObject",
    ("POST", "restore"): "PostObjectRestore",
    ("POST", "uploads"): "InitiateMultipartUpload",
    ("PUT", "uploadId"): "UploadPart",
    ("GET", "uploadId"): "ListParts",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "acl"): "GetObjectACL",
    ("PUT", "acl"): "PutObjectACL",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
}
BUCKET_ACTIONS: Mapping[tuple[str, str], str] = {
    ("PUT", ""): "PutBucket",
    ("GET", ""): "GetBucket",
    ("HEAD", ""): "HeadBucket",
    ("DELETE", ""): "DeleteBucket",
    ("POST", "delete"): "DeleteMultipleObjects",
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "versions"): "GetBucketObjectVersions",
    ("GET", "location"): "GetBucketLocation",
    ("GET", "acl"): "GetBucketACL",
    ("PUT", "acl"): "PutBucketACL",
    ("GET", "cors"): "GetBucketCORS",
    ("PUT", "cors"): "PutBucketCORS",
    ("DELETE", "cors"): "DeleteBucketCORS",
    ("GET", "tagging"): "GetBucketTagging",
    ("PUT", "tagging"): "PutBucketTagging",
    ("DELETE", "tagging"): "DeleteBucketTagging",
    ("GET", "versioning"): "GetBucketVersioning",
    ("PUT", "versioning"): "PutBucketVersioning",
}
_LISTINGS = frozenset({"GetBucket", "GetBucketObjectVersions", "ListMultipartUploads"})  # cos:prefix: 436/46206


def accesses_of(
    method: str, host: CosHost, key: str, params: Mapping[str, str], copy_source: str = ""
) -> tuple[Access, ...]:
    """Return what a request does; `key` is empty for the bucket, `copy_source` is the header x-cos-copy-source.

    Nothing for an operation that is in neither table. A listing is on the resource that its prefix names: the vendor
    grants listings on `<bucket>/*` (436/8276) and on `<bucket>/dir1/*` (598/11085), but that is UNVERIFIED.
    """
    actions = OBJECT_ACTIONS if key else BUCKET_ACTIONS
    selecting = next((name for _, name in actions if name and name in params), "")
    name = actions.get((method, selecting))
    if name is None:
        return ()
    prefix = params.get("prefix") if name in _LISTINGS else None
    facts = () if prefix is None else ((PREFIX, quote(prefix, safe="")),)
    return (Access(f"cos:{name}", _resource(host, key or prefix or ""), facts), *_reads(copy_source))


def _reads(copy_source: str) -> tuple[Access, ...]:
    """Return what copying reads: `<bucket's host>/<key>`, percent-encoded (436/10881)."""
    address, _, key = copy_source.partition("?")[0].partition("/")
    match read_host(address):
        case CosHost() as host:
            return (Access("cos:GetObject", _resource(host, unquote(key))),)
        case _:
            return ()


def _resource(host: CosHost, path: str) -> str:
    appid = host.bucket.rpartition("-")[2]
    return f"qcs::cos:{host.region}:uid/{appid}:{host.bucket}/{path}"
