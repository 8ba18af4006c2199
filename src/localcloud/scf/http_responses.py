"""What functions return, as HTTP responses.

UNVERIFIED, because the vendor does not say: which HTTP status a function URL answers when the handler fails. Here it
is 504 for a timeout, 413 for an event that is too large, 429 where there was no room, 500 otherwise.
"""

import base64
import binascii
import json
from typing import Any

from starlette.responses import Response

from localcloud.scf.invocation import InvocationResult

_STATUS_OF_ERRORS = {406: 413, 429: 429, 432: 429, 433: 504}
_INTEGRATED = "statusCode"


class InvalidResponseError(Exception):
    """The function's `{statusCode, headers, body}` is not what SCF asks for."""


def function_url_response(result: InvocationResult) -> Response:
    """Return what a function URL answers (583/96099): a value that is no integrated response is itself the body."""
    if result.error is not None:
        status = _STATUS_OF_ERRORS.get(result.error.status_code, 500)
        return json_response(status, result.error.document(result.request_id))
    value = result.value
    if isinstance(value, str):
        return Response(value, media_type="application/json")
    if not _is_integrated(value):
        return json_response(200, value)
    try:
        return _integrated_response(value)
    except InvalidResponseError as invalid:
        return refusal(500, f"{result.function_name} returned an invalid response: {invalid}")


def api_gateway_response(result: InvocationResult) -> Response:
    """Return what API Gateway answers for an integrated response (583/12513).

    An error of the function comes with status 200, as documented; the status of an invalid response is UNVERIFIED.
    """
    if result.error is not None:
        return json_response(200, result.error.document(result.request_id))
    if not _is_integrated(result.value):
        return _invalid("it must be an object with statusCode, headers and body.")
    try:
        return _integrated_response(result.value)
    except InvalidResponseError as invalid:
        return _invalid(str(invalid))


def refusal(status: int, message: str) -> Response:
    """Return an answer for a request that reached no function."""
    return json_response(status, {"errorCode": -1, "errorMessage": message, "statusCode": status})


def json_response(status: int, document: Any) -> Response:
    """Return a document as an answer."""
    return Response(json.dumps(document, ensure_ascii=False).encode(), status, media_type="application/json")


def _invalid(reason: str) -> Response:
    return json_response(403, {"errno": 403, "error": f"Invalid scf response format: {reason}"})


def _is_integrated(value: Any) -> bool:
    return isinstance(value, dict) and _INTEGRATED in value


def _integrated_response(value: dict[str, Any]) -> Response:
    status = value[_INTEGRATED]
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
