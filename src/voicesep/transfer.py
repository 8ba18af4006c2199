"""Putting a file into COS in one request, as it is read: a recording may be larger than memory."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from voice_separation.errors import CannotBeSeparated, Unreachable
from voice_separation.tencent.refusals import refusal
from voice_separation.tencent.signature import SAFE, authorization
from voicesep.app import App

MOST_BYTES = 5 * 1024**3  # of one PUT (436/7749)
CHUNK_BYTES = 1 << 18
TIMEOUT = urllib3.Timeout(connect=5, read=120)


def put_file(
    app: App, file: Path, key: str, *, content_type: str, metadata: Mapping[str, str], on_bytes: Callable[[int], None]
) -> None:
    """Put a file; `metadata` are full header names (x-cos-meta-…), `on_bytes` hears how many more were read.

    Raises TencentRefusal, CannotBeSeparated for a file that one request cannot carry.
    """
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise CannotBeSeparated(
            f"{file} has {size} bytes, and COS takes {MOST_BYTES} in one request; use coscmd upload"
        )
    session, bucket = app.call.session, app.bucket
    headers = {"Host": bucket.cos_host, "Content-Length": str(size), "Content-Type": content_type, **metadata}
    if session.credentials.token:
        headers["x-cos-security-token"] = session.credentials.token
    signature = authorization(
        session.credentials, method="PUT", path=f"/{key}", params={}, headers=headers, now=app.call.clock.now()
    )
    place = urlsplit(app.call.settings.cos_endpoint or f"https://{bucket.cos_host}")
    connection = session.pool.connection_from_host(place.hostname, place.port, place.scheme)
    path = quote(f"/{key}", "/" + SAFE).replace("./", ".%2F")
    try:
        answer = connection.urlopen(
            "PUT",
            path,
            body=_chunks(file, on_bytes) if size else b"",
            headers={**headers, "Authorization": signature},
            retries=False,
            redirect=False,
            timeout=TIMEOUT,
        )
    except (HTTPError, OSError) as error:
        target = f"{bucket.name}/{key}"
        raise Unreachable("PutObject", target, status=0, code=type(error).__name__, reason="no answer came") from None
    if answer.status >= 300:
        told = {name.lower(): value for name, value in answer.headers.items()}
        raise refusal("PutObject", f"{bucket.name}/{key}", answer.status, told, answer.data)


def _chunks(file: Path, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            yield chunk
            on_bytes(len(chunk))
