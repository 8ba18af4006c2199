"""HTTP requests as the events that functions get of them.

UNVERIFIED, because the vendor does not say: bodies that are not UTF-8 (here replaced characters; the vendor's own
sample has clients encode such bodies in base64) and, for function URLs, repeated query keys (here a list, as
API Gateway did).
"""

from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from localcloud.hosts import ApiGatewayHost

_STAGES = ("release", "prepub", "test")


def function_url_event(request: Request, body: bytes) -> dict[str, Any]:
    """Return the event of a function URL, with the documented keys (583/96099): all names of headers in lower case."""
    return {
        "body": body.decode(errors="replace"),
        "headers": {**_headers(request), "x-scf-remote-addr": _remote_address(request)},
        "httpMethod": request.method,
        "path": request.scope["path"],
        "queryString": _query(request),
    }


def api_gateway_event(request: Request, body: bytes, host: ApiGatewayHost, request_id: str) -> dict[str, Any]:
    """Return the event of an API Gateway trigger (583/12513, 628/11983) whose API is `ANY /` with base64 off.

    The first step of the path is the stage if it is one. `isBase64Encoded` is a text, a key without a value is
    true, and `requestContext.httpMethod` is the API's and not the request's, as real events had it.
    """
    stage, path = _stage(request.scope["path"])
    headers = _headers(request)
    query = {name: True if value == "" else value for name, value in _query(request).items()}
    return {
        "requestContext": {
            "serviceId": f"service-{host.service_id}",
            "path": "/",
            "httpMethod": "ANY",
            "requestId": request_id,
            "identity": {},
            "sourceIp": _remote_address(request),
            "stage": stage,
        },
        "headers": {
            **headers,
            "requestsource": "APIGW",
            "x-api-requestid": request_id,
            "x-api-scheme": request.url.scheme,
            "x-qualifier": "$DEFAULT",
        },
        "body": body.decode(errors="replace"),
        "pathParameters": {},
        "queryStringParameters": {},
        "headerParameters": {},
        "stageVariables": {},
        "path": path,
        "queryString": query,
        "httpMethod": request.method,
        "isBase64Encoded": "false",
    }


def _headers(request: Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _remote_address(request: Request) -> str:
    return request.client.host if request.client else ""


def _query(request: Request) -> dict[str, str | list[str]]:
    query = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}


def _stage(path: str) -> tuple[str, str]:
    first, _, rest = path.removeprefix("/").partition("/")
    return (first, f"/{rest}") if first in _STAGES else (_STAGES[0], path)
