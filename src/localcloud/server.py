"""Serves an ASGI application on loopback, from a thread."""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from localcloud.errors import ConnectionDropped

LOOPBACK = "127.0.0.1"
_BACKLOG = 128
_GRACE_SECONDS = 1  # for requests that are being answered when the server stops


class _Protocol(H11Protocol):
    """Acknowledges what it receives at once, where the system can, and drops the connection when it is told to.

    A client that keeps Nagle's algorithm, as requests does through a proxy, sends the body of an upload only when
    the head has been acknowledged: 40 ms later otherwise.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._whole_app = self.app
        self.app = self._app

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._whole_app(scope, receive, send)
        except ConnectionDropped as dropped:
            await asyncio.to_thread(dropped.before_closing)
            self.transport.abort()
            while (await receive())["type"] != "http.disconnect":  # the server answers 500 until it notices
                continue

    def data_received(self, data: bytes) -> None:
        if hasattr(socket, "TCP_QUICKACK"):
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        super().data_received(data)


class Server:
    """An HTTP/1.1 server on 127.0.0.1, started and stopped once. As a context manager it does both.

    Port 0 means a free one; `port` tells which, once started. An application that raises ConnectionDropped before
    it answers has the connection closed without a byte.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self.port = port
        config = uvicorn.Config(
            app,
            interface="asgi3",
            http=_Protocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen and return: clients may connect from now on. Raises OSError when the port is taken."""
        listener = _listen(self.port)
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name=f"localcloud:{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, requests in the middle after a second's grace, and return when all is over."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _listen(port: int) -> socket.socket:
    # asyncio turns off Nagle's algorithm only for sockets that name their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
