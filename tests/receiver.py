"""A receiver of notices on loopback: it verifies with the library of Standard Webhooks, and answers as it is told."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_cGxhbnRlZC1zZWNyZXQtb2YtdGhlLXJlY2VpdmVy"
OLD_SECRET = "whsec_cGxhbnRlZC1zZWNyZXQtdGhhdC13YXMtcm90YXRlZA=="
PATH = "/told?token=planted-token-in-the-address"


@dataclass(frozen=True)
class Post:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str = SECRET) -> Any:
        """What it says, if its signature is right; raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Reply:
    """How a request is answered: not at all when `status` is 0."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_seconds: float = 0.0


@dataclass
class Listener:
    """What was posted, and how it is answered: by what `reply` makes of it."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    reply: Callable[[Post], Reply] = lambda _post: Reply()

    @property
    def settings(self) -> dict[str, str]:
        """What makes the app tell this receiver."""
        return {"WEBHOOK_URL": self.url, "WEBHOOK_SECRETS": SECRET}

    def answers(self, *statuses: int) -> None:
        """Answer the next posts with these, and all others with the last."""
        left = list(statuses)
        self.reply = lambda _post: Reply(left.pop(0) if len(left) > 1 else left[0])

    def times_told(self) -> Counter[str]:
        """How often each job was told, by its id; every post has a right signature."""
        return Counter(post.verified()["data"]["job_id"] for post in self.posts)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post = Post(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            listener.posts.append(post)
            reply = listener.reply(post)
            time.sleep(reply.after_seconds)
            if reply.status:
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            return  # who asked has gone away

    with Quiet(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_address[1]}{PATH}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield listener
        finally:
            server.shutdown()
