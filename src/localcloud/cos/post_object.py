"""The wire of POST Object: a form of a browser uploads one file (436/14690)."""

import base64
import binascii
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlencode

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from localcloud import xml
from localcloud.admission import Admission
from localcloud.cos import errors
from localcloud.cos.contents import whole
from localcloud.cos.digests import digests_of
from localcloud.cos.models import Cos
from localcloud.cos.objects import NULL_VERSION, StoredObject
from localcloud.cos.policy import read_policy
from localcloud.cos.reading import draft_of, read_content_md5, sender_of
from localcloud.cos.rendering import checksum_headers
from localcloud.cos.wire import Operations, version_headers
from localcloud.hosts import CosHost

_MAX_FIELDS = 100
_URL = ":/?#[]@!$&'()*+,;=%-._~"  # what may stand in an address
_FILENAME = "${filename}"


@dataclass(frozen=True)
class _Form:
    fields: Mapping[str, str]  # names in lower case
    file: BinaryIO
    filename: str

    @property
    def key(self) -> str:
        """The object's key, with the name of the file put in."""
        return self.fields.get("key", "").replace(_FILENAME, self.filename)

    @property
    def headers(self) -> Mapping[str, str]:
        """The fields by the names that headers have; what the browser says of the file counts for nothing."""
        return {("x-cos-acl" if name == "acl" else name): value for name, value in self.fields.items()}


class PostObjectResponses:
    """Answers forms."""

    def __init__(self, cos: Cos, admission: Admission) -> None:
        self._cos = cos
        self._admission = admission
        self.operations: Operations = {"PostObject": self._post_object}

    async def _post_object(self, request: Request, host: CosHost, _key: str) -> Response:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise errors.malformed_post_request("An upload form is multipart/form-data. Send it so.")
        try:
            async with request.form(max_files=1, max_fields=_MAX_FIELDS) as sent:
                form = _read_form({name.lower(): value for name, value in sent.items()})
                upload = self._cos.new_upload()
                try:
                    stored = await to_thread.run_sync(self._store, request, host, form, upload)
                finally:
                    upload.unlink(missing_ok=True)
        except MultiPartException as error:
            raise errors.malformed_post_request(f"The form cannot be read: {error.message}. Correct it.") from error
        return self._answer(host, form.fields, stored)

    def _store(self, request: Request, host: CosHost, form: _Form, upload: Path) -> StoredObject:
        policy = _read_base64(form.fields.get("policy", ""))
        self._admission.check_form(request, form.fields, policy, form.key)
        with upload.open("wb") as content:
            shutil.copyfileobj(form.file, content)
        known = {
            **form.fields,
            "key": form.key,
            "bucket": host.bucket,
            "q-sign-time": form.fields.get("q-key-time", ""),
        }
        read_policy(policy).check(known, upload.stat().st_size, self._cos.clock())
        promised, digests = read_content_md5(form.fields.get("content-md5")), digests_of(upload)
        if promised not in (None, digests.md5):
            raise errors.bad_digest(form.key)
        draft = draft_of(host.bucket, form.key, form.headers)
        return self._cos.store(draft, whole(upload, digests), sender_of(request, "Post"))

    def _answer(self, host: CosHost, fields: Mapping[str, str], stored: StoredObject) -> Response:
        location = f"http://{host.bucket}.cos.{host.region}.myqcloud.com/{quote(stored.key)}"
        etag = f'"{stored.etag}"'
        headers = {**checksum_headers(stored), **version_headers(self._cos, stored), "location": location}
        if headers.get("x-cos-version-id") == NULL_VERSION:
            del headers["x-cos-version-id"]
        if redirect := fields.get("success_action_redirect", ""):
            query = urlencode({"bucket": host.bucket, "key": stored.key, "etag": etag})
            there = f"{redirect}{'&' if '?' in redirect else '?'}{query}"
            return Response(status_code=303, headers={**headers, "location": quote(there, safe=_URL)})
        match fields.get("success_action_status"):
            case "200":
                return Response(headers=headers)
            case "201":
                nodes = {"Location": location, "Bucket": host.bucket, "Key": stored.key, "ETag": etag}
                return Response(xml.render("PostResponse", nodes), 201, {**headers, "content-type": "application/xml"})
            case _:
                return Response(status_code=204, headers=headers)


def _read_form(sent: Mapping[str, UploadFile | str]) -> _Form:
    file = sent.get("file")
    if not isinstance(file, UploadFile):
        raise errors.malformed_post_request("The form has no field file with a file in it. Add one, as the last.")
    fields = {name: value for name, value in sent.items() if isinstance(value, str)}
    if not fields.get("key"):
        raise errors.malformed_post_request("The form has no field key. Name the object.")
    return _Form(fields, file.file, file.filename or "")


def _read_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise errors.invalid_policy_document(f"The policy {text[:40]!r} is not base64. Encode it.") from None
