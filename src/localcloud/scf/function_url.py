"""The wire of functions that are called by HTTP: function URLs (583/96099) and, in their place, API Gateway."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from localcloud.api.errors import ApiError
from localcloud.errors import CloudError
from localcloud.hosts import ApiGatewayHost, FunctionUrlHost
from localcloud.scf.http_events import api_gateway_event, function_url_event
from localcloud.scf.http_responses import api_gateway_response, function_url_response, refusal
from localcloud.scf.invocation import SYNC_BYTES, InvocationResult
from localcloud.scf.models import Scf
from localcloud.scf.project import HttpTrigger
from localcloud.scf.registry import Deployment, NoFunctionUrlError
from localcloud.scf.url_access import UrlAccess


class BodyTooLargeError(Exception):
    """The request's body exceeds what an event may have."""


class FunctionUrlWire:
    """Serves `https://<appid>-<url_id>.<region>.tencentscf.com`.

    The same functions can be called by the events of API Gateway, which is closed (628/106651), at
    `http://service-<url_id>-<appid>.<short region>.apigw.tencentcs.com/release/`: for functions that still know them.
    """

    def __init__(self, scf: Scf, access: UrlAccess) -> None:
        self._scf = scf
        self._access = access

    async def handle(self, request: Request, host: FunctionUrlHost | ApiGatewayHost) -> Response:
        """Call the function that `host` names, and answer with what it returns."""
        if host.appid != self._scf.account.appid:
            return refusal(404, f"Account {host.appid} is not this cloud's {self._scf.account.appid}.")
        try:
            body = await _body(request)
        except BodyTooLargeError:
            return refusal(413, f"The request exceeds {SYNC_BYTES} bytes; send less.")
        try:
            if isinstance(host, FunctionUrlHost):
                return await self._function_url(request, host, body)
            return await self._api_gateway(request, host, body)
        except NoFunctionUrlError as missing:
            return refusal(404, str(missing))

    async def _function_url(self, request: Request, host: FunctionUrlHost, body: bytes) -> Response:
        deployment, trigger = self._scf.at_url(host.url_id, host.region)
        if reason := _closed(trigger, intranet=host.intranet):
            return refusal(403, f"{deployment.function.name} {reason}")
        if trigger.auth == "CAM":
            try:
                self._access.check(request, body, deployment)
            except ApiError as stranger:
                return refusal(401, stranger.message)
            except CloudError as denied:
                return refusal(denied.status, denied.message)
        return function_url_response(await self._invoke(deployment, function_url_event(request, body)))

    async def _api_gateway(self, request: Request, host: ApiGatewayHost, body: bytes) -> Response:
        deployment = self._scf.at_api_gateway(host.service_id, host.region_code)
        event = api_gateway_event(request, body, host, self._scf.new_request_id())
        return api_gateway_response(await self._invoke(deployment, event))

    async def _invoke(self, deployment: Deployment, event: dict[str, Any]) -> InvocationResult:
        return await run_in_threadpool(self._scf.invoke, deployment.function.name, event)


def _closed(trigger: HttpTrigger, *, intranet: bool) -> str | None:
    if not trigger.enabled:
        return "has its function URL switched off; set enable: true."
    if intranet and not trigger.intranet:
        return "cannot be reached from private networks; set netConfig: {enableIntranet: true}."
    if not intranet and not trigger.extranet:
        return "cannot be reached from the internet; set netConfig: {enableExtranet: true}."
    return None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > SYNC_BYTES:
            raise BodyTooLargeError
    return bytes(body)
