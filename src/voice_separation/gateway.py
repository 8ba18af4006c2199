"""The HTTP front: a function-URL event (583/96099) or the legacy API Gateway event, and the answer to both."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from voice_separation.errors import MalformedEvent, RequestRefused

MAX_BODY_BYTES = 256 * 1024
METHOD = "POST"


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
        if self.method != METHOD:
            raise RequestRefused(405, f"a notification is sent with {METHOD}")
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

    What is not of its documented type counts as left out: turning any tree into text could go too deep.
    Raises MalformedEvent when it is no HTTP event at all, RequestRefused 400 when its body is nested too deeply.
    """
    if not isinstance(event, dict) or not isinstance(event.get("httpMethod"), str):
        raise MalformedEvent("this is not an HTTP event: it has no `httpMethod`; events/function-url.json shows one")
    headers = event.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else ()
    path, flag = event.get("path"), event.get("isBase64Encoded")
    return HttpRequest(
        method=event["httpMethod"].upper(),
        path=path if isinstance(path, str) else "/",
        headers={str(name).lower(): value for name, value in pairs if isinstance(value, str)},
        body=_body(event.get("body")),
        # API Gateway writes the text "true" or "false"; bool("false") would be true.
        base64_encoded=flag is True or (isinstance(flag, str) and flag.lower() == "true"),
    )


def _body(body: object) -> str | bytes:
    if isinstance(body, str | bytes):
        return body
    if body is None:
        return ""
    try:
        return json.dumps(body)  # seen in the field: JSON bodies already parsed
    except RecursionError as error:
        raise RequestRefused(400, "the body is nested too deeply") from error


def answer(status: int, message: str) -> dict[str, Any]:
    """Return what the platform turns into an HTTP answer; the message must hold nothing secret."""
    return {
        "isBase64Encoded": False,
        "statusCode": status,
        # RFC 9110 §15.5.6: whoever is refused for the method is told which one is taken.
        "headers": {"Content-Type": "application/json", **({"Allow": METHOD} if status == 405 else {})},
        "body": json.dumps({"message": message}),
    }
