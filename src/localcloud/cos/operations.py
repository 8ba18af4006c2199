"""Which operation a request is, by the names that the vendor's API documents and access policies have for it."""

from collections.abc import Container

from starlette.requests import Request

from localcloud.cos.actions import BUCKET_ACTIONS, OBJECT_ACTIONS
from localcloud.errors import CloudError, not_implemented

# fmt: off
# A parameter of one of these names makes a request another operation (API documents under 436/7751).
_SUBRESOURCES = frozenset(
    {
        "accelerate", "acl", "append", "asyn-fetch", "bucket-nocompress", "cdnUrl", "ci-process",
        "cors", "delete", "domain", "domaincertificate", "encryption", "intelligenttiering",
        "inventory", "lifecycle", "location", "logging", "notification", "object-lock", "origin",
        "partNumber", "policy", "referer", "rename", "replication", "response-cache-tags",
        "restore", "retention", "select", "symlink", "tagging", "torrent", "truncate", "uploadId",
        "uploads", "versioning", "versions", "website",
    }
)
# fmt: on
_IMAGE_PROCESSING = ("imageMogr2", "imageView2", "imageInfo", "watermark", "style/")
_PUT_HEADERS = ("pic-operations", "x-cos-object-lock-", "x-cos-server-side-encryption")

_COPIES = {"PutObject": "PutObjectCopy", "UploadPart": "UploadPartCopy"}


def operation_of(request: Request, offered: Container[str]) -> str:
    """Return the operation's name: `PutObject`, `GetBucket`, ... Raises CloudError 501 for one not `offered`.

    A copy, which to an access policy is the writing it ends in, has a name of its own.
    """
    is_object = request.scope["path"] != "/"
    signs = [name for name in request.query_params if _is_sign(name) and name != "partNumber"]
    if request.method == "OPTIONS":
        return "OptionsObject"  # of whatever resource a browser asks about
    if request.method == "POST" and not signs and not is_object:
        return "PostObject"  # a form, whose fields name the key
    actions = OBJECT_ACTIONS if is_object else BUCKET_ACTIONS
    operation = actions.get((request.method, "".join(signs[:1])), "") if len(signs) < 2 else ""
    if operation not in offered or operation == "PostObject":
        subject = "Object" if is_object else "Bucket"
        raise not_offered(request.method, f"{subject}{''.join(f' ?{sign}' for sign in signs)}")
    return _COPIES.get(operation, operation) if "x-cos-copy-source" in request.headers else operation


def refuse_other_put_headers(request: Request) -> None:
    """Raise CloudError 501 for a header that would have to change what is stored, and does not here."""
    for name in request.headers:
        if name.startswith(_PUT_HEADERS):
            raise not_offered("PUT", f"Object with {name}")


def not_offered(method: str, what: str) -> CloudError:
    """Return the 501 for an operation, named as the vendor's documents name it."""
    return not_implemented(f"{method} {what}")


def _is_sign(name: str) -> bool:
    return name in _SUBRESOURCES or name.startswith(_IMAGE_PROCESSING)
