"""A client that costs next to nothing: it sends requests made beforehand, so that servers are measured and not it.

http.client takes some 0.2 ms for a request, about as long as localcloud, and would hide what servers differ in.
"""

import socket
from types import TracebackType

from benchmarks.cos_servers import StorageServer

_BUFFER_BYTES = 1 << 20
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
_CLOSES = b"\r\nconnection: close"


def request_to(server: StorageServer, method: str, path: str, *, query: str = "", body: bytes = b"") -> bytes:
    """Return a whole request, signed as the server needs it."""
    headers = {"Host": f"127.0.0.1:{server.port}", **server.headers(method, path)}
    if method == "PUT":
        headers["Content-Length"] = str(len(body))
    lines = [f"{method} {path}{query} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + _HEAD_END + body


class LeanConnection:
    """A connection, kept alive as long as the server keeps it; moto's closes it after every PUT."""

    def __init__(self, server: StorageServer) -> None:
        self._server = server
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._socket = self._connect()

    def exchange(self, request: bytes) -> None:
        """Send a request and read its answer. Raises RuntimeError for a refusal, ConnectionError when it breaks off."""
        self._socket.sendall(request)
        head, had = self._head()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{request[:200]!r} was refused: {head!r}")
        told = head.lower()
        left = int(told.partition(_LENGTH)[2].partition(b"\r\n")[0]) - had
        while left:
            left -= self._receive(min(left, _BUFFER_BYTES))
        if _CLOSES in told:
            self._socket.close()
            self._socket = self._connect()

    def __enter__(self) -> "LeanConnection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.close()

    def _head(self) -> tuple[bytes, int]:
        """Return the status line and headers, and how many bytes of the body came with them."""
        came = b""
        while _HEAD_END not in came:
            came += bytes(self._buffer[: self._receive(_BUFFER_BYTES)])
        head, _, body = came.partition(_HEAD_END)
        return head + b"\r\n", len(body)

    def _receive(self, most: int) -> int:
        received = self._socket.recv_into(self._buffer, most)
        if not received:
            raise ConnectionError(f"{self._server.name} closed the connection within an answer")
        return received

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._server.port), timeout=600)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
