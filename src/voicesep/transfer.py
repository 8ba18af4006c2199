"""Putting files into COS, each in one request, as they are read: a recording may be larger than memory."""

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from voice_separation.concurrency import in_flight
from voice_separation.errors import CannotBeSeparated, Unreachable, VoiceSeparationError
from voice_separation.tencent.refusals import refusal
from voice_separation.tencent.signature import SAFE, authorization
from voicesep.app import App

MOST_BYTES = 5 * 1024**3  # of one PUT (436/7749)
CHUNK_BYTES = 1 << 16
SEND_SECONDS = 10.0  # for one chunk; urllib3 has it as the limit for connecting, and goes by it for sending
TIMEOUT = urllib3.Timeout(connect=SEND_SECONDS, read=120)


class GivenUp(VoiceSeparationError):
    """A file was not sent to its end, because somebody has pressed Ctrl-C; COS stores no part of it."""


@dataclass(frozen=True)
class Sent:
    """What became of a file; `error` says why it is not stored under its key."""

    key: str
    error: VoiceSeparationError | None


@dataclass(frozen=True)
class Transfer:
    """Puts files into the bucket of an app, up to `parallel` at once.

    `metadata` are full header names (x-cos-meta-…) that all of them get. `on_bytes` hears, from several threads, how
    many more bytes were read, and of those of a file that was not stored as a negative number. Once `interrupted` no
    more is begun, and what is not wholly sent is given up.
    """

    app: App
    metadata: Mapping[str, str]
    parallel: int
    on_bytes: Callable[[int], None]
    interrupted: Callable[[], bool] = lambda: False

    def put_all(self, files: Mapping[str, Path]) -> Iterator[Sent]:
        """Put each file under its key; yield what became of them in their order, as soon as that is known."""
        in_time = takewhile(lambda _: not self.interrupted(), enumerate(files.items()))
        ended: dict[int, Sent] = {}
        told = 0
        for number, sent in in_flight(self.parallel)(lambda each: (each[0], self._send(*each[1])), in_time):
            ended[number] = sent
            while told in ended:
                yield ended.pop(told)
                told += 1

    def _send(self, key: str, file: Path) -> Sent:
        read = 0

        def count(more: int) -> None:
            nonlocal read
            read += more
            self.on_bytes(more)

        try:
            self._put(key, file, count)
        except VoiceSeparationError as error:
            self.on_bytes(-read)
            return Sent(key, error)
        return Sent(key, None)

    def _put(self, key: str, file: Path, count: Callable[[int], None]) -> None:
        """Put a file. Raises TencentRefusal, GivenUp, CannotBeSeparated for one that one request cannot carry."""
        try:
            size = file.stat().st_size
        except OSError as error:
            raise CannotBeSeparated(f"{file}: {error.strerror}") from error
        if size > MOST_BYTES:
            raise CannotBeSeparated(
                f"{file} has {size} bytes, and COS takes {MOST_BYTES} in one request; use coscmd upload"
            )
        session, bucket = self.app.call.session, self.app.bucket
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers = {"Host": bucket.cos_host, "Content-Length": str(size), "Content-Type": kind, **self.metadata}
        if session.credentials.token:
            headers["x-cos-security-token"] = session.credentials.token
        signature = authorization(
            session.credentials, method="PUT", path=f"/{key}", params={}, headers=headers, now=self.app.call.clock.now()
        )
        place = urlsplit(self.app.call.settings.cos_endpoint or f"https://{bucket.cos_host}")
        connection = session.pool.connection_from_host(place.hostname, place.port, place.scheme)
        try:
            answer = connection.urlopen(
                "PUT",
                quote(f"/{key}", "/" + SAFE).replace("./", ".%2F"),
                body=self._chunks(file, size, count) if size else b"",
                headers={**headers, "Authorization": signature},
                retries=False,
                redirect=False,
                timeout=TIMEOUT,
            )
        except (HTTPError, OSError) as error:
            target, code = f"{bucket.name}/{key}", type(error).__name__
            raise Unreachable("PutObject", target, status=0, code=code, reason="no answer came") from None
        if answer.status >= 300:
            told = {name.lower(): value for name, value in answer.headers.items()}
            raise refusal("PutObject", f"{bucket.name}/{key}", answer.status, told, answer.data)

    def _chunks(self, file: Path, size: int, count: Callable[[int], None]) -> Iterator[bytes]:
        """Yield a file of this size. Raises GivenUp, CannotBeSeparated where it cannot be read as it was."""
        left = size
        try:
            with file.open("rb") as content:
                while chunk := content.read(CHUNK_BYTES):
                    left -= len(chunk)
                    if self.interrupted():
                        raise GivenUp(f"{file} was not uploaded")
                    if left < 0:
                        break
                    yield chunk
                    count(len(chunk))
        except OSError as error:  # of the file: what becomes of a chunk is not known here
            raise CannotBeSeparated(f"{file}: {error.strerror}") from error
        if left:
            raise CannotBeSeparated(f"{file} was changed while it was read; upload it again")
