"""The wire of COS's operations on one object (API documents under 436/7751)."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.clock import iso_date
from localcloud.cos import errors
from localcloud.cos.conditions import Span, is_unchanged, read_range
from localcloud.cos.contents import whole
from localcloud.cos.download import FileAnswer
from localcloud.cos.models import Cos
from localcloud.cos.objects import Draft, Sender, StoredObject
from localcloud.cos.operations import refuse_other_put_headers
from localcloud.cos.reading import (
    copied_object,
    draft_of,
    read_number,
    read_version_id,
    sender_of,
)
from localcloud.cos.receiving import received
from localcloud.cos.rendering import checksum_headers, object_headers, part_headers, validator_headers
from localcloud.cos.wire import Operations, document, version_headers
from localcloud.hosts import CosHost

_LARGEST = 2**43  # bytes: no position is beyond


class ObjectResponses:
    """Answers PUT, GET, HEAD, DELETE, copy and append."""

    def __init__(self, cos: Cos) -> None:
        self._cos = cos
        self.operations: Operations = {
            "PutObject": self._put_object,
            "PutObjectCopy": self._put_object_copy,
            "AppendObject": self._append_object,
            "GetObject": self._get_object,
            "HeadObject": self._head_object,
            "DeleteObject": self._delete_object,
        }

    async def _put_object(self, request: Request, host: CosHost, key: str) -> Response:
        refuse_other_put_headers(request)
        draft = draft_of(host.bucket, key, request.headers)
        async with received(request, self._cos, key) as body:
            store = partial(self._cos.store, draft, whole(body.path, body.digests), sender_of(request, "Put"))
            # A small object takes less time to store than a thread takes to begin.
            stored = store() if self._cos.stores_at_once else await to_thread.run_sync(store)
        return Response(headers={**checksum_headers(stored), **version_headers(self._cos, stored)})

    async def _append_object(self, request: Request, host: CosHost, key: str) -> Response:
        refuse_other_put_headers(request)
        position = read_number(request, "position", default=None, lowest=0, highest=_LARGEST)
        draft = draft_of(host.bucket, key, request.headers)
        async with received(request, self._cos, key) as body:
            added, sender = whole(body.path, body.digests), sender_of(request, "Append")
            stored = await to_thread.run_sync(self._cos.append, draft, position, added, sender)
        return Response(headers={**checksum_headers(stored), "x-cos-next-append-position": str(stored.size)})

    async def _put_object_copy(self, request: Request, host: CosHost, key: str) -> Response:
        refuse_other_put_headers(request)
        source = copied_object(request, self._cos)
        draft = _draft_of_copy(request, host.bucket, key, source)
        sender = sender_of(request, "Copy")
        stored = await to_thread.run_sync(self._copy, source, draft, sender)
        versions = version_headers(self._cos, stored)
        nodes = {"ETag": f'"{stored.etag}"', "CRC64": stored.crc64, "LastModified": iso_date(stored.last_modified)}
        if versions:
            nodes["VersionId"] = stored.version_id
        return document(xml.render("CopyObjectResult", nodes), versions)

    def _copy(self, source: StoredObject, draft: Draft, sender: Sender) -> StoredObject:
        content = self._cos.content_of(source)
        try:
            return self._cos.store(draft, content, sender)
        finally:
            content.path.unlink(missing_ok=True)

    async def _get_object(self, request: Request, host: CosHost, key: str) -> Response:
        stored, content = self._cos.open(host.bucket, key, read_version_id(request))
        with ExitStack() as closing:
            closing.enter_context(content)
            versions = version_headers(self._cos, stored)
            if is_unchanged(request.headers, stored):
                return Response(status_code=304, headers={**validator_headers(stored), **versions})
            status, span, headers = _describe(request, stored)
            closing.pop_all()  # from here on it is the answer's to close
            return FileAnswer(content, span, status, {**headers, **versions})

    async def _head_object(self, request: Request, host: CosHost, key: str) -> Response:
        stored = self._cos.get(host.bucket, key, read_version_id(request))
        versions = version_headers(self._cos, stored)
        if is_unchanged(request.headers, stored):
            return Response(status_code=304, headers={**validator_headers(stored), **versions})
        status, span, headers = _describe(request, stored)
        return Response(status_code=status, headers={**headers, **versions, "content-length": str(span.size)})

    async def _delete_object(self, request: Request, host: CosHost, key: str) -> Response:
        deletion = self._cos.delete(host.bucket, key, read_version_id(request))
        headers = {"x-cos-version-id": deletion.version_id} if deletion.version_id else {}
        if deletion.delete_marker:
            headers["x-cos-delete-marker"] = "true"
        return Response(status_code=204, headers=headers)


def _draft_of_copy(request: Request, bucket: str, key: str, source: StoredObject) -> Draft:
    """Return the object to be: with the source's metadata and tags, or with what the request says (436/10881)."""
    said = draft_of(bucket, key, request.headers)
    if not _is_replaced(request, "x-cos-metadata-directive"):
        said = replace(said, content_type=source.content_type, metadata=source.metadata, headers=source.headers)
    if not _is_replaced(request, "x-cos-tagging-directive"):
        said = replace(said, tags=source.tags)
    return said


def _is_replaced(request: Request, directive: str) -> bool:
    value = request.headers.get(directive, "Copy")
    if value not in ("Copy", "Replaced"):
        raise errors.invalid_argument(f"{directive} {value!r} is unknown. Send Copy or Replaced.")
    return value == "Replaced"


def _describe(request: Request, stored: StoredObject) -> tuple[int, Span, dict[str, str]]:
    """Return the status, the part to send and the headers that answer a GET or HEAD."""
    headers = object_headers(stored, request.query_params)
    asked = read_range(request.headers.get("range"), stored)
    if asked is None:
        return 200, Span(0, stored.size), headers
    return 206, asked, {**headers, **part_headers(asked, stored)}
