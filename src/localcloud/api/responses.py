"""The wire of the API 3.0: signed calls in, actions of the services, JSON out."""

from collections.abc import Iterable, Mapping
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from localcloud.api.errors import ApiError
from localcloud.api.service import Act, Service
from localcloud.api.signature import verify
from localcloud.cam.access import EVERYTHING, Access
from localcloud.cam.guard import Guard
from localcloud.clock import Clock
from localcloud.credentials import Identity, KeyRing
from localcloud.errors import CloudError
from localcloud.hosts import ApiHost
from localcloud.request_ids import uuid_of

MOST_BYTES = 10 * 1024 * 1024  # of a call signed with TC3-HMAC-SHA256 (request structure, 1278/46710)


class ApiWire:
    """Answers what comes for a host of the API 3.0. Every call must be signed by a key of the ring."""

    def __init__(self, services: Iterable[Service], keys: KeyRing, clock: Clock, guard: Guard) -> None:
        self._services = {service.name: service for service in services}
        self._keys = keys
        self._clock = clock
        self._guard = guard

    async def handle(self, request: Request, host: ApiHost) -> Response:
        """Answer one call of the service of `host`. Raises ApiError for every refusal."""
        if request.method != "POST" or _content_type(request) != "application/json":
            raise ApiError("UnsupportedProtocol", "The local cloud takes calls by POST with application/json only.")
        body = await request.body()
        if len(body) > MOST_BYTES:
            raise ApiError("RequestSizeLimitExceeded", f"The call has {len(body)} bytes; {MOST_BYTES} are the most.")
        identity = verify(request, body, host, self._keys, self._clock())
        service = self._service(host)
        action = _action(service, version=_header(request, "X-TC-Version"), name=_header(request, "X-TC-Action"))
        region = _header(request, "X-TC-Region")
        admit = partial(self._admit, identity, f"{service.name}:{_header(request, 'X-TC-Action')}", region)
        answer = await to_thread.run_sync(action, region, body, admit)
        return _envelope(request, answer.model_dump(by_alias=True, mode="json"))

    def _service(self, host: ApiHost) -> Service:
        service = self._services.get(host.service)
        if service is None:
            known = ", ".join(sorted(self._services))
            raise ApiError("NoSuchProduct", f"The local cloud has no service {host.service!r}, but {known}.")
        return service

    def _admit(self, identity: Identity, action: str, region: str, path: str) -> None:
        service = action.partition(":")[0]
        own = f"qcs::{service}:{region}:uin/{self._guard.owner.uin}:{path}"
        try:
            self._guard.check(identity, (Access(action, path if path == EVERYTHING else own),))
        except CloudError as denied:
            raise ApiError("UnauthorizedOperation", denied.message) from None


def render_error(error: CloudError, request: Request) -> Response:
    """Return a refusal in the vendor's shape (1388/114322)."""
    return _envelope(request, {"Error": {"Code": error.code, "Message": error.message}}, status=error.status)


def _action(service: Service, *, version: str, name: str) -> Act:
    if version != service.version:
        raise ApiError("NoSuchVersion", f"{service.name} has no version {version!r} here, but {service.version}.")
    action = service.actions.get(name)
    if action is None:
        known = ", ".join(sorted(service.actions))
        raise ApiError("InvalidAction", f"{service.name} has no action {name!r} here, but {known}.")
    return action


def _envelope(request: Request, content: Mapping[str, object], status: int = 200) -> Response:
    request_id = uuid_of(request.state.request_id)
    return JSONResponse({"Response": {**content, "RequestId": request_id}}, status)


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name)
    if not value:
        raise ApiError("MissingParameter", f"The call has no {name} header. Send it.")
    return value


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
