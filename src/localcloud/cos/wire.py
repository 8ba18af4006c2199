"""What the answers of COS's wire have in common."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from localcloud.cos.bucket_settings import Versioning
from localcloud.cos.models import Cos
from localcloud.cos.objects import NULL_VERSION, StoredObject
from localcloud.hosts import CosHost

Operation = Callable[[Request, CosHost, str], Awaitable[Response]]
"""Answers one request about a bucket, or the object of this key in it. Raises CloudError for a refusal."""

Operations = Mapping[str, Operation]


def document(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer with this XML document."""
    return Response(body, headers={**(headers or {}), "content-type": "application/xml"})


def version_headers(cos: Cos, stored: StoredObject) -> dict[str, str]:
    """Return the header that objects have in a bucket that keeps versions, or kept some."""
    if cos.weaknesses.versions_untold:
        return {}
    if stored.bucket in cos.weaknesses.once_versioned:
        return {"x-cos-version-id": f"MTg0{stored.etag}"}  # only seems to have versions: the value means nothing
    if cos.settings(stored.bucket).versioning is Versioning.NEVER:
        return {}
    return {"x-cos-version-id": stored.version_id or NULL_VERSION}
