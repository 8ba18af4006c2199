"""Who may call a function URL that asks for CAM."""

from starlette.requests import Request

from localcloud.api.signature import verify
from localcloud.cam.access import Access
from localcloud.cam.guard import Guard
from localcloud.clock import Clock
from localcloud.credentials import KeyRing
from localcloud.hosts import ApiHost
from localcloud.scf.registry import Deployment

_SERVICE = ApiHost("scf")
_ROOT = "/"


class UrlAccess:
    """Checks the callers of function URLs."""

    def __init__(self, keys: KeyRing, clock: Clock, guard: Guard) -> None:
        self._keys = keys
        self._clock = clock
        self._guard = guard

    def check(self, request: Request, body: bytes, deployment: Deployment) -> None:
        """Raise ApiError for who is not known, and CloudError 403 for who may not call this function.

        A caller signs with TC3-HMAC-SHA256 and needs the action InvokeFunctionUrl (583/96100). UNVERIFIED: that the
        service in the signature is `scf`; whether it covers the path of the request or `/`, as with the API 3.0
        (here either will do); the statuses of refusals; the resource, which is that of SCF's other actions.
        """
        sent = request.scope["raw_path"].decode("latin-1")
        identity = verify(request, body, _SERVICE, self._keys, self._clock(), paths=(sent, _ROOT))
        function = deployment.function.spec
        resource = (
            f"qcs::scf:{deployment.region}:uin/{self._guard.owner.uin}"
            f":namespace/{function.namespace}/function/{function.name}"
        )
        self._guard.check(identity, (Access("scf:InvokeFunctionUrl", resource),))
