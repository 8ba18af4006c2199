"""A network and a cloud that take no time of their own: what localcloud answered once is answered again, after a delay.

    python -m benchmarks.stub_cloud PORT      (of the localcloud to learn from; prints its own port)

A request that comes for the first time is passed on, and the bytes of its answer are kept. A GET of what was PUT here
answers with what was put last, for claims are read back. Requests to the host `stub` set the delay and ask for counts.
A thread for each connection answers in some 0.05 ms, where localcloud takes milliseconds that would hide the client's.
"""

import http.client
import json
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from urllib.parse import urlsplit

CONTROL = "stub"
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)\r$")
_HOST = re.compile(rb"(?im)^host:\s*(\S+)\r$")


@dataclass(frozen=True)
class Message:
    """A request or an answer as it came: everything before the body, and the body."""

    head: bytes
    body: bytes

    @property
    def first_line(self) -> tuple[bytes, bytes]:
        """The first two words: of a request its method and target."""
        first, second, *_ = self.head.split(b" ", 2)
        return first, second


@dataclass(frozen=True)
class Taken:
    """What the stub was asked since it was asked the last time; bytes with heads, in both directions."""

    requests: tuple[str, ...]
    moved: int
    connections: int


class Recordings:
    """The answers that were learnt, and what was put. Thread-safe."""

    def __init__(self, upstream: int) -> None:
        self.delay = 0.0
        self._upstream = upstream
        self._answers: dict[tuple[bytes, bytes, bytes], Message] = {}
        self._put: dict[tuple[bytes, bytes], bytes] = {}
        self._lock = threading.Lock()
        self._asked: list[str] = []
        self._moved = 0
        self._connections = 0

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self._connections += 1

    def answer(self, request: Message) -> bytes:
        """Return the bytes of the answer, when the delay has passed."""
        method, target = request.first_line
        host = _HOST.search(request.head)
        assert host, "HTTP/1.1 has a Host in every request"
        place = host[1], _path(target)
        if host[1] == CONTROL.encode():
            return self._control(place[1].decode())
        if method == b"PUT":
            self._put[place] = request.body
        learnt = self._answers.get((method, *place)) or self._learn(request, (method, *place))
        if method == b"GET" and place in self._put:
            learnt = _with_body(learnt, self._put[place])
        answer = learnt.head + learnt.body
        with self._lock:
            self._asked.append(f"{method.decode()} {host[1].decode()} {place[1].decode()}")
            self._moved += len(request.head) + len(request.body) + len(answer)
        if self.delay:
            time.sleep(self.delay)
        return answer

    def _learn(self, request: Message, key: tuple[bytes, bytes, bytes]) -> Message:
        with socket.create_connection(("127.0.0.1", self._upstream)) as upstream, upstream.makefile("rb") as answers:
            upstream.sendall(request.head + request.body)
            answer = read_message(answers, has_body=key[0] != b"HEAD")
        assert answer, "localcloud answers every request"
        if answer.head.split(b" ", 2)[1].startswith(b"2"):
            self._answers[key] = answer
        return answer

    def _control(self, path: str) -> bytes:
        if path.startswith("/delay/"):
            self.delay = float(path.removeprefix("/delay/"))
        with self._lock:
            told: dict[str, object] = {"requests": self._asked, "moved": self._moved, "connections": self._connections}
            self._asked, self._moved, self._connections = [], 0, 0
        if path == "/put":
            told = {b"".join(place).decode(): body.decode() for place, body in self._put.items()}
        body = json.dumps(told).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def read_message(stream: BufferedIOBase, *, has_body: bool = True) -> Message | None:
    """Read one message; None when there is none any more."""
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line)
    if not lines:
        return None
    head = b"".join([*lines, b"\r\n"])
    length = _LENGTH.search(head)
    return Message(head, stream.read(int(length[1])) if length and has_body else b"")


def _path(target: bytes) -> bytes:
    """Return path and query, also of the absolute form that a proxy gets."""
    if not target.startswith(b"http"):
        return target
    parts = urlsplit(target)
    return parts.path + (b"?" + parts.query if parts.query else b"")


def _with_body(answer: Message, body: bytes) -> Message:
    return Message(_LENGTH.sub(b"content-length: %d\r" % len(body), answer.head), body)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: "_Server"

    def handle(self) -> None:
        self.server.recordings.connected()
        while request := self._next():
            self.wfile.write(self.server.recordings.answer(request))

    def _next(self) -> Message | None:
        # Who talks to a proxy may keep Nagle's algorithm, and send a body only when its head was acknowledged.
        if hasattr(socket, "TCP_QUICKACK"):
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            return read_message(self.rfile)
        except ConnectionResetError:  # an instance was killed
            return None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, recordings: Recordings) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.recordings = recordings


@dataclass(frozen=True)
class StubCloud:
    """A stub that runs in a process of its own."""

    port: int

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self.port}"

    def delay(self, seconds: float) -> None:
        """Have every answer wait for so long from now on."""
        self._ask(f"/delay/{seconds}")

    def taken(self) -> Taken:
        """Return what was asked since the last call, and forget it."""
        told = json.loads(self._ask("/taken"))
        return Taken(tuple(told["requests"]), told["moved"], told["connections"] - 1)

    def put(self) -> dict[str, str]:
        """Return what was put last, by host and path."""
        put: dict[str, str] = json.loads(self._ask("/put"))
        return put

    def _ask(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": CONTROL})
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def stub_cloud(upstream: int) -> Iterator[StubCloud]:
    """Run a stub that learns from the localcloud at that port."""
    command = [sys.executable, "-m", "benchmarks.stub_cloud", str(upstream)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            assert process.stdout
            yield StubCloud(int(process.stdout.readline()))
        finally:
            process.terminate()


if __name__ == "__main__":
    with _Server(Recordings(int(sys.argv[1]))) as server:
        print(server.server_address[1], flush=True)  # noqa: T201 - whoever started it reads this
        server.serve_forever()
