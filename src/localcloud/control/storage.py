"""Buckets and objects, to look at, to upload and to download without a signature."""

from contextlib import ExitStack
from datetime import datetime
from mimetypes import guess_type
from pathlib import PurePosixPath
from urllib.parse import quote

from anyio import to_thread
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from localcloud.control.exchange import MOST_LISTED, Call, Document, Nothing, Operations, Transfer, render
from localcloud.cos.conditions import Span, read_range
from localcloud.cos.contents import whole
from localcloud.cos.download import FileAnswer
from localcloud.cos.models import Cos
from localcloud.cos.objects import Draft, StoredObject
from localcloud.cos.receiving import received
from localcloud.cos.rendering import part_headers

_PLAYED = ("audio/", "video/")  # all else is only ever saved: a page among the objects must not run as ours

_UNTOLD = "application/x-www-form-urlencoded"  # curl sends it when it was told nothing


class Bucket(Document):
    """A bucket by its full name, with the appid."""

    name: str
    region: str


class BucketList(Document):
    """Every bucket."""

    buckets: tuple[Bucket, ...]


class Listed(Document):
    """Which objects to list."""

    bucket: str
    prefix: str = ""
    marker: str = ""
    limit: int = Field(MOST_LISTED, ge=1, le=MOST_LISTED)


class Object(Document):
    """What there is to say of an object."""

    bucket: str
    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str

    @classmethod
    def of(cls, stored: StoredObject) -> "Object":
        """Return what is said of this one."""
        return cls(
            bucket=stored.bucket,
            key=stored.key,
            size=stored.size,
            etag=stored.etag,
            last_modified=stored.last_modified,
            content_type=stored.content_type,
        )


class ObjectList(Document):
    """A page of objects; `next_marker` is empty on the last."""

    objects: tuple[Object, ...]
    next_marker: str


class Named(Document):
    """Which object."""

    bucket: str
    key: str


class StorageOperations:
    """The operations on buckets and objects."""

    def __init__(self, cos: Cos) -> None:
        self._cos = cos
        self.operations: Operations = (
            Call("GET", "/buckets", Nothing, self._list_buckets),
            Call("POST", "/buckets", Bucket, self._create_bucket),
            Call("GET", "/objects", Listed, self._list_objects),
            Transfer("GET", "/object", Named, self._download),
            Transfer("PUT", "/object", Named, self._upload),
            Call("DELETE", "/object", Named, self._delete),
        )

    def _list_buckets(self, _asked: Nothing) -> BucketList:
        """List the buckets."""
        return BucketList(buckets=tuple(Bucket(name=name, region=of) for name, of in self._cos.buckets().items()))

    def _create_bucket(self, asked: Bucket) -> Bucket:
        """Create a bucket."""
        self._cos.create_bucket(asked.name, asked.region)
        return asked

    def _list_objects(self, asked: Listed) -> ObjectList:
        """List the objects of a bucket in the order of their keys, after `marker`."""
        found = self._cos.list(asked.bucket, prefix=asked.prefix, marker=asked.marker, max_keys=asked.limit)
        return ObjectList(objects=tuple(map(Object.of, found.contents)), next_marker=found.next_marker)

    def _delete(self, asked: Named) -> Nothing:
        """Delete an object."""
        self._cos.delete(asked.bucket, asked.key)
        return Nothing()

    async def _upload(self, request: Request, asked: Named) -> Response:
        """Store the body as an object; triggers and workflows hear of it."""
        told = request.headers.get("content-type", "")
        content_type = guess_type(asked.key)[0] or "" if told in ("", _UNTOLD) else told
        draft = Draft(asked.bucket, asked.key, content_type=content_type)
        async with received(request, self._cos, asked.key) as body:
            stored = await to_thread.run_sync(self._cos.store, draft, whole(body.path, body.digests))
        return render(Object.of(stored))

    async def _download(self, request: Request, asked: Named) -> Response:
        """Return the content of an object, or the Range of it that is asked for."""
        stored, content = self._cos.open(asked.bucket, asked.key)
        with ExitStack() as closing:
            closing.enter_context(content)
            span = read_range(request.headers.get("range"), stored)
            headers = _download_headers(stored)
            closing.pop_all()  # from here on it is the answer's to close
        if span is None:
            return FileAnswer(content, Span(0, stored.size), 200, headers)
        return FileAnswer(content, span, 206, {**headers, **part_headers(span, stored)})


def _download_headers(stored: StoredObject) -> dict[str, str]:
    is_played = stored.content_type.startswith(_PLAYED)
    name = quote(PurePosixPath(stored.key).name, safe="")
    return {
        "accept-ranges": "bytes",
        "cache-control": "no-store",
        "content-type": stored.content_type if is_played else "application/octet-stream",
        "content-disposition": f"{'inline' if is_played else 'attachment'}; filename*=UTF-8''{name}",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
    }
