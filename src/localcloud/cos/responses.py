"""The wire of COS: requests in, operations on `Cos`, answers out (API documents under 436/7751)."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from localcloud.clock import Clock
from localcloud.cos import errors
from localcloud.cos.conditions import Span, is_unchanged, read_range
from localcloud.cos.download import FileAnswer
from localcloud.cos.models import MAX_LISTED, Cos, StoredObject
from localcloud.cos.operations import (
    operation_not_implemented,
    refuse_other_operations,
    refuse_other_put_headers,
)
from localcloud.cos.rendering import (
    KEPT_HEADERS,
    STANDARD,
    checksum_headers,
    object_headers,
    part_headers,
    render_listing,
    validator_headers,
)
from localcloud.credentials import KeyRing
from localcloud.hosts import CosHost
from localcloud.signature import verify

_Operation = Callable[[Request, CosHost, str], Awaitable[Response]]


class CosResponses:
    """Answers what comes for a COS host. Every request must be signed by a key of the ring."""

    def __init__(self, cos: Cos, keys: KeyRing, clock: Clock) -> None:
        self._cos = cos
        self._keys = keys
        self._clock = clock
        self._object_operations: Mapping[str, _Operation] = {
            "PUT": self._put_object,
            "GET": self._get_object,
            "HEAD": self._head_object,
            "DELETE": self._delete_object,
        }
        self._bucket_operations: Mapping[str, _Operation] = {
            "PUT": self._put_bucket,
            "GET": self._list_objects,
            "HEAD": self._head_bucket,
        }

    async def handle(self, request: Request, host: CosHost) -> Response:
        """Answer one request to the bucket of `host`. Raises CloudError for every refusal."""
        verify(request, self._keys, self._clock())
        key = request.scope["path"].removeprefix("/")
        subject = "Object" if key else "Bucket"
        refuse_other_operations(request, subject)
        operations = self._object_operations if key else self._bucket_operations
        operation = operations.get(request.method)
        if operation is None:
            raise operation_not_implemented(request.method, subject)
        if operation != self._put_bucket:
            self._cos.require_bucket(host.bucket, host.region)
        return await operation(request, host, key)

    async def _put_object(self, request: Request, host: CosHost, key: str) -> Response:
        refuse_other_put_headers(request)
        headers = request.headers
        if "content-length" not in headers and "transfer-encoding" not in headers:
            raise errors.missing_content_length(key)
        content_md5 = _read_content_md5(headers.get("content-md5"))
        upload = self._cos.new_upload()
        try:
            with upload.open("wb") as content:
                async for chunk in request.stream():
                    content.write(chunk)
            stored = await to_thread.run_sync(
                lambda: self._cos.put_file(
                    host.bucket,
                    key,
                    upload,
                    content_type=headers.get("content-type", ""),
                    metadata={name: value for name, value in headers.items() if name.startswith("x-cos-meta-")},
                    headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
                    storage_class=headers.get("x-cos-storage-class", STANDARD),
                    request_id=request.state.request_id,
                    authorization=headers.get("authorization", ""),
                    source_ip=request.client.host if request.client else "",
                    content_md5=content_md5,
                    forbid_overwrite=headers.get("x-cos-forbid-overwrite", "").lower() == "true",
                )
            )
        finally:
            upload.unlink(missing_ok=True)
        return Response(headers={**checksum_headers(stored), **self._version(stored)})

    async def _get_object(self, request: Request, host: CosHost, key: str) -> Response:
        stored, content = self._cos.open(host.bucket, key)
        with ExitStack() as closing:
            closing.enter_context(content)
            if is_unchanged(request.headers, stored):
                return Response(status_code=304, headers=validator_headers(stored))
            status, span, headers = _describe(request, stored)
            headers |= self._version(stored)
            closing.pop_all()  # from here on it is the answer's to close
            return FileAnswer(content, span, status, headers)

    async def _head_object(self, request: Request, host: CosHost, key: str) -> Response:
        stored = self._cos.get(host.bucket, key)
        if is_unchanged(request.headers, stored):
            return Response(status_code=304, headers=validator_headers(stored))
        status, span, headers = _describe(request, stored)
        more = {**self._version(stored), "content-length": str(span.size)}
        return Response(status_code=status, headers={**headers, **more})

    def _version(self, stored: StoredObject) -> dict[str, str]:
        """Return the header that objects have in a bucket that keeps versions; its value means nothing here."""
        versioned = stored.bucket in self._cos.weaknesses.once_versioned
        return {"x-cos-version-id": f"MTg0{stored.etag}"} if versioned else {}

    async def _delete_object(self, _request: Request, host: CosHost, key: str) -> Response:
        self._cos.delete(host.bucket, key)
        return Response(status_code=204)

    async def _put_bucket(self, _request: Request, host: CosHost, _key: str) -> Response:
        self._cos.create_bucket(host.bucket, host.region)
        return Response()

    async def _head_bucket(self, _request: Request, host: CosHost, _key: str) -> Response:
        return Response(headers={"x-cos-bucket-region": host.region})

    async def _list_objects(self, request: Request, host: CosHost, _key: str) -> Response:
        params = request.query_params
        prefix, marker, delimiter = (params.get(name, "") for name in ("prefix", "marker", "delimiter"))
        max_keys = _read_max_keys(params.get("max-keys", str(MAX_LISTED)))
        url_encoded = _read_encoding_type(params.get("encoding-type"))
        listing = self._cos.list(host.bucket, prefix=prefix, marker=marker, delimiter=delimiter, max_keys=max_keys)
        body = render_listing(
            listing,
            host.bucket,
            prefix=prefix,
            marker=marker,
            delimiter=delimiter,
            max_keys=max_keys,
            url_encoded=url_encoded,
        )
        headers = {"content-type": "application/xml", "x-cos-bucket-region": host.region}
        return Response(body, headers=headers)


def _describe(request: Request, stored: StoredObject) -> tuple[int, Span, dict[str, str]]:
    """Return the status, the part to send and the headers that answer a GET or HEAD."""
    headers = object_headers(stored, request.query_params)
    asked = read_range(request.headers.get("range"), stored)
    if asked is None:
        return 200, Span(0, stored.size), headers
    return 206, asked, {**headers, **part_headers(asked, stored)}


def _read_content_md5(header: str | None) -> bytes | None:
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        raise errors.invalid_digest(header) from None
    if len(digest) != 16:
        raise errors.invalid_digest(header)
    return digest


def _read_max_keys(param: str) -> int:
    if not (param.isascii() and param.isdecimal() and len(param) < 10):
        raise errors.invalid_argument(f"max-keys {param!r} is no number from 0 to {MAX_LISTED}. Send one.")
    return min(int(param), MAX_LISTED)


def _read_encoding_type(param: str | None) -> bool:
    if param not in (None, "", "url"):
        raise errors.invalid_argument(f"encoding-type {param!r} is unknown. Send url, or leave it out.")
    return param == "url"
