"""The few calls of the COS XML API that the functions need (cloud.tencent.com/document/product/436/7751)."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import unquote

from pydantic import ValidationError
from pydantic.alias_generators import to_pascal

from voice_separation.bucket import Bucket
from voice_separation.errors import AlreadyExists, TencentRefusal
from voice_separation.jobs.nodes import MalformedXml, Many, Node, Number, Text, parse_xml
from voice_separation.jobs.response import MalformedAnswer
from voice_separation.tencent.transport import Request, Session

NOT_FOUND, CONFLICT = 404, 409
VERSION = "x-cos-version-id"  # on objects of a bucket that keeps versions (436/19883)


@dataclass(frozen=True)
class ObjectHead:
    """What HEAD tells of an object: `etag` without quotes, `size` in bytes, `metadata` by its full header name."""

    etag: str
    size: int
    storage_class: str
    modified_at: datetime
    versioned: bool
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class ListedObject:
    """One row of LIST."""

    key: str
    etag: str
    size: int
    last_modified: datetime


class _Contents(Node):
    key: str
    etag: Text = None
    size: Number = None
    last_modified: datetime

    model_config = Node.model_config | {"alias_generator": lambda name: {"etag": "ETag"}.get(name, to_pascal(name))}


class _ListBucketResult(Node):
    contents: Many[_Contents] = ()
    is_truncated: Text = None
    next_marker: Text = None


@dataclass(frozen=True)
class Cos:
    """COS, for one invocation; `endpoint` is where to connect instead of the public hosts."""

    session: Session
    endpoint: str | None = None

    def head(self, bucket: Bucket, key: str) -> ObjectHead:
        """Ask for the facts of an object.

        Raises ObjectNotFound and the other TencentRefusals.
        """
        asked = self._request("HeadObject", "HEAD", bucket, key)
        try:
            headers = self.session.send(asked).headers
        except TencentRefusal as error:
            if error.status != NOT_FOUND:
                raise
            # An answer to HEAD has no body to tell a missing object from a missing bucket; one to GET has.
            self.session.send(self._request("GetObject", "GET", bucket, key, headers={"Range": "bytes=0-0"}))
            headers = self.session.send(asked).headers
        return ObjectHead(
            etag=headers.get("etag", "").strip('"'),
            size=int(headers.get("content-length", "0")),
            storage_class=headers.get("x-cos-storage-class", "STANDARD"),
            versioned=VERSION in headers,
            modified_at=_moment(headers.get("last-modified", "")),
            metadata={name: value for name, value in headers.items() if name.startswith("x-cos-meta-")},
        )

    def get(self, bucket: Bucket, key: str) -> bytes:
        """Read a whole object; only for the small documents of the index."""
        return self.session.send(self._request("GetObject", "GET", bucket, key)).body

    def put(
        self,
        bucket: Bucket,
        key: str,
        content: bytes,
        *,
        content_type: str,
        cache_control: str | None = None,
        if_absent: bool = False,
    ) -> bool:
        """Write an object; with `if_absent` only where none is. Return whether the bucket keeps versions of it.

        Raises AlreadyExists, also when an earlier try of this very call was carried out and its answer lost.
        The check is void in a bucket that ever had versioning (436/7749), and others found it not to be atomic
        (apache/opendal#7526).
        """
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        headers = {"Content-Type": content_type, "Content-MD5": base64.b64encode(digest).decode()}
        if cache_control:
            headers["Cache-Control"] = cache_control
        if if_absent:
            headers["x-cos-forbid-overwrite"] = "true"
        request = self._request("PutObject", "PUT", bucket, key, headers=headers, body=content)
        try:
            answer = self.session.send(request)
        except TencentRefusal as error:
            if not if_absent or error.status != CONFLICT or isinstance(error, AlreadyExists):
                raise
            raise AlreadyExists(  # documents differ in the code of this 409
                "PutObject", key, status=error.status, code=error.code, reason=error.reason
            ) from error
        return VERSION in answer.headers

    def delete(self, bucket: Bucket, key: str, *, repeatable: bool = True) -> None:
        """Delete an object; one that is not there is deleted already."""
        self.session.send(self._request("DeleteObject", "DELETE", bucket, key, repeatable=repeatable))

    def list(self, bucket: Bucket, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects under a prefix in the order of their UTF-8 keys, page by page; only those after a key.

        LIST is eventually consistent (436/7734): an object written just now may be missing.
        """
        marker: str | None = after
        while marker is not None:
            params = {"prefix": prefix, "marker": marker, "max-keys": "1000", "encoding-type": "url"}
            request = self._request("GetBucket", "GET", bucket, "", params=params)
            rows, marker = self.session.ask(request, partial(_page, after=marker))
            yield from rows

    def _request(
        self,
        operation: str,
        method: str,
        bucket: Bucket,
        key: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeatable: bool = True,
    ) -> Request:
        return Request(
            operation=operation,
            target=f"{bucket.name}/{key}",
            method=method,
            host=bucket.cos_host,
            path=f"/{key}",
            params=params or {},
            headers=headers or {},
            body=body,
            repeatable=repeatable,
            endpoint=self.endpoint,
        )


def _moment(header: str) -> datetime:
    """Read `Fri, 24 May 2019 10:56:40 GMT`; a header that is missing or no time is the beginning of time."""
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return datetime.fromtimestamp(0, timezone.utc)


def _page(body: bytes, *, after: str) -> tuple[tuple[ListedObject, ...], str | None]:
    """Return the objects of a page that begins after a key, and where the next one does; None behind the last.

    Raises MalformedAnswer, also when the next page would lead nowhere.
    """
    try:
        page = _ListBucketResult.model_validate(parse_xml(body).get("ListBucketResult") or {})
    except (MalformedXml, ValidationError) as error:
        raise MalformedAnswer("no list can be read in it") from error
    rows = tuple(map(_listed, page.contents))
    if page.is_truncated != "true":
        return rows, None
    following = unquote(page.next_marker or "") or (rows[-1].key if rows else "")
    if following <= after:
        raise MalformedAnswer("the list goes on, but not from where it has come to")
    return rows, following


def _listed(row: _Contents) -> ListedObject:
    etag = (row.etag or "").strip('"')
    return ListedObject(unquote(row.key), etag, int(row.size or 0), row.last_modified)
