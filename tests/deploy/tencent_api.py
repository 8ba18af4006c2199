"""A stand-in for Tencent Cloud API, as far as a deployment goes: it records every call, and answers as the API would.

Calls arrive as Tencent's own client sends them: a form, flattened (`Code.CosBucketName`, `Environment.Variables.0.Key`)
and signed with HMAC-SHA1 (as @tencent-sdk/capi 1.1.8 does it). Nothing is believed that is not signed.
"""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from tests.deploy.account import Account, Call, Refused

SECRET_KEY = b"deploy-check-key"  # the one in deploy.js
OF_THE_PROTOCOL = frozenset(
    {"Action", "Version", "Region", "Nonce", "Timestamp", "SecretId", "RequestClient", "Signature"}
)


class TencentApi:
    """The API on a free loopback port, while the `with` block lasts."""

    def __init__(self, secret_key: bytes = SECRET_KEY) -> None:
        self._secret_key = secret_key
        self.account = Account()
        self.calls: list[Call] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def endpoint(self) -> str:
        """Where it listens: host:port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> "TencentApi":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def respond(self, host: str, path: str, form: list[tuple[str, str]]) -> dict[str, Any]:
        """Return what the API answers to one form."""
        try:
            _check_signature(self._secret_key, f"{host}{path}", form)
            call = _call(path, form)
            self.calls.append(call)
            answer = self.account.answer(call)
        except Refused as error:
            answer = {"Error": {"Code": error.code, "Message": str(error)}}
        return {"Response": {**answer, "RequestId": f"request-{len(self.calls)}"}}


def _handler(api: TencentApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
            answer = json.dumps(api.respond(self.headers["Host"], self.path, form)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            """Say nothing."""

    return Handler


def _check_signature(secret_key: bytes, address: str, form: list[tuple[str, str]]) -> None:
    signed = "&".join(f"{key}={value}" for key, value in sorted(form) if key != "Signature")
    digest = hmac.new(secret_key, f"POST{address}?{signed}".encode(), hashlib.sha1).digest()
    if dict(form).get("Signature") != base64.b64encode(digest).decode():
        raise Refused("AuthFailure.SignatureFailure", "the signature does not fit what was sent")


def _call(path: str, form: list[tuple[str, str]]) -> Call:
    sent = dict(form)
    service = path.strip("/").partition(".")[0]
    params = unflattened({key: value for key, value in form if key not in OF_THE_PROTOCOL})
    return Call(service, sent["Version"], sent["Action"], sent["Region"], params)


def unflattened(flat: dict[str, str]) -> Any:
    """Return the structure that was flattened: steps that are numbers make lists."""
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *steps, last = path.split(".")
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    return _with_lists(tree)


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    grown = {key: _with_lists(value) for key, value in node.items()}
    return list(grown.values()) if grown and all(key.isdecimal() for key in grown) else grown
