import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from localcloud.delivery import DeliveryRefusedError, deliver

FUNCTION = "1250000000-a1b2c3d4e5.ap-guangzhou.tencentscf.com"


@contextmanager
def receiving(status: int) -> Iterator[tuple[int, list[tuple[str, str, str, bytes]]]]:
    """Serve on a free port; what is received is path, host, content type and body."""
    received: list[tuple[str, str, str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, self.headers["Host"], self.headers["Content-Type"], body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port, received
        finally:
            server.shutdown()
            thread.join()


def test_a_server_on_loopback_gets_the_notification(caplog: pytest.LogCaptureFixture) -> None:
    with receiving(204) as (port, received):
        assert deliver(f"http://127.0.0.1:{port}/a?b=1", "application/xml", b"<a/>", port=0) == 204
    assert received == [("/a?b=1", f"127.0.0.1:{port}", "application/xml", b"<a/>")]
    assert caplog.text == ""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_function_url_is_this_clouds_own(scheme: str) -> None:
    with receiving(200) as (port, received):
        assert deliver(f"{scheme}://{FUNCTION}/secret", "application/json", b"{}", port=port) == 200
    assert received == [("/secret", FUNCTION, "application/json", b"{}")]


@pytest.mark.parametrize("status", [302, 401, 503])
def test_any_other_answer_is_logged_by_its_status_and_never_by_its_address(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), receiving(status) as (port, _):
        assert deliver(f"http://127.0.0.1:{port}/secret", "application/xml", b"<a/>", port=0) == status
    assert f"status {status}" in caplog.text
    assert "secret" not in caplog.text
    assert str(port) not in caplog.text


@pytest.mark.parametrize("url", ["http://example.com/secret", "https://127.0.0.1/secret", "http:///secret"])
def test_nothing_leaves_this_machine(url: str) -> None:
    with pytest.raises(DeliveryRefusedError) as refusal:
        deliver(url, "application/xml", b"<a/>", port=1)
    assert "secret" not in str(refusal.value)
