"""Which requests are operations that this COS offers, and by what name the others are refused."""

from starlette.requests import Request

from localcloud.errors import CloudError, not_implemented

# fmt: off
# A parameter of one of these names makes a request another operation (API documents under 436/7751).
_SUBRESOURCES = frozenset(
    {
        "accelerate", "acl", "append", "asyn-fetch", "bucket-nocompress", "cdnUrl", "ci-process",
        "cors", "delete", "domain", "domaincertificate", "encryption", "intelligenttiering",
        "inventory", "lifecycle", "list-type", "logging", "notification", "object-lock", "origin",
        "partNumber", "policy", "referer", "rename", "replication", "response-cache-tags",
        "restore", "retention", "select", "symlink", "tagging", "torrent", "truncate", "uploadId",
        "uploads", "versionId", "versioning", "versions", "website",
    }
)
# fmt: on
_IMAGE_PROCESSING = ("imageMogr2", "imageView2", "imageInfo", "watermark", "style/")
_PUT_HEADERS = (
    "pic-operations",
    "x-cos-copy-source",
    "x-cos-grant-",
    "x-cos-object-lock-",
    "x-cos-server-side-encryption",
    "x-cos-tagging",
)
_PRIVATE_ACLS = ("", "default", "private")


def refuse_other_operations(request: Request, subject: str) -> None:
    """Raise CloudError 501 if the request means more than a plain operation on `subject` (Object, Bucket)."""
    for name in request.query_params:
        if name in _SUBRESOURCES or name.startswith(_IMAGE_PROCESSING):
            raise operation_not_implemented(request.method, f"{subject} ?{name}")


def refuse_other_put_headers(request: Request) -> None:
    """Raise CloudError 501 for a header that would have to change what is stored, and does not here."""
    for name in request.headers:
        if name.startswith(_PUT_HEADERS):
            raise operation_not_implemented("PUT", f"Object with {name}")
    acl = request.headers.get("x-cos-acl", "")
    if acl not in _PRIVATE_ACLS:
        raise operation_not_implemented("PUT", f"Object with x-cos-acl: {acl}")


def operation_not_implemented(method: str, what: str) -> CloudError:
    """Return the 501 for an operation, named as the vendor's documents name it."""
    return not_implemented(f"{method} {what}")
