"""COS and CI in memory, behind the connection pool of the app: quick, and it remembers what it was asked.

Not localcloud: that one speaks HTTP and separates audio, which takes milliseconds where a fuzzer has microseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

_JOB = "<Response><JobsDetail><JobId>j1</JobId><State>Submitted</State><Tag>VoiceSeparate</Tag></JobsDetail></Response>"
_NO_JOBS = b"<Response><NextToken/></Response>"
_NO_OBJECTS = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"


@dataclass(frozen=True)
class Asked:
    """One request, as it would go over the wire; `path` is decoded and without the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """The public host that it is for."""
        return self.headers["Host"]

    @property
    def path(self) -> str:
        """The decoded path."""
        return unquote(urlsplit(f"http://host{self.target}").path)


class Answer:
    """As much of urllib3's response as the app uses."""

    def __init__(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.status, self.headers, self._body = status, headers or {}, body

    def read1(self, _most: int) -> bytes:
        """Return the whole body, then nothing."""
        body, self._body = self._body, b""
        return body

    def release_conn(self) -> None:
        """Do nothing: there is no connection."""

    def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass
class MemoryCloud:
    """A pool whose every connection ends here.

    HEAD finds any object, with `metadata` on it; `ci_answer` is what CI says of any job that it is asked for.
    """

    ci_answer: bytes = b""
    metadata: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)

    def connection_from_host(self, *_place: object) -> "MemoryCloud":
        """Return the one connection there is."""
        return self

    def urlopen(self, method: str, target: str, *, body: bytes | None, headers: Mapping[str, str], **_: Any) -> Answer:
        """Answer a request."""
        request = Asked(method, target, headers, body or b"")
        self.asked.append(request)
        return self._ci(request) if ".ci." in request.host else self._cos(request)

    def _ci(self, request: Asked) -> Answer:
        if request.method == "POST":
            return Answer(200, _JOB.encode())
        return Answer(200, _NO_JOBS if request.path == "/jobs" else self.ci_answer)

    def _cos(self, request: Asked) -> Answer:
        key = request.path[1:]
        if request.method == "HEAD":
            modified = "Fri, 24 May 2019 10:56:40 GMT"
            return Answer(200, b"", {"etag": '"e"', "content-length": "9", "last-modified": modified, **self.metadata})
        if request.method == "PUT":
            if "x-cos-forbid-overwrite" in request.headers and key in self.objects:
                return Answer(409, b"<Error><Code>FileAlreadyExists</Code></Error>")
            self.objects[key] = request.body
            return Answer(200)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Answer(204)
        if not key:
            return Answer(200, _NO_OBJECTS)
        content = self.objects.get(key)
        return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>") if content is None else Answer(200, content)
