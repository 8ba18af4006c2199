"""Repeats, time limits and lost answers, against a server that misbehaves on command."""

import contextlib
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import certifi
import pytest
from pytest_mock import MockerFixture

from tests.support import Lines, StoppedClock
from voice_separation import errors
from voice_separation.clock import Deadline, SystemClock
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent import transport
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Request, Session, connection_pool

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
DROPPED = b""


@dataclass
class Server:
    """Answers each request with the next of `answers`, the last for ever; an empty one drops the connection."""

    endpoint: str
    answers: list[bytes]
    requests: list[bytes] = field(default_factory=list)

    def next_answer(self, request: bytes) -> bytes:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.read_head():
                answer = state.next_answer(head)
                self.wfile.write(answer)
                if not answer:
                    return

        def read_head(self) -> bytes:
            head = b""
            while line := self.rfile.readline().strip():
                head += line + b"\r\n"
            lengths = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            self.rfile.read(int(lengths[0]) if lengths else 0)
            return head

    class Quiet(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Quiet(("127.0.0.1", 0), Handler) as tcp:
        state = Server(f"http://127.0.0.1:{tcp.server_address[1]}", [OK])
        threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield state
        tcp.shutdown()


@dataclass
class Caller:
    clock: StoppedClock = field(default_factory=StoppedClock)
    lines: Lines = field(default_factory=Lines)
    seconds: float = 30.0

    def send(self, server: Server, **changes: Any) -> bytes:
        request = Request(
            "PutObject", "media-1/a", "PUT", "media-1.cos.r.myqcloud.com", "/a", body=b"x", endpoint=server.endpoint
        )
        with_changes = {**request.__dict__, **changes}
        return self.session().send(Request(**with_changes)).body

    def session(self) -> Session:
        return Session(
            pool=connection_pool(),
            credentials=Credentials("AKIDEXAMPLE", "key-of-nobody", "token-of-nobody"),
            deadline=Deadline.after(self.seconds, self.clock),
            clock=self.clock,
            telemetry=Telemetry(self.clock, Level.DEBUG, self.lines),
            jitter=lambda: 0.5,
        )


def test_the_public_host_is_named_and_signed_whatever_the_endpoint(server: Server) -> None:
    assert Caller().send(server) == b"ok"
    (request,) = server.requests
    assert b"Host: media-1.cos.r.myqcloud.com" in request
    assert b"q-header-list=content-length;host;x-cos-security-token" in request
    assert b"x-cos-security-token: token-of-nobody" in request


def test_ci_gets_its_own_token_header(server: Server) -> None:
    Caller().send(server, service="ci")
    assert b"x-ci-security-token: token-of-nobody" in server.requests[0]


def test_a_key_is_sent_encoded_and_dots_are_not_taken_for_directories(server: Server) -> None:
    Caller().send(server, path="/a/../b//c d+%.mp3")
    assert server.requests[0].startswith(b"PUT /a/..%2Fb//c%20d%2B%25.mp3 HTTP/1.1")


def test_what_may_be_repeated_is_repeated_twice_within_two_seconds(server: Server) -> None:
    server.answers = [BUSY, DROPPED, OK]
    caller = Caller()
    assert caller.send(server) == b"ok"
    assert len(server.requests) == 3
    assert 0 < sum(caller.clock.slept) < 2


def test_after_the_third_failure_the_last_one_is_told(server: Server) -> None:
    server.answers = [BUSY]
    with pytest.raises(errors.Unavailable, match="PutObject media-1/a – 503"):
        Caller().send(server)
    assert len(server.requests) == 3


@pytest.mark.parametrize(("answer", "error"), [(BUSY, errors.Unavailable), (DROPPED, errors.Unreachable)])
def test_what_is_billed_is_never_repeated(server: Server, answer: bytes, error: type[errors.Retryable]) -> None:
    server.answers = [answer]
    with pytest.raises(error):
        Caller().send(server, repeatable=False)
    assert len(server.requests) == 1


def test_an_answer_that_says_no_is_not_asked_again(server: Server) -> None:
    server.answers = [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"]
    with pytest.raises(errors.Misconfigured):
        Caller().send(server)
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed_because_it_could_lead_anywhere(server: Server) -> None:
    server.answers = [b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"]
    with pytest.raises(errors.Misconfigured, match="301"):
        Caller().send(server)
    assert len(server.requests) == 1


def test_without_time_left_nothing_is_sent(server: Server) -> None:
    with pytest.raises(errors.NoTimeLeft, match=r"0\.1 s are left"):
        Caller(seconds=0.1).send(server)
    with pytest.raises(errors.NoTimeLeft):
        Caller(seconds=4).send(server, least_seconds=5.0)
    assert server.requests == []


def test_an_answer_that_drips_in_ends_with_the_time() -> None:
    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            with contextlib.suppress(OSError):
                for _ in range(100):  # so long that it would end, and be taken, had the whole no limit
                    self.request.sendall(b"x")
                    time.sleep(0.1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as tcp:
        tcp.daemon_threads, tcp.block_on_close = True, False
        threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        clock = SystemClock()
        session = replace(Caller().session(), clock=clock, deadline=Deadline.after(0.5, clock))
        endpoint = f"http://127.0.0.1:{tcp.server_address[1]}"
        with pytest.raises(errors.Retryable):
            session.send(Request("GetObject", "a", "GET", "h", "/a", endpoint=endpoint, repeatable=False))
        tcp.shutdown()


def test_certificates_are_checked_against_those_that_come_along() -> None:
    secure = connection_pool().connection_from_host("media-1.cos.r.myqcloud.com", 443, "https")
    context = secure.conn_kw["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    come_along = ssl.create_default_context(cafile=certifi.where())
    assert context.get_ca_certs() == come_along.get_ca_certs() != []


def test_certificates_are_read_once_for_all_hosts_and_never_for_a_plain_one(mocker: MockerFixture) -> None:
    made = mocker.spy(transport, "create_urllib3_context")
    pool = connection_pool()
    assert "ssl_context" not in pool.connection_from_host("127.0.0.1", 9000, "http").conn_kw
    assert made.call_count == 0
    hosts = [pool.connection_from_host(f"media-1.{service}.r.myqcloud.com", 443, "https") for service in ("cos", "ci")]
    assert hosts[0].conn_kw["ssl_context"] is hosts[1].conn_kw["ssl_context"] is made.spy_return
    assert made.call_count == 1


def test_repeats_stop_when_they_would_not_end_in_time(server: Server) -> None:
    server.answers = [BUSY]
    with pytest.raises(errors.Unavailable):
        Caller(seconds=0.5).send(server)
    assert len(server.requests) == 1


def test_a_server_that_answers_after_the_time_that_is_left_is_not_waited_for() -> None:
    given_up = threading.Event()

    class Late(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            given_up.wait(5)
            with contextlib.suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Late) as late:
        threading.Thread(target=late.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        clock = SystemClock()
        session = Session(
            pool=connection_pool(),
            credentials=Credentials("AKIDEXAMPLE", "key-of-nobody"),
            deadline=Deadline.after(0.4, clock),
            clock=clock,
            telemetry=Telemetry(clock, Level.ERROR, Lines()),
            jitter=lambda: 0.0,
        )
        endpoint = f"http://127.0.0.1:{late.server_address[1]}"
        request = Request("GetObject", "a", "GET", "h", "/a", endpoint=endpoint)
        with pytest.raises(errors.Unreachable):
            session.send(request)
        given_up.set()
        late.shutdown()


def test_nothing_secret_is_logged_or_told(server: Server) -> None:
    server.answers = [DROPPED]
    caller = Caller()
    with pytest.raises(errors.Unreachable) as caught:
        caller.send(server)
    told = caller.lines.text + str(caught.value) + repr(caught.value.__context__)
    assert "request.sent" in told
    for secret in ("key-of-nobody", "token-of-nobody", "q-signature"):
        assert secret not in told
