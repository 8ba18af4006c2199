"""What a large object costs a local cloud in a process of its own."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.cloud import KNOWN_KEY
from tests.localcloud.signing import signed_headers
from tests.support import PATIENCE, first_line

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells of another's memory")

MEBI = 1 << 20
BUCKET, REGION = "media-1250000000", "ap-guangzhou"
HOST = f"{BUCKET}.cos.{REGION}.myqcloud.com"
LARGE = 200 * MEBI
BOUND = 24 * MEBI  # a few pieces of one mebibyte, on either way, and what the allocator keeps

PROGRAM = f"""
import sys
from localcloud import LocalCloud, Options
with LocalCloud(Options(buckets={{"{BUCKET}": "{REGION}"}})) as cloud:
    print(cloud.endpoint, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Remote:
    port: int
    pid: int

    def send(self, method: str, key: str, content: Path | None = None) -> int:
        """Send a request whose body is streamed from a file, and return how many bytes the answer has."""
        secret_id, secret_key = KNOWN_KEY
        headers = signed_headers(method, HOST, f"/{key}", secret_id=secret_id, secret_key=secret_key)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if content is None:
                connection.request(method, f"/{key}", headers=headers)
            else:
                with content.open("rb") as body:
                    size = {"Content-Length": str(content.stat().st_size)}
                    connection.request(method, f"/{key}", body, {**headers, **size})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            return sum(map(len, iter(lambda: answer.read(MEBI), b"")))
        finally:
            connection.close()

    def peak(self) -> int:
        """Return the most memory that the process ever had resident, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.fixture
def remote() -> Iterator[Remote]:
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Remote(int(first_line(process).rpartition(":")[2]), process.pid)
            process.communicate(timeout=PATIENCE)  # the end of its input ends it
        finally:
            process.kill()
    assert process.returncode == 0


def test_a_large_object_goes_up_and_down_in_bounded_memory(remote: Remote, tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(bytes(MEBI))
    with large.open("wb") as sparse:
        sparse.truncate(LARGE)
    remote.send("PUT", "small", small)
    assert remote.send("GET", "small") == MEBI
    before = remote.peak()

    remote.send("PUT", "large", large)
    assert remote.send("GET", "large") == LARGE

    assert remote.peak() - before < BOUND
