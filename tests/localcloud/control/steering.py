"""Questions to the control API, as a program or as a browser asks them."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from localcloud import LocalCloud
from tests.localcloud.ci.lab import BUCKET, REGION, request_for
from tests.support import PATIENCE

NOTHING: dict[str, str] = {}


def submit(cloud: LocalCloud, key: str = "in/talk.mp3") -> str:
    """Submit a job for an object that need not be there, and return its id."""
    return cloud.ci.submit(BUCKET, REGION, request_for(key=escape(key))).job_id


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


def send(
    port: int, method: str, target: str, *, body: bytes | None = None, headers: Mapping[str, str] = NOTHING
) -> Answer:
    """Send exactly this to a port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Steering:
    """The API of one cloud."""

    cloud: LocalCloud

    @property
    def port(self) -> int:
        return int(self.cloud.endpoint.rpartition(":")[2])

    def send(
        self, method: str, target: str, *, body: bytes | None = None, headers: Mapping[str, str] = NOTHING
    ) -> Answer:
        return send(self.port, method, target, body=body, headers=headers)

    def get(self, path: str, **fields: object) -> Any:
        return self._done(self.send("GET", f"/_localcloud{path}?{urlencode(fields)}"))

    def delete(self, path: str, **fields: object) -> Any:
        return self._done(self.send("DELETE", f"/_localcloud{path}?{urlencode(fields)}"))

    def post(self, path: str, **fields: object) -> Any:
        return self._done(self.send("POST", f"/_localcloud{path}", body=json.dumps(fields).encode()))

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str, str]:
        """Return status, code and message of a refusal."""
        answer = self.send(method, f"/_localcloud{path}", body=None if body is None else json.dumps(body).encode())
        assert answer.status >= 400
        return answer.status, answer.told["code"], answer.told["message"]

    def _done(self, answer: Answer) -> Any:
        assert answer.status == 200, answer.body
        return answer.told
