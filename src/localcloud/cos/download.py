"""The answer that streams a part of a file."""

from collections.abc import Mapping
from typing import BinaryIO

from anyio import to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from localcloud.cos.conditions import Span

_PIECE_BYTES = 1 << 20  # of which one is in memory for each download
_SMALL_BYTES = 1 << 16  # read (some 10 µs, when the system has it in memory) before a thread would have begun to


class FileAnswer(Response):
    """Streams `span` of an open file, and closes it."""

    def __init__(self, content: BinaryIO, span: Span, status_code: int, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=status_code, headers={**headers, "content-length": str(span.size)})
        self._content = content
        self._span = span

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Send the answer, a piece of the file at a time."""
        with self._content as content:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            content.seek(self._span.start)
            remaining = self._span.size
            while remaining > _SMALL_BYTES:
                piece = await to_thread.run_sync(content.read, min(remaining, _PIECE_BYTES))
                remaining -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": content.read(remaining)})
