"""Who is let in: whoever signs rightly, and may do what is asked for."""

from collections.abc import Mapping

from starlette.requests import Request

from localcloud.cam.guard import Guard
from localcloud.clock import Clock
from localcloud.credentials import KeyRing
from localcloud.permissions import accesses_of
from localcloud.signature import COS_CODES, Codes, verify, verify_form


class Admission:
    """Checks requests before a service sees them."""

    def __init__(self, keys: KeyRing, clock: Clock, guard: Guard) -> None:
        self._keys = keys
        self._clock = clock
        self._guard = guard

    def check(self, request: Request, codes: Codes = COS_CODES) -> None:
        """Raise CloudError for a wrong signature, in the words of `codes`, and 403 for what the sender may not do."""
        identity = verify(request, self._keys, self._clock(), codes=codes)
        if not self._guard.holds(identity):
            return  # and nobody need find out what the request accesses
        accesses = accesses_of(
            request.method,
            request.headers.get("host", ""),
            request.scope["path"],
            request.scope["query_string"].decode("latin-1"),
            owner=self._guard.owner,
            copy_source=request.headers.get("x-cos-copy-source", ""),
        )
        self._guard.check(identity, accesses)

    def check_form(self, request: Request, fields: Mapping[str, str], policy: bytes, key: str) -> None:
        """Raise CloudError for a form that is not rightly signed, and 403 if its sender may not store this object."""
        identity = verify_form(fields, policy, self._keys, self._clock())
        host = request.headers.get("host", "")
        self._guard.check(identity, accesses_of("POST", host, f"/{key}", "", owner=self._guard.owner, copy_source=""))
