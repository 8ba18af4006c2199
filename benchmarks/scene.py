"""What the doors are measured on: a localcloud in a process of its own, uploads in it, and the events about them.

    python -m benchmarks.scene FOLDER DELAY      (the process: prints its port, ends with its standard input)

Jobs only pretend, so that the machine's time is the doors' own; everything else, answers and notifications too, is
what localcloud does for a real job.
"""

import functools
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.cos_servers import BUCKET, HOST, REGION, signed
from localcloud import LocalCloud, Options
from localcloud.ci.pretending import Pretended
from localcloud.faults.effects import Delay
from localcloud.faults.later import Later

ROOT = Path(__file__).resolve().parent.parent
EVENT = ROOT / "events" / "cos-put.json"
SECRET = "a secret of the benchmark of over 32 characters"  # noqa: S105 - it guards nothing
KEYS = ("AKIDlocalcloud", "localcloud")
QUEUE = 1_000_000  # jobs that may be under way
PATIENCE = 60.0  # seconds

Event = dict[str, Any]


class Notifications:
    """Takes what CI posts, and has it as the events that the function URL would make of it. Thread-safe."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self._changed = threading.Condition()
        handler = functools.partial(_Receiver, self.take)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, path: str, body: str) -> None:
        """Keep a notification by the key of its upload."""
        key = json.loads(body)["JobsDetail"][0]["Input"]["Object"]
        headers = {"content-type": "application/json", "host": "127.0.0.1"}
        event = {"httpMethod": "POST", "path": path, "headers": headers, "body": body, "queryString": {}}
        with self._changed:
            self._events[key] = event
            self._changed.notify_all()

    def about(self, key: str) -> Event:
        """Return the event about an upload, waiting for it. Raises KeyError when none comes."""
        with self._changed:
            self._changed.wait_for(lambda: key in self._events, PATIENCE)
            return self._events[key]

    def __enter__(self) -> "Notifications":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Receiver(BaseHTTPRequestHandler):
    def __init__(self, take: Any, *arguments: Any) -> None:
        self._take = take
        super().__init__(*arguments)

    def do_POST(self) -> None:
        self._take(self.path, self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the path is a capability."""


@dataclass(frozen=True)
class Scene:
    """A cloud, and where its notifications come to."""

    port: int
    pid: int
    notifications: Notifications
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """Where to connect."""
        return f"http://127.0.0.1:{self.port}"

    def upload(self, *keys: str) -> None:
        """Put recordings of one byte under these keys."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        for key in keys:
            connection.request("PUT", f"/{key}", b"x", signed("PUT", f"/{key}"))
            answer = connection.getresponse()
            if answer.read() or answer.status != 200:
                raise RuntimeError(f"PUT {key} was answered with {answer.status}")
        connection.close()

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        """Return what the platform would put into the environment; `endpoint` is where the cloud is said to be."""
        place = endpoint or self.endpoint
        return {
            "TENCENTCLOUD_SECRETID": KEYS[0],
            "TENCENTCLOUD_SECRETKEY": KEYS[1],
            "TENCENTCLOUD_REGION": REGION,
            "INPUT_BUCKET": BUCKET,
            "CALLBACK_URL": self.notifications.url,
            "CALLBACK_SECRETS": SECRET,
            "CLAIM_SETTLE_SECONDS": "0",
            "PENDING_GRACE_SECONDS": "0",
            "COS_ENDPOINT": place,
            "CI_ENDPOINT": place,
            **self.settings,
        }


def uploaded(key: str) -> Event:
    """Return COS's event about a key of plain letters."""
    event: Event = json.loads(EVENT.read_text(encoding="utf-8"))
    cos_object = event["Records"][0]["cos"]["cosObject"]
    cos_object["key"], cos_object["url"] = f"/1250000000/media/{key}", f"http://{HOST}/{key}"
    return event


def context(request_id: str) -> Event:
    """Return SCF's context of an invocation."""
    return {
        "memory_limit_in_mb": 256,
        "time_limit_in_ms": 60_000,
        "request_id": request_id,
        "function_name": "bench",
        "tencentcloud_region": REGION,
    }


@contextmanager
def scene(delay: float = 0.0, **settings: str) -> Iterator[Scene]:
    """Run a cloud with the bucket, whose answers to signed requests wait for `delay` seconds.

    `settings` are the doors', beside those that they cannot do without.
    """
    with tempfile.TemporaryDirectory(prefix="bench-scene-") as folder, Notifications() as notifications:
        command = [sys.executable, "-m", "benchmarks.scene", folder, str(delay)]
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout
            yield Scene(int(process.stdout.readline()), process.pid, notifications, settings)
            process.terminate()


def main() -> None:
    """Be the cloud."""
    later = Later()
    pretended = Pretended(later.call, lambda _job: 0.0, QUEUE)
    options = Options(
        directory=Path(sys.argv[1]),
        buckets={BUCKET: REGION},
        pretended=pretended,
        max_concurrent=QUEUE,
        requests_kept=1,
    )
    with LocalCloud(options) as cloud:
        if delay := float(sys.argv[2]):
            cloud.faults.add(Delay(delay))
        print(cloud.endpoint.rpartition(":")[2], flush=True)  # noqa: T201 - whoever started it reads this
        os.read(0, 1)


if __name__ == "__main__":
    main()
