"""What localcloud's COS costs: memory for a large object, start-up, and throughput beside moto's S3 server.

    python -m benchmarks.localcloud_cos [--gib 5] [--record]

A large object goes up in parts and comes down again; then small and middle-sized objects go to both servers, in turn,
in the same run on the same machine, over connections that are kept alive. moto keeps objects in memory and checks no
signature; localcloud keeps them on disk, computes MD5 and CRC-64, and checks every signature.
Exits with 1 when the large object costs more than 200 MiB of memory or a start takes a second. Linux only.
"""

import hashlib
import http.client
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote
from xml.etree import ElementTree

import click

from benchmarks.cos_servers import StorageServer, localcloud_server, moto_server
from benchmarks.lean_client import LeanConnection, request_to

PAGE = Path(__file__).resolve().parent.parent / "docs" / "localcloud.md"
MEBI, GIBI = 1 << 20, 1 << 30
PART_BYTES = 64 * MEBI
MOST_MEMORY = 200 * MEBI
MOST_START = 1.0  # seconds
STARTS = 5
SMALL, MIDDLE = 1024, 8 * MEBI
SMALL_TIMES, MIDDLE_TIMES, LIST_TIMES = 400, 4, 40  # per round and connection
ROUNDS = 5
LIST = "LIST"


@dataclass(frozen=True)
class LargeObject:
    """What one large object cost."""

    size: int  # bytes
    up_seconds: float
    complete_seconds: float
    down_seconds: float
    memory_before: int  # peak so far, bytes
    memory_after: int


@dataclass(frozen=True)
class Rate:
    """Medians of operations a second, over the rounds."""

    what: str
    localcloud: float
    moto: float
    unit: str

    @property
    def ratio(self) -> float:
        """How many times the peer's rate it is."""
        return self.localcloud / self.moto


class Generated:
    """A body of `size` bytes that is made as it is read, and never whole in memory."""

    def __init__(self, size: int, salt: int, digest: "hashlib._Hash") -> None:
        self._left = size
        self._block = salt.to_bytes(8, "big") * (MEBI // 8)
        self._digest = digest

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece, at most a mebibyte whatever is asked for."""
        piece = self._block[: min(self._left, MEBI)]
        self._left -= len(piece)
        self._digest.update(piece)
        return piece


def ask(
    server: StorageServer,
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    *,
    query: str = "",
    body: bytes | BinaryIO | None = None,
    size: int | None = None,
) -> http.client.HTTPResponse:
    """Send a request and return its answer, unread. Raises RuntimeError for a refusal."""
    headers = server.headers(method, path)
    if size is not None:
        headers["Content-Length"] = str(size)
    connection.request(method, path + query, body, headers)
    answer = connection.getresponse()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}{query} was refused: {answer.status} {answer.read(1000)!r}")
    return answer


def large_object(server: StorageServer, size: int) -> LargeObject:
    """Send an object in parts and read it back. Raises RuntimeError if it is not what was sent."""
    connection = server.connect()
    before = server.peak_memory()
    digest = hashlib.md5(usedforsecurity=False)
    path = server.address("large.wav")
    begun = time.monotonic()
    initiated = ElementTree.fromstring(  # noqa: S314 - our own server's
        ask(server, connection, "POST", path, query="?uploads", body=b"").read()
    )
    upload_id = initiated.findtext("UploadId")
    listed = []
    for number, start in enumerate(range(0, size, PART_BYTES), 1):
        length = min(PART_BYTES, size - start)
        content = cast("BinaryIO", Generated(length, number, digest))
        query = f"?partNumber={number}&uploadId={upload_id}"
        answer = ask(server, connection, "PUT", path, query=query, body=content, size=length)
        answer.read()
        listed.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{answer.headers['ETag']}</ETag></Part>")
    uploaded = time.monotonic()
    document = f"<CompleteMultipartUpload>{''.join(listed)}</CompleteMultipartUpload>".encode()
    ask(server, connection, "POST", path, query=f"?uploadId={upload_id}", body=document).read()
    completed = time.monotonic()
    came = hashlib.md5(usedforsecurity=False)
    answer = ask(server, connection, "GET", path)
    while piece := answer.read(MEBI):
        came.update(piece)
    down = time.monotonic()
    if came.digest() != digest.digest():
        raise RuntimeError("what came down is not what went up")
    ask(server, connection, "DELETE", path).read()
    connection.close()
    return LargeObject(size, uploaded - begun, completed - uploaded, down - completed, before, server.peak_memory())


@dataclass(frozen=True)
class Load:
    """What all connections do at once: so many operations each, every one on a key of its own."""

    method: str
    content: bytes
    times: int
    connections: int

    @property
    def name(self) -> str:
        """What it is called in the report."""
        if self.method == LIST:
            return f"LIST of {SMALL_TIMES} keys, {self.connections} connection{'s' if self.connections > 1 else ''}"
        size = len(self.content)
        human = f"{size // MEBI} MiB" if size >= MEBI else f"{size // 1024} KiB"
        return f"{self.method} {human}, {self.connections} connection{'s' if self.connections > 1 else ''}"


def requests_of(server: StorageServer, load: Load, folder: str) -> list[bytes]:
    """Return what one connection sends, to keys below `folder`."""
    if load.method == LIST:
        query = f"?prefix={quote(folder, safe='')}%2F&max-keys=1000"
        return [request_to(server, "GET", server.address(""), query=query)] * load.times
    body = load.content if load.method == "PUT" else b""
    paths = [server.address(f"{folder}/{index}") for index in range(load.times)]
    return [request_to(server, load.method, path, body=body) for path in paths]


def seconds_for(server: StorageServer, load: Load, folder: str) -> float:
    """Return how long a server takes for a load, with keys below `folder`."""
    requests = [requests_of(server, load, f"{folder}/{number}") for number in range(load.connections)]

    def work(number: int) -> None:
        for request in requests[number]:
            connections[number].exchange(request)

    with ExitStack() as closing, ThreadPoolExecutor(load.connections) as workers:
        connections = [closing.enter_context(LeanConnection(server)) for _ in requests]
        begun = time.monotonic()
        list(workers.map(work, range(load.connections)))  # a refusal is raised here
        return time.monotonic() - begun


def rates(ours: StorageServer, peer: StorageServer, rounds: int = ROUNDS) -> Iterator[Rate]:
    """Yield the rates of both servers, measured in turn, round by round."""
    for size, times in ((SMALL, SMALL_TIMES), (MIDDLE, MIDDLE_TIMES)):
        content = bytes(range(256)) * (size // 256)
        for connections in (1, 4):
            for method in ("PUT", "GET", LIST) if size == SMALL else ("PUT", "GET"):
                load = Load(method, content, LIST_TIMES if method == LIST else times, connections)
                seconds = [
                    [seconds_for(server, load, f"{size}-{connections}-{number}") for server in (ours, peer)]
                    for number in range(rounds)
                ]
                mine, others = (
                    connections * load.times / statistics.median(each) for each in zip(*seconds, strict=True)
                )
                if size >= MEBI:
                    yield Rate(load.name, mine * size / MEBI, others * size / MEBI, "MiB/s")
                else:
                    yield Rate(load.name, mine, others, "1/s")


def start_seconds(start: Callable[[], float]) -> float:
    """Return the fastest of some starts: what else the machine does only adds to it."""
    return min(start() for _ in range(STARTS))


def start_localcloud() -> float:
    """Return the seconds from the start of a localcloud to its first answer."""
    with tempfile.TemporaryDirectory() as directory, localcloud_server(Path(directory)) as server:
        return server.started_in


def start_moto() -> float:
    """Return the seconds from the start of moto's server to its first answer."""
    with moto_server() as server:
        return server.started_in


def report(large: LargeObject, starts: tuple[float, float], found: Sequence[Rate]) -> str:
    """Return the tables of the page."""
    up, down = large.size / MEBI / large.up_seconds, large.size / MEBI / large.down_seconds
    lines = [
        "| one object in parts | |",
        "|---|---:|",
        f"| size | {large.size / GIBI:.0f} GiB in parts of {PART_BYTES // MEBI} MiB |",
        f"| up | {large.up_seconds:.0f} s, {up:.0f} MiB/s |",
        f"| completing it | {large.complete_seconds:.0f} s |",
        f"| down | {large.down_seconds:.0f} s, {down:.0f} MiB/s |",
        f"| peak memory of the server before, after | {large.memory_before / MEBI:.0f}, "
        f"{large.memory_after / MEBI:.0f} MiB |",
        "",
        "| | localcloud | moto | ratio |",
        "|---|---:|---:|---:|",
        f"| from start to first answer, s | {starts[0]:.2f} | {starts[1]:.2f} | {starts[0] / starts[1]:.2f} |",
    ]
    lines += [
        f"| {rate.what}, {rate.unit} | {rate.localcloud:.0f} | {rate.moto:.0f} | {rate.ratio:.2f} |" for rate in found
    ]
    return "\n".join(lines)


@click.command()
@click.option("--gib", default=5, show_default=True, help="Size of the large object.")
@click.option("--record", is_flag=True, help="Write the tables into docs/localcloud.md.")
def main(gib: int, *, record: bool) -> None:
    """Measure, print, and say whether the bounds hold."""
    with tempfile.TemporaryDirectory(prefix="bench-localcloud-") as folder:
        free = shutil.disk_usage(folder).free
        if free < 2.5 * gib * GIBI:
            raise click.ClickException(f"{folder} has {free / GIBI:.1f} GiB free; {2.5 * gib:.1f} are needed.")
        with localcloud_server(Path(folder) / "large") as server:
            large = large_object(server, gib * GIBI)
        starts = start_seconds(start_localcloud), start_seconds(start_moto)
        with localcloud_server(Path(folder) / "small") as ours, moto_server() as peer:
            tables = report(large, starts, list(rates(ours, peer)))
    click.echo(tables)
    if record:
        page = PAGE.read_text(encoding="utf-8")
        marks = r"(<!-- bench-cos -->\n).*?(<!-- /bench-cos -->)"
        marked = re.sub(marks, rf"\g<1>{tables}\n\g<2>", page, flags=re.DOTALL)
        PAGE.write_text(marked, encoding="utf-8")
    if large.memory_after > MOST_MEMORY or starts[0] > MOST_START:
        click.echo("A bound does not hold: 200 MiB of memory, one second to start.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
