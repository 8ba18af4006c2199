"""What stands before a function URL where its documents are silent: what it adds, and what it makes of bodies."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from voice_separation.received import DIGITS
from voicesep.function_logs import NoLog
from voicesep.live_checks.bench import Bench
from voicesep.live_checks.door_logs import LogTooQuiet, ReceivedRequest, door_log

MARK = "X-Voicesep-Check"
SECONDS = 30.0  # for one answer
XML = "<Response>人声</Response>".encode()


@dataclass(frozen=True)
class Sent:
    """A request, which the name of a header marks: the values of headers are not logged."""

    method: str
    content_type: str
    body: bytes
    mark: str

    def __str__(self) -> str:
        return f"{self.method} {self.content_type}".strip()

    def headers(self, host: str) -> dict[str, str]:
        """Return what is sent besides the body."""
        typed = {"Content-Type": self.content_type} if self.content_type else {}
        return {"Host": host, self.mark: "1", **typed}


def before_the_function(bench: Bench) -> Iterator[str]:
    """Send requests to the function URL, which the function refuses; look at the answers and at what it was given."""
    deployment = bench.deployment
    url = deployment.settings.callback_url or bench.cloud.scf.function_url(deployment.function("callback").name)
    if url is None:
        yield "the function callback has no URL: deploy first"
        return
    mark = f"{MARK}-{bench.run_id}"
    requests = (
        Sent("GET", "", b"", f"{mark}-get"),
        Sent("POST", "application/xml", XML, f"{mark}-application"),
        Sent("POST", "text/xml", XML, f"{mark}-text"),
        Sent("POST", "application/octet-stream", b"\xff\xfe\x00\x80<", f"{mark}-octets"),
    )
    for sent in requests:
        yield f"{sent}: {_answer(bench, url, sent)}"
    try:
        log = door_log(bench, "callback", ReceivedRequest)
    except (NoLog, LogTooQuiet) as error:
        yield f"what the function was given is not known: {error}"
        return
    for sent, lines in log.wait_for(requests, _is_about).items():
        yield from (f"{sent}: {_given(line, sent)}" for line in lines)
        if not lines:
            yield f"{sent}: nothing in the log of the function"


def _answer(bench: Bench, url: str, sent: Sent) -> str:
    wanted, place = urlsplit(url), urlsplit(bench.cloud.connection.endpoint or url)
    connection = bench.cloud.pool.connection_from_host(place.hostname, place.port, place.scheme)
    headers, body = sent.headers(wanted.netloc), sent.body or None
    try:
        answer = connection.urlopen(sent.method, "/", body=body, headers=headers, retries=False, timeout=SECONDS)
    except (HTTPError, OSError) as error:
        return f"no answer ({type(error).__name__})"
    return f"{answer.status}, headers {', '.join(sorted(answer.headers))}"


def _is_about(line: ReceivedRequest, sent: Sent) -> bool:
    return sent.mark.lower() in line.header_names.lower().split()


def _given(line: ReceivedRequest, sent: Sent) -> str:
    return (
        f"the event has `{line.parts}`; in `requestContext`: `{line.context_parts or 'nothing'}`; "
        f"`isBase64Encoded`: `{line.base64_flag}`; headers are spelt `{line.header_names}`; "
        f"body: `{line.body_type}` of {line.body_length} characters, {_arrival(line, sent.body)}"
    )


def _arrival(line: ReceivedRequest, body: bytes) -> str:
    """Return what the gateway has made of a body."""
    ways = (  # of two that come to the same, the later one is told
        ("in base64", base64.b64encode(body)),
        ("each byte a character", body.decode("latin-1").encode()),
        ("what is not UTF-8 replaced", body.decode(errors="replace").encode()),
        ("as it was sent", body),
    )
    made = {hashlib.sha256(content).hexdigest()[:DIGITS]: way for way, content in ways}
    return made.get(line.body_sha256, "changed in some other way")
