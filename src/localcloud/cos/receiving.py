"""The body of a request, taken in as the content of an object to be, or of a part of one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from anyio import to_thread
from starlette.requests import Request

from localcloud.cos import errors
from localcloud.cos.digests import Digesting, Digests
from localcloud.cos.models import Cos
from localcloud.cos.reading import read_content_md5

MAX_BODY_BYTES = 5 * 1024**3  # of a PUT, POST, APPEND or part (436/7749)
_PIECE_BYTES = 1 << 20  # as much as is held in memory
_SMALL_BYTES = 1 << 16  # hashed and written (0.1 ms) before a thread would have begun to (0.1 to 0.2 ms)


@dataclass(frozen=True)
class Received:
    """A body that has come: its file and what was computed of it on the way."""

    path: Path
    digests: Digests


class _Intake:
    """Writes and hashes a body piece by piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb", buffering=0)
        self._digesting = Digesting()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    async def add(self, chunk: bytes) -> None:
        """Take what came."""
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes >= _PIECE_BYTES:
            await to_thread.run_sync(self._write)

    async def whole(self) -> Received:
        """Return the body, all of which has come."""
        if self._waiting_bytes <= _SMALL_BYTES:
            self._write()
        else:
            await to_thread.run_sync(self._write)
        return Received(self._path, self._digesting.digests())

    def __enter__(self) -> "_Intake":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self) -> None:
        piece = b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        self._digesting.update(piece)
        unwritten = memoryview(piece)
        while unwritten:  # an unbuffered file may take less than it is given
            unwritten = unwritten[self._file.write(unwritten) :]


@asynccontextmanager
async def received(request: Request, cos: Cos, key: str) -> AsyncIterator[Received]:
    """Write the body to a file as it comes; whoever does not hand it on loses it when the context ends.

    Raises CloudError 411 MissingContentLength, 400 EntityTooLarge, InvalidDigest, and BadDigest if the body is not
    what Content-MD5 says.
    """
    headers = request.headers
    promised = read_content_md5(headers.get("content-md5"))
    if "content-length" not in headers and "transfer-encoding" not in headers:
        raise errors.missing_content_length(key)
    if int(headers.get("content-length", 0)) > MAX_BODY_BYTES:
        raise errors.entity_too_large(key, MAX_BODY_BYTES)
    upload = cos.new_upload()
    try:
        with _Intake(upload) as intake:
            async for chunk in request.stream():
                await intake.add(chunk)
            body = await intake.whole()
        if promised not in (None, body.digests.md5):
            raise errors.bad_digest(key)
        yield body
    finally:
        upload.unlink(missing_ok=True)
