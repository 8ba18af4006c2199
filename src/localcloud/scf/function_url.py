"""The wire of function URLs: HTTP request to event, result to HTTP response (583/96099).

UNVERIFIED, because the vendor does not say: the HTTP status when the handler fails (here 504 for a timeout, 500
otherwise), repeated query keys (here a list, as API Gateway did), and bodies that are not UTF-8 (here replaced
characters; the vendor's own sample has clients encode such bodies in base64).
"""

import base64
import binascii
import json
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from localcloud.hosts import FunctionUrlHost
from localcloud.scf.invocation import SYNC_BYTES, InvocationResult
from localcloud.scf.models import Scf
from localcloud.scf.project import HttpTrigger
from localcloud.scf.registry import NoFunctionUrlError

_TIMED_OUT = 433
_TOO_LARGE = 406


class BodyTooLargeError(Exception):
    """The request's body exceeds what an event may have."""


class InvalidResponseError(Exception):
    """The function's `{statusCode, headers, body}` is not what SCF asks for."""


class FunctionUrlWire:
    """Serves `https://<appid>-<url_id>.<region>.tencentscf.com`."""

    def __init__(self, scf: Scf) -> None:
        self._scf = scf

    async def handle(self, request: Request, host: FunctionUrlHost) -> Response:
        """Call the function that `host` names, and answer with what it returns."""
        try:
            deployment = self._scf.at_url(host.url_id, host.region)
        except NoFunctionUrlError as missing:
            return _refusal(404, str(missing))
        if host.appid != self._scf.account.appid:
            return _refusal(404, f"Account {host.appid} is not this cloud's {self._scf.account.appid}.")
        if deployment.http_trigger is not None and (reason := _closed(deployment.http_trigger)):
            return _refusal(403, f"{deployment.function.name} {reason}")
        try:
            event = request_event(request, await _body(request))
        except BodyTooLargeError:
            return _refusal(413, f"The request exceeds {SYNC_BYTES} bytes; send less.")
        result = await run_in_threadpool(self._scf.invoke, deployment.function.name, event)
        return result_response(result)


def request_event(request: Request, body: bytes) -> dict[str, Any]:
    """Return the event of an HTTP request, with the documented keys: all names of headers in lower case."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    headers["x-scf-remote-addr"] = request.client.host if request.client else ""
    query = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {
        "body": body.decode(errors="replace"),
        "headers": headers,
        "httpMethod": request.method,
        "path": request.scope["path"],
        "queryString": {name: values[0] if len(values) == 1 else values for name, values in query.items()},
    }


def result_response(result: InvocationResult) -> Response:
    """Return the HTTP response for what a function returned, or failed with."""
    if result.error is not None:
        status = {_TIMED_OUT: 504, _TOO_LARGE: 413}.get(result.error.status_code, 500)
        return _json(status, result.error.document(result.request_id))
    try:
        return _value_response(result.value)
    except InvalidResponseError as invalid:
        return _refusal(500, f"{result.function_name} returned an invalid response: {invalid}")


def _value_response(value: Any) -> Response:
    """Return the response that an integrated value describes; any other value is itself the body, with 200."""
    if isinstance(value, str):
        return Response(value, media_type="application/json")
    if not isinstance(value, dict) or "statusCode" not in value:
        return _json(200, value)
    status = value["statusCode"]
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise InvalidResponseError(f"statusCode must be a number from 200 to 599, not {status!r}.")
    response = Response(_integrated_body(value), status)
    for name, text in _headers(value.get("headers") or {}):
        response.headers.append(name, text)
    if "content-type" not in response.headers:
        response.headers["content-type"] = "application/json"
    return response


def _integrated_body(value: dict[str, Any]) -> bytes:
    body = value.get("body", "")
    if not isinstance(body, str):
        raise InvalidResponseError("body must be a string; json.dumps it.")
    if not value.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as broken:
        raise InvalidResponseError(f"body is not base64: {broken}.") from broken


def _headers(declared: Any) -> list[tuple[str, str]]:
    if not isinstance(declared, dict):
        raise InvalidResponseError("headers must be an object of names and texts.")
    return [
        (str(name), str(text))
        for name, texts in declared.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]


def _closed(trigger: HttpTrigger) -> str | None:
    if not trigger.enabled:
        return "has its function URL switched off; set enable: true."
    if not trigger.extranet:
        return "cannot be reached from the internet; set netConfig: {enableExtranet: true}."
    if trigger.auth == "CAM":
        return "asks for requests signed by CAM, which localcloud does not check; set authType: NONE."
    return None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > SYNC_BYTES:
            raise BodyTooLargeError
    return bytes(body)


def _refusal(status: int, message: str) -> Response:
    return _json(status, {"errorCode": -1, "errorMessage": message, "statusCode": status})


def _json(status: int, document: Any) -> Response:
    return Response(json.dumps(document, ensure_ascii=False).encode(), status, media_type="application/json")
