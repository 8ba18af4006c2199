"""The HTTP front: a function-URL event (583/96099) or the legacy API Gateway event, and the answer to both."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from voice_separation.errors import MalformedEvent, RequestRefused

MAX_BODY_BYTES = 256 * 1024


@dataclass(frozen=True)
class HttpRequest:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: str | bytes = field(repr=False)
    base64_encoded: bool = False

    def check(self) -> None:
        """Refuse what cannot be a notification, before any work is spent on it.

        Raises RequestRefused: 405 for another method than POST, 413 for a body over 256 KiB.
        """
        if self.method != "POST":
            raise RequestRefused(405, "a notification is sent with POST")
        if len(self.body) > MAX_BODY_BYTES * (4 / 3 if self.base64_encoded else 1) + 4:
            raise RequestRefused(413, f"the body is larger than {MAX_BODY_BYTES} bytes")

    def content(self) -> bytes:
        """Return the body as bytes.

        Raises RequestRefused: 413 over 256 KiB, 415 for a compressed body, 400 for broken base64.
        """
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise RequestRefused(415, "the body is compressed; send it plain")
        body = self.body.encode("utf-8", "surrogatepass") if isinstance(self.body, str) else self.body
        if self.base64_encoded:
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error as error:
                raise RequestRefused(400, "the body is flagged as base64 but is not") from error
        if len(body) > MAX_BODY_BYTES:
            raise RequestRefused(413, f"the body is larger than {MAX_BODY_BYTES} bytes")
        return body


def read_request(event: object) -> HttpRequest:
    """Read the event of an HTTP front; both shapes leave out fields, so every one has a default.

    Raises MalformedEvent when it is no HTTP event at all.
    """
    if not isinstance(event, dict) or not isinstance(event.get("httpMethod"), str):
        raise MalformedEvent("this is not an HTTP event: it has no `httpMethod`; events/function-url.json shows one")
    headers = event.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    body = event.get("body")
    if not isinstance(body, str | bytes):  # seen in the field: JSON bodies already parsed
        body = "" if body is None else json.dumps(body)
    return HttpRequest(
        method=event["httpMethod"].upper(),
        path=str(event.get("path") or "/"),
        headers={str(name).lower(): str(value) for name, value in pairs},
        body=body,
        # API Gateway writes the text "true" or "false"; bool("false") would be true.
        base64_encoded=str(event.get("isBase64Encoded", "")).lower() == "true",
    )


def answer(status: int, message: str) -> dict[str, Any]:
    """Return what the platform turns into an HTTP answer; the message must hold nothing secret."""
    return {
        "isBase64Encoded": False,
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": message}),
    }
