"""What somebody who does not sign may do: nothing, unless an ACL grants it to everyone (436/30583)."""

from localcloud.cos.acl import Permission, permits_everyone
from localcloud.cos.models import Cos
from localcloud.errors import CloudError

_OF_OBJECT = {"GetObject": Permission.READ, "HeadObject": Permission.READ}
_OF_BUCKET = {
    "GetBucket": Permission.READ,
    "HeadBucket": Permission.READ,
    "GetBucketObjectVersions": Permission.READ,
    "ListMultipartUploads": Permission.READ,
    "PutObject": Permission.WRITE,
    "AppendObject": Permission.WRITE,
    "DeleteObject": Permission.WRITE,
    "DeleteMultipleObjects": Permission.WRITE,
    "InitiateMultipartUpload": Permission.WRITE,
    "UploadPart": Permission.WRITE,
    "CompleteMultipartUpload": Permission.WRITE,
    "AbortMultipartUpload": Permission.WRITE,
    "ListParts": Permission.READ,
}


def everyone_may(operation: str, cos: Cos, bucket: str, key: str, version_id: str | None) -> bool:
    """Whether the ACL of the object, or the bucket's where it has none of its own, grants this to everyone."""
    try:
        grants = cos.settings(bucket).grants
        if operation in _OF_BUCKET:
            return permits_everyone(grants, _OF_BUCKET[operation])
        if operation in _OF_OBJECT:
            own = cos.get(bucket, key, version_id).grants
            return permits_everyone(grants if own is None else own, _OF_OBJECT[operation])
    except CloudError:  # what is not there is not told to everyone
        return False
    return False
