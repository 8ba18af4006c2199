"""Calls a function by HTTP, over ASGI as the front would."""

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from localcloud.cam.guard import Guard
from localcloud.clock import system_clock
from localcloud.credentials import KeyRing
from localcloud.hosts import ApiGatewayHost, FunctionUrlHost, read_host
from localcloud.scf.function_url import FunctionUrlWire
from localcloud.scf.project import AuthType, HttpTrigger
from localcloud.scf.url_access import UrlAccess
from tests.localcloud.scf.lab import Lab

ECHO = """
    def main_handler(event, context):
        return event
"""


def http_trigger(
    *, auth: AuthType = "NONE", extranet: bool = True, enabled: bool = True, intranet: bool = False
) -> HttpTrigger:
    return HttpTrigger("echo", "url-trigger", auth, extranet=extranet, enabled=enabled, intranet=intranet)


def function_url_host(lab: Lab) -> FunctionUrlHost:
    """Return whom the function URL of `echo` addresses."""
    found = read_host(urlsplit(lab.scf.function_url("echo")).netloc)
    assert isinstance(found, FunctionUrlHost)
    return found


def call(
    lab: Lab,
    *,
    method: str = "POST",
    path: str = "/",
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    host: FunctionUrlHost | ApiGatewayHost | None = None,
    access: UrlAccess | None = None,
) -> Response:
    """Send a request to the function URL of `echo`, or to `host`, its body in two pieces."""
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 9000),
        "scheme": "https",
    }
    nobody = UrlAccess(KeyRing(), system_clock, Guard(lab.scf.account))
    wire = FunctionUrlWire(lab.scf, access or nobody)
    return asyncio.run(wire.handle(Request(scope, receive), host or function_url_host(lab)))
