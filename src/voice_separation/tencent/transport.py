"""Signed requests over kept-alive connections, with time limits below the function's own.

Only requests that may be repeated are repeated: at most twice, under two seconds in all. `POST /jobs` never is:
CI knows no idempotency token, and each job is billed.
"""

import functools
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import certifi
import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from voice_separation.clock import Clock, Deadline
from voice_separation.errors import NoTimeLeft, Retryable, Unavailable, Unreachable
from voice_separation.jobs.response import MalformedAnswer
from voice_separation.telemetry import Event, Telemetry
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.refusals import refusal
from voice_separation.tencent.signature import SAFE, authorization

REPEATS = 2
PAUSE_SECONDS = 0.25
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
LEAST_SECONDS = 0.2
CHUNK_BYTES = 1 << 16
_NETWORK_ERRORS = (HTTPError, OSError)
T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One request to a host of Tencent Cloud.

    `operation` is the vendor's name of the API, `target` what an error message calls the object; `path` is not
    encoded; with less than `least_seconds` left the request is not begun; `endpoint` is where to connect instead
    of the host, which stays in `Host` and in the signature.
    """

    operation: str
    target: str
    method: str
    host: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    service: Literal["cos", "ci"] = "cos"
    repeatable: bool = True
    least_seconds: float = LEAST_SECONDS
    endpoint: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back with a status below 300; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class _Pool(urllib3.PoolManager):
    """Reads the certificates once, when a connection is first to be secure.

    It takes some 20 ms, which urllib3 would spend on every connection (docs/performance.md).
    """

    @functools.cached_property
    def trusted(self) -> ssl.SSLContext:
        """The certificates to check others against: those that come along, and no others."""
        context = create_urllib3_context()
        context.load_verify_locations(certifi.where())
        return context

    def connection_from_host(
        self,
        host: str | None,
        port: int | None = None,
        scheme: str | None = "http",
        pool_kwargs: dict[str, Any] | None = None,
    ) -> urllib3.HTTPConnectionPool:
        """Return the pool of a host."""
        trusted = {"ssl_context": self.trusted} if scheme == "https" else {}
        return super().connection_from_host(host, port, scheme, trusted | (pool_kwargs or {}))


def connection_pool(connections: int = 4) -> urllib3.PoolManager:
    """Return the pool that one instance keeps for its life. Redirects are not followed, retries are ours."""
    return _Pool(retries=False, maxsize=connections)


@dataclass(frozen=True)
class Session:
    """Sends the requests of one invocation with that invocation's credentials and deadline."""

    pool: urllib3.PoolManager
    credentials: Credentials
    deadline: Deadline
    clock: Clock
    telemetry: Telemetry
    jitter: Callable[[], float]

    def send(self, request: Request) -> Answer:
        """Send a request, again if it may be repeated and failed for now.

        Raises NoTimeLeft when it was not sent, Unreachable when no answer came, otherwise the TencentRefusal that
        the answer says.
        """
        attempts = 1 + (REPEATS if request.repeatable else 0)
        for attempt in range(1, attempts + 1):
            try:
                return self._send_once(request)
            except Retryable:
                pause = PAUSE_SECONDS * attempt * (0.5 + self.jitter())
                if attempt == attempts or self.deadline.remaining() < pause + 2 * LEAST_SECONDS:
                    raise
                self.clock.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def ask(self, request: Request, parse: Callable[[bytes], T]) -> T:
        """Send a request and return what is read in the body of its answer.

        Raises what `send` does. Where `parse` raises MalformedAnswer what was asked for may have been done: Unavailable
        if the request may be repeated, else Unreachable.
        """
        answer = self.send(request)
        try:
            return parse(answer.body)
        except MalformedAnswer as error:
            kind = Unavailable if request.repeatable else Unreachable
            raise kind(
                request.operation, request.target, status=answer.status, code="MalformedAnswer", reason=str(error)
            ) from error

    def _send_once(self, request: Request) -> Answer:
        started = self.clock.monotonic()
        left = self.deadline.remaining()
        if left < request.least_seconds:
            reason = f"{left:.1f} s are left"
            raise NoTimeLeft(request.operation, request.target, status=0, code="NoTimeLeft", reason=reason)
        status = 0
        try:
            answer = self._exchange(request, left)
            status = answer.status
        except _NETWORK_ERRORS as error:
            # The text of a network error may quote the address; its kind says enough.
            raise Unreachable(
                request.operation,
                request.target,
                status=0,
                code=type(error).__name__,
                reason="no answer came",
            ) from None
        finally:
            duration = round((self.clock.monotonic() - started) * 1000, 1)
            self.telemetry.debug(Event.REQUEST_SENT, operation=request.operation, status=status, duration_ms=duration)
        if status >= 300:
            raise refusal(request.operation, request.target, status, answer.headers, answer.body)
        return answer

    def _exchange(self, request: Request, left: float) -> Answer:
        place = urlsplit(request.endpoint or f"https://{request.host}")
        connection = self.pool.connection_from_host(place.hostname, place.port, place.scheme)
        response = connection.urlopen(
            request.method,
            request_target(request),
            body=request.body or None,
            headers=self._headers(request),
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(total=left, connect=CONNECT_SECONDS, read=READ_SECONDS),
            preload_content=False,
        )
        # The limits above are for each read; a body that drips in must end in time as a whole.
        until = self.clock.monotonic() + min(READ_SECONDS, left)
        body = b""
        while chunk := response.read1(CHUNK_BYTES):
            body += chunk
            if self.clock.monotonic() > until:
                response.close()
                raise TimeoutError("the answer did not end in time")
        response.release_conn()
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)

    def _headers(self, request: Request) -> dict[str, str]:
        signed = {"Host": request.host, **request.headers}
        if request.body:
            signed["Content-Length"] = str(len(request.body))
        if self.credentials.token:
            signed[f"x-{request.service}-security-token"] = self.credentials.token
        signature = authorization(
            self.credentials,
            method=request.method,
            path=request.path,
            params=request.params,
            headers=signed,
            now=self.clock.now(),
        )
        return {**signed, "Authorization": signature, "User-Agent": "voice-separation"}


def request_target(request: Request) -> str:
    """Return path and query as they are sent, encoded."""
    # A literal `./` in a key must not be taken for a directory by anything on the way.
    path = quote(request.path, "/" + SAFE).replace("./", ".%2F")
    return f"{path}?{urlencode(request.params, quote_via=quote, safe=SAFE)}" if request.params else path
