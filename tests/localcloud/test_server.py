import asyncio
import http.client
import socket
import sys
import threading

import pytest
from starlette.types import Receive, Scope, Send

from localcloud.errors import ConnectionDropped
from localcloud.server import Server
from tests.support import PATIENCE


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def get(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/")
    return connection.getresponse().read()


def test_a_started_server_answers_at_once() -> None:
    with Server(hello) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            assert get(connection) == b"hello"
        finally:
            connection.close()
        assert server.url == f"http://127.0.0.1:{server.port}"


def test_each_server_has_a_port_of_its_own() -> None:
    with Server(hello) as one, Server(hello) as other:
        assert one.port != other.port


def test_a_port_that_is_taken_is_said_at_start() -> None:
    with Server(hello) as server, pytest.raises(OSError, match="in use"):
        Server(hello, server.port).start()


def is_serving(server: Server) -> bool:
    return any(thread.name == f"localcloud:{server.port}" for thread in threading.enumerate())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more loopback addresses than one")
def test_it_listens_on_one_loopback_address_only() -> None:
    with Server(hello) as server, pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", server.port), timeout=30)


def test_clients_that_keep_their_connections_use_up_none_of_its_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localcloud.server._GRACE_SECONDS", 100 * PATIENCE)
    server = Server(hello)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        get(connection)
        stopping = threading.Thread(target=server.stop, daemon=True)
        stopping.start()
        stopping.join(PATIENCE)
        assert not is_serving(server)
        assert connection.sock.recv(1) == b""
    finally:
        connection.close()


def test_a_request_in_the_middle_is_cut_off_after_a_grace() -> None:
    begun = threading.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.sleep(60)

    server = Server(endless)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert begun.wait(30)
        server.stop()
    assert not is_serving(server)


def test_stopping_a_server_that_was_never_started_is_nothing() -> None:
    server = Server(hello)
    server.stop()
    assert server.port == 0


def test_a_dropped_connection_closes_without_a_byte_and_with_a_last_act(caplog: pytest.LogCaptureFixture) -> None:
    acts: list[str] = []

    async def dropping(scope: Scope, receive: Receive, send: Send) -> None:
        raise ConnectionDropped(None, lambda: acts.append(threading.current_thread().name))

    with (
        Server(dropping) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1) == b""
        (thread,) = acts
        assert thread != f"localcloud:{server.port}", "the last act may block, so others are served meanwhile"
    assert caplog.records == []


def test_a_connection_can_be_dropped_before_its_body_has_come() -> None:
    async def dropping(scope: Scope, receive: Receive, send: Send) -> None:
        raise ConnectionDropped(None)

    with (
        Server(dropping) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection,
    ):
        connection.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        assert connection.recv(1) == b""
