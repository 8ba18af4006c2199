"""The one door of the local cloud: finds the service that a request is for, and answers in the vendor's manner."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from localcloud import xml
from localcloud.api import responses as api_responses
from localcloud.api import signature as api_signature
from localcloud.callers import Caller, nobody
from localcloud.clock import Clock, http_date
from localcloud.errors import CloudError, ConnectionDropped, internal_error, not_implemented
from localcloud.hosts import (
    ApiGatewayHost,
    ApiHost,
    CiHost,
    CiRegionHost,
    CosHost,
    CosServiceHost,
    FunctionUrlHost,
    Host,
    names_this_machine,
    read_host,
)
from localcloud.recorder import RecordedRequest, Recorder
from localcloud.request_ids import RequestIds, trace_id
from localcloud.signature import claimed_access_key_id
from localcloud.target import resolve_target

HostT = TypeVar("HostT")
Handler = Callable[[Request, HostT], Awaitable[Response]]
ControlHandler = Callable[[Request], Awaitable[Response]]
FindCaller = Callable[[str | None], Caller | None]

_log = logging.getLogger("localcloud")


@dataclass(frozen=True)
class _Service:
    """How a service names itself, and the headers of its own."""

    name: str
    server: str | None
    request_id_header: str | None
    is_api: bool = False


_COS = _Service("cos", "tencent-cos", "x-cos-request-id")
_CI = _Service("ci", "tencent-ci", "x-ci-request-id")
_FUNCTIONS = _Service("functions", None, None)  # what a function answers is all its own
_CONTROL = _Service("control", None, "x-cos-request-id")


class Front:
    """The ASGI application. A service without a handler answers 501, a host of no known service 404.

    What comes for this machine itself, by its own name, goes to `control`.
    Handlers raise CloudError to refuse, and ConnectionDropped to give no answer at all. They find the request's id
    in `request.state.request_id` and the function that sends it, if one does, in `request.state.caller`; they may
    have it left out of the records with `request.state.recorded = False`.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        recorder: Recorder,
        cos: Handler[CosHost] | None = None,
        cos_service: Handler[CosServiceHost] | None = None,
        ci: Handler[CiHost] | None = None,
        ci_region: Handler[CiRegionHost] | None = None,
        functions: Handler[FunctionUrlHost | ApiGatewayHost] | None = None,
        api: Handler[ApiHost] | None = None,
        control: ControlHandler | None = None,
        find_caller: FindCaller = nobody,
    ) -> None:
        self._clock = clock
        self._recorder = recorder
        self._cos = cos
        self._cos_service = cos_service
        self._ci = ci
        self._ci_region = ci_region
        self._functions = functions
        self._api = api
        self._control = control
        self._find_caller = find_caller
        self._request_ids = RequestIds(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request_id = self._request_ids.next()
        state = {"request_id": request_id, "fault": None, "recorded": True}
        try:
            request = Request({**resolve_target(scope), "state": state}, receive)
            refusal = None
        except CloudError as error:
            request, refusal = Request({**scope, "state": state}, receive), error
        request.state.access_key_id = _claimed_key(request)
        request.state.caller = self._find_caller(request.state.access_key_id)
        service = _service_of(request)
        try:
            response = _render(refusal, request, service) if refusal else await self._answer(request, service)
            await response(request.scope, receive, self._sending(send, request, service))
        except ClientDisconnect:
            _log.info("The client of the %s request %s left before its answer", service.name, request_id)
        except ConnectionDropped as dropped:
            self._record(request, service, dropped.status)
            raise
        except Exception:
            _log.exception("The answer to the %s request %s broke off", service.name, request_id)
            raise  # so that the server closes the connection: the client must see that the answer is not whole

    async def _answer(self, request: Request, service: _Service) -> Response:
        try:
            return await self._handle(request)
        except CloudError as error:
            return _render(error, request, service)
        except (ClientDisconnect, ConnectionDropped):
            raise
        except Exception:  # noqa: BLE001 - whatever it is, a client gets an answer and no traceback
            _log.exception("The %s request %s failed", service.name, request.state.request_id)
            return _render(internal_error(), request, service)

    async def _handle(self, request: Request) -> Response:
        match _addressee(request):
            case CosHost() as host if self._cos:
                return await self._cos(request, host)
            case CosServiceHost() as host if self._cos_service:
                return await self._cos_service(request, host)
            case CiHost() as host if self._ci:
                return await self._ci(request, host)
            case CiRegionHost() as host if self._ci_region:
                return await self._ci_region(request, host)
            case FunctionUrlHost() | ApiGatewayHost() as host if self._functions:
                return await self._functions(request, host)
            case ApiHost() as host if self._api:
                return await self._api(request, host)
            case None if self._control and names_this_machine(_host(request)):
                return await self._control(request)
            case None:
                message = f"No service has the host {_host(request)!r}. Send the public name of a bucket as Host."
                raise CloudError(404, "NotFound", message)
            case _:
                raise not_implemented(f"the service behind {_host(request)}")

    def _sending(self, send: Send, request: Request, service: _Service) -> Send:
        """Return `send`, that adds the common headers and records the request as its answer begins."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), request, service)
                message["headers"] = [(_as_the_vendor(name), value) for name, value in message["headers"]]
                self._record(request, service, message["status"])
            await send(message)

        return sending

    def _add_headers(self, headers: MutableHeaders, request: Request, service: _Service) -> None:
        headers.setdefault("date", http_date(self._clock()))
        if service.server:
            headers.setdefault("server", service.server)
        if service.request_id_header:
            headers.setdefault(service.request_id_header, request.state.request_id)

    def _record(self, request: Request, service: _Service, status: int | None) -> None:
        if not request.state.recorded:
            return
        caller: Caller | None = request.state.caller
        self._recorder.add(
            RecordedRequest(
                at=self._clock(),
                service=service.name,
                method=request.method,
                host=_host(request),
                path=request.scope["path"],
                query=request.scope["query_string"].decode("latin-1"),
                status=status,
                access_key_id=request.state.access_key_id,
                function=caller.function if caller else None,
                invocation=caller.request_id if caller else None,
                fault=request.state.fault,
                action=request.headers.get("x-tc-action") if service.is_api else None,
            )
        )


def _as_the_vendor(name: bytes) -> bytes:
    # The vendor's Python SDK looks headers up in a plain dict, in the case in which the vendor sends them.
    return name if name.startswith(b"x-") else name.title().replace(b"Etag", b"ETag")


def _host(request: Request) -> str:
    return request.headers.get("host", "")


def _addressee(request: Request) -> Host | None:
    """Return the service that is meant: by its host or, when an SDK was given a plain address, by its signature."""
    return read_host(_host(request)) or api_signature.claimed_host(request)


def _claimed_key(request: Request) -> str | None:
    return claimed_access_key_id(request) or api_signature.claimed_access_key_id(request)


def _service_of(request: Request) -> _Service:
    match _addressee(request):
        case CosHost() | CosServiceHost():
            return _COS
        case CiHost() | CiRegionHost():
            return _CI
        case FunctionUrlHost() | ApiGatewayHost():
            return _FUNCTIONS
        case ApiHost() as host:
            return _Service(host.service or "api", None, None, is_api=True)
        case None:
            return _CONTROL


def _render(error: CloudError, request: Request, service: _Service) -> Response:
    """Return the error as XML: of COS (436/7730), or of CI, which has no Resource; of the API 3.0 as JSON."""
    if service.is_api:
        return api_responses.render_error(error, request)
    nodes = {"Code": error.code, "Message": error.message}
    if service is not _CI:
        nodes["Resource"] = _host(request) + request.scope["path"]
    nodes["RequestId"] = request.state.request_id
    nodes["TraceId"] = trace_id(request.state.request_id)
    return Response(xml.render("Error", nodes), error.status, {**error.headers, "content-type": "application/xml"})
