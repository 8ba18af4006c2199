"""The wire of uploads in parts (436/14112)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.clock import iso_date, whole_seconds
from localcloud.cos import checks
from localcloud.cos.acl import OWNER, OWNER_UIN
from localcloud.cos.conditions import Span, read_range
from localcloud.cos.contents import copy_span
from localcloud.cos.digests import Digests, digests_of
from localcloud.cos.documents import read_complete
from localcloud.cos.listing import grouped, starting_after
from localcloud.cos.models import Cos
from localcloud.cos.multipart import MAX_PARTS, MultipartUpload, Part
from localcloud.cos.multipart_completion import complete
from localcloud.cos.objects import StoredObject
from localcloud.cos.operations import refuse_other_put_headers
from localcloud.cos.reading import (
    copied_object,
    draft_of,
    read_encoding_type,
    read_number,
    sender_of,
    small_body,
)
from localcloud.cos.receiving import received
from localcloud.cos.rendering import Encode, checksum_headers, encoder
from localcloud.cos.wire import Operations, document, version_headers
from localcloud.hosts import CosHost

_MAX_UPLOADS = 1000  # listed in one answer (436/7736)
_MAX_LISTED_PARTS = 1000  # 436/7747
_PERSON = {"ID": OWNER, "DisplayName": OWNER_UIN}


@dataclass(frozen=True)
class _Place:
    """Which part of which upload a content is for."""

    bucket: str
    key: str
    upload_id: str
    number: int


class MultipartResponses:
    """Answers initiating, uploading and copying parts, listing, completing and aborting."""

    def __init__(self, cos: Cos) -> None:
        self._cos = cos
        self.operations: Operations = {
            "InitiateMultipartUpload": self._initiate,
            "UploadPart": self._upload_part,
            "UploadPartCopy": self._upload_part_copy,
            "ListParts": self._list_parts,
            "ListMultipartUploads": self._list_uploads,
            "CompleteMultipartUpload": self._complete,
            "AbortMultipartUpload": self._abort,
        }

    async def _initiate(self, request: Request, host: CosHost, key: str) -> Response:
        refuse_other_put_headers(request)
        draft = draft_of(host.bucket, key, request.headers)
        checks.check_draft(draft)
        if draft.forbid_overwrite:
            self._cos.require_absent(host.bucket, key)
        at = self._cos.clock()
        upload = MultipartUpload(_new_upload_id(at), draft, at)
        self._cos.bucket(host.bucket).uploads.add(upload)
        nodes = {"Bucket": host.bucket, "Key": key, "UploadId": upload.upload_id}
        return document(xml.render("InitiateMultipartUploadResult", nodes))

    async def _upload_part(self, request: Request, host: CosHost, key: str) -> Response:
        place = self._place(request, host, key)
        async with received(request, self._cos, key) as body:
            part = await to_thread.run_sync(self._put_part, place, body.path, body.digests)
        return Response(headers={"etag": f'"{part.etag}"', "x-cos-hash-crc64ecma": str(part.crc64)})

    async def _upload_part_copy(self, request: Request, host: CosHost, key: str) -> Response:
        place = self._place(request, host, key)
        source = copied_object(request, self._cos)
        span = read_range(request.headers.get("x-cos-copy-source-range"), source)
        part = await to_thread.run_sync(self._copy_part, place, source, span)
        nodes = {"ETag": f'"{part.etag}"', "LastModified": iso_date(part.last_modified)}
        return document(xml.render("CopyPartResult", nodes))

    def _place(self, request: Request, host: CosHost, key: str) -> _Place:
        """Return where a part belongs, before its content has come. Raises CloudError 404 NoSuchUpload, 400."""
        number = read_number(request, "partNumber", default=None, lowest=1, highest=MAX_PARTS)
        upload_id = request.query_params["uploadId"]
        self._cos.bucket(host.bucket).uploads.find(key, upload_id)
        return _Place(host.bucket, key, upload_id, number)

    def _put_part(self, place: _Place, content: Path, digests: Digests) -> Part:
        uploads, at = self._cos.bucket(place.bucket).uploads, whole_seconds(self._cos.clock())
        return uploads.put_part(place.key, place.upload_id, place.number, content, digests=digests, at=at)

    def _copy_part(self, place: _Place, source: StoredObject, span: Span | None) -> Part:
        content = self._cos.content_of(source)
        copy = self._cos.new_upload()
        try:
            copy_span(content.path, copy, span or Span(0, source.size))
            return self._put_part(place, copy, digests_of(copy))
        finally:
            content.path.unlink()
            copy.unlink(missing_ok=True)

    async def _list_parts(self, request: Request, host: CosHost, key: str) -> Response:
        upload_id = request.query_params["uploadId"]
        marker = read_number(request, "part-number-marker", default=0, lowest=0, highest=MAX_PARTS)
        limit = read_number(
            request, "max-parts", default=_MAX_LISTED_PARTS, lowest=1, highest=_MAX_LISTED_PARTS, cap=True
        )
        encode = encoder(url_encoded=read_encoding_type(request))
        uploads = self._cos.bucket(host.bucket).uploads
        upload = uploads.find(key, upload_id)
        found = [part for part in uploads.parts(key, upload_id) if part.number > marker]
        shown = found[:limit]
        nodes: dict[str, object] = {
            "Bucket": host.bucket,
            "EncodingType": request.query_params.get("encoding-type"),
            "Key": encode(key),
            "UploadId": upload_id,
            "Owner": _PERSON,
            "PartNumberMarker": marker,
            "Initiator": _PERSON,
            "Part": [_part_node(part) for part in shown],
        }
        if len(found) > len(shown):
            nodes["NextPartNumberMarker"] = shown[-1].number
        nodes |= {"StorageClass": upload.draft.storage_class, "MaxParts": limit, "IsTruncated": len(found) > len(shown)}
        return document(xml.render("ListPartsResult", nodes))

    async def _list_uploads(self, request: Request, host: CosHost, _key: str) -> Response:
        params = request.query_params
        prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
        key_marker, id_marker = params.get("key-marker", ""), params.get("upload-id-marker", "")
        limit = read_number(request, "max-uploads", default=_MAX_UPLOADS, lowest=0, highest=_MAX_UPLOADS)
        url_encoded = read_encoding_type(request)
        encode = encoder(url_encoded=url_encoded)
        uploads = self._cos.bucket(host.bucket).uploads.all()
        entries = ((upload.draft.key.encode(), upload.upload_id, upload) for upload in uploads)
        after = starting_after(entries, key_marker=key_marker.encode(), mark=id_marker, delimiter=delimiter.encode())
        found = grouped(after, prefix=prefix.encode(), delimiter=delimiter.encode(), limit=limit)
        nodes: dict[str, object] = {
            "Bucket": host.bucket,
            "EncodingType": "url" if url_encoded else None,
            "KeyMarker": encode(key_marker),
            "UploadIdMarker": id_marker,
            "MaxUploads": limit,
            "Prefix": encode(prefix),
            "Delimiter": delimiter,
            "IsTruncated": found.is_truncated,
        }
        if isinstance(found.last, MultipartUpload):
            nodes |= {"NextKeyMarker": encode(found.last.draft.key), "NextUploadIdMarker": found.last.upload_id}
        elif found.last is not None:
            nodes |= {"NextKeyMarker": encode(found.last.decode()), "NextUploadIdMarker": None}
        nodes["Upload"] = [_upload_node(upload, encode) for upload in found.items]
        nodes["CommonPrefixes"] = [{"Prefix": encode(each.decode())} for each in found.common_prefixes]
        return document(xml.render("ListMultipartUploadsResult", nodes))

    async def _complete(self, request: Request, host: CosHost, key: str) -> Response:
        wanted = read_complete(await small_body(request))
        upload_id = request.query_params["uploadId"]
        sender = sender_of(request, "CompleteMultipartUpload")
        forbid_overwrite = request.headers.get("x-cos-forbid-overwrite", "").lower() == "true"
        stored = await to_thread.run_sync(
            lambda: complete(
                self._cos, host.bucket, key, upload_id, wanted, sender=sender, forbid_overwrite=forbid_overwrite
            )
        )
        location = f"http://{host.bucket}.cos.{host.region}.myqcloud.com/{quote(key)}"
        nodes = {"Location": location, "Bucket": host.bucket, "Key": key, "ETag": f'"{stored.etag}"'}
        headers = {**checksum_headers(stored), **version_headers(self._cos, stored)}
        return document(xml.render("CompleteMultipartUploadResult", nodes), headers)

    async def _abort(self, request: Request, host: CosHost, key: str) -> Response:
        self._cos.bucket(host.bucket).uploads.abort(key, request.query_params["uploadId"])
        return Response(status_code=204)


def _part_node(part: Part) -> dict[str, object]:
    return {
        "PartNumber": part.number,
        "LastModified": iso_date(part.last_modified),
        "ETag": f'"{part.etag}"',
        "Size": part.size,
    }


def _upload_node(upload: MultipartUpload, encode: Encode) -> dict[str, object]:
    return {
        "Key": encode(upload.draft.key),
        "UploadId": upload.upload_id,
        "StorageClass": upload.draft.storage_class,
        "Initiator": _PERSON,
        "Owner": _PERSON,
        "Initiated": iso_date(upload.initiated_at),
    }


def _new_upload_id(at: datetime) -> str:
    """Return an id like the vendor's: the time, so that they sort by age, then what nobody can guess."""
    return f"{int(at.timestamp())}{at.microsecond:06}{secrets.token_hex(29)}"
