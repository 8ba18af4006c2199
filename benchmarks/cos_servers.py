"""Storage servers in processes of their own, to measure: localcloud's COS, and moto's S3 as the peer."""

import hashlib
import hmac
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
HOST = f"{BUCKET}.cos.{REGION}.myqcloud.com"
PATIENCE = 30.0  # seconds until a server has to answer

_LOCALCLOUD = """
import sys
from pathlib import Path
from localcloud import LocalCloud, Options
with LocalCloud(Options(directory=Path(sys.argv[1]), port=int(sys.argv[2]))) as cloud:
    cloud.cos.ensure_bucket("{bucket}", "{region}")
    sys.stdin.read()
"""

# moto wants to see that somebody signs, and does not look whether it is right.
_ANYBODY = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"

Headers = dict[str, str]


@dataclass(frozen=True)
class StorageServer:
    """A server that runs. `address` makes of a key the path it has there, `headers` what a request to it needs."""

    name: str
    port: int
    pid: int
    started_in: float  # seconds from the start of its process to its first answer
    address: Callable[[str], str]
    headers: Callable[[str, str], Headers]

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, which is kept alive."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def peak_memory(self) -> int:
        """Return the most memory that the process ever had resident, in bytes. Linux only."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def signed(method: str, path: str) -> Headers:
    """Return the headers of a request to localcloud, of which method and path are signed (436/7778)."""
    period = f"{int(time.time()) - 60};{int(time.time()) + 7200}"
    digest = hashlib.sha1(f"{method.lower()}\n{path}\n\n\n".encode(), usedforsecurity=False).hexdigest()
    key = _hmac_sha1("localcloud", period)
    signature = _hmac_sha1(key, f"sha1\n{period}\n{digest}\n")
    fields = f"q-sign-algorithm=sha1&q-ak=AKIDlocalcloud&q-sign-time={period}&q-key-time={period}"
    return {"Host": HOST, "Authorization": f"{fields}&q-header-list=&q-url-param-list=&q-signature={signature}"}


def _unsigned(_method: str, _path: str) -> Headers:
    return {"Authorization": _ANYBODY}


def _hmac_sha1(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()


@contextmanager
def localcloud_server(directory: Path) -> Iterator[StorageServer]:
    """Run localcloud, with its bucket in `directory`."""
    port = _free_port()
    program = _LOCALCLOUD.format(bucket=BUCKET, region=REGION)
    command = [sys.executable, "-c", program, str(directory), str(port)]
    with _running(command, port) as (pid, seconds):
        yield StorageServer("localcloud", port, pid, seconds, lambda key: f"/{key}", signed)


@contextmanager
def moto_server() -> Iterator[StorageServer]:
    """Run moto's server, which keeps objects in memory and checks no signature."""
    port = _free_port()
    with _running([sys.executable, "-m", "moto.server", "-p", str(port)], port) as (pid, seconds):
        server = StorageServer("moto", port, pid, seconds, lambda key: f"/{BUCKET}/{key}", _unsigned)
        connection = server.connect()
        connection.request("PUT", f"/{BUCKET}", headers=_unsigned("PUT", ""))
        connection.getresponse().read()
        connection.close()
        yield server


@contextmanager
def _running(command: list[str], port: int) -> Iterator[tuple[int, float]]:
    begun = time.monotonic()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)  # noqa: S603 - our own
    try:
        _wait_for_an_answer(process, port, begun + PATIENCE)
        yield process.pid, time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for_an_answer(process: "subprocess.Popen[bytes]", port: int, until: float) -> None:
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}. Run it by hand to see why.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)
        else:
            return
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
