"""A job's recordings on their way to the browser: by a presigned address, or through this server.

The addresses are never logged: until they end they are as good as the object.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from voicesep.app import App
from voicesep.page.library import JobFile
from voicesep.page.presigned import presigned_target

WAVEFORM_BYTES = 32 << 20  # a browser holds the decoded samples in memory, which are ten times as many
TIMEOUT = Timeout(connect=2, read=30)
NO_CONTENT, NOT_FOUND, BAD_GATEWAY = 204, 404, 502
CHUNK_BYTES = 1 << 16

_ASKED = ("range", "if-range")
_TOLD = ("accept-ranges", "content-length", "content-range", "content-disposition", "etag", "last-modified")
# What somebody uploaded is shown by no browser as a page of this server.
_AS_MEDIA = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "private, no-cache"}


@dataclass(frozen=True)
class Media:
    """Hands out the objects of an app, with the operator's key."""

    app: App

    def play(self, request: Request, file: JobFile) -> Response:
        """Answer with the object, or with where it is: on the real cloud the browser fetches it from there."""
        params = {"response-content-disposition": _attachment(file)} if "download" in request.query_params else {}
        address = self._address(file, params)
        if self.app.call.settings.cos_endpoint is None:
            location = f"https://{file.bucket.cos_host}{address}"
            return RedirectResponse(location, headers={"cache-control": "no-store"})
        return _relayed(self._fetch(file, address, _kept(request.headers, _ASKED)))

    def bytes_of(self, file: JobFile) -> Response:
        """Answer with the bytes themselves, which a waveform is computed from; 204 when they are too many.

        They come through this server, because a page may not read those of another origin unless the bucket's
        CORS rules let it.
        """
        upstream = self._fetch(file, self._address(file, {}), {})
        if upstream.status < 300 and int(upstream.headers.get("content-length", 0)) > WAVEFORM_BYTES:
            upstream.close()
            return Response(status_code=NO_CONTENT)
        return _relayed(upstream)

    def _address(self, file: JobFile, params: Mapping[str, str]) -> str:
        session = self.app.call.session
        return presigned_target(session.credentials, file.bucket, file.key, now=session.clock.now(), params=params)

    def _fetch(self, file: JobFile, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Begin to read an object. Raises urllib3's HTTPError."""
        call = self.app.call
        place = urlsplit(call.settings.cos_endpoint or f"https://{file.bucket.cos_host}")
        connection = call.session.pool.connection_from_host(place.hostname, place.port, place.scheme)
        return connection.urlopen(
            "GET",
            address,
            headers={**headers, "Host": file.bucket.cos_host},
            retries=False,
            redirect=False,
            timeout=TIMEOUT,
            preload_content=False,
        )


def _relayed(upstream: BaseHTTPResponse) -> Response:
    if upstream.status >= 300:
        upstream.close()
        if upstream.status == 416:
            return Response(status_code=416, headers=_kept(upstream.headers, ("content-range",)))
        return Response(status_code=NOT_FOUND if upstream.status == NOT_FOUND else BAD_GATEWAY)
    return _Relayed(upstream)


class _Relayed(StreamingResponse):
    """Hands an object on as it comes, and lets it go when the browser does, even before the first byte."""

    def __init__(self, upstream: BaseHTTPResponse) -> None:
        super().__init__(
            _chunks(upstream),
            status_code=upstream.status,
            headers={**_kept(upstream.headers, _TOLD), **_AS_MEDIA},
            media_type=_media_type(upstream.headers.get("content-type", "")),
        )
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._upstream.close()


def _chunks(upstream: BaseHTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := upstream.read(CHUNK_BYTES):
            yield chunk
    except HTTPError:
        raise ConnectionError("the object ended before its end") from None  # its own text quotes the address


def _kept(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: headers[name] for name in names if name in headers}


def _media_type(stored: str) -> str:
    return stored if stored.startswith(("audio/", "video/")) else "application/octet-stream"


def _attachment(file: JobFile) -> str:
    """Return the header that has a browser save the object under its own name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
