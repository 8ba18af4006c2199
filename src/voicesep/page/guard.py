"""Who is answered: the page of this server, and programs on this machine. No page of anybody else."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localcloud.hosts import names_this_machine
from voicesep.project import program

FORBIDDEN = 403
_OWN_SITE = frozenset({"same-origin", "none"})  # none: the person at the browser typed the address


class Guard:
    """Refuses foreign hosts and origins, and has browsers load nothing but this server's own files.

    A foreign Host means that a name of somebody else's points here (DNS rebinding). Browsers tell in Origin and in
    Sec-Fetch-Site whose page sends a request. `media_sources` is where recordings may come from besides.
    """

    def __init__(self, app: ASGIApp, media_sources: str = "") -> None:
        self._app = app
        self._policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"media-src 'self' {media_sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = _refusal(Headers(scope=scope))
        app = self._app if refusal is None else JSONResponse({"message": refusal}, FORBIDDEN)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self._policy)
                headers.setdefault("cache-control", "no-cache")
                headers["cross-origin-resource-policy"] = "same-origin"
                headers["referrer-policy"] = "no-referrer"
                headers["x-content-type-options"] = "nosniff"
            await send(message)

        await app(scope, receive, sending)


def _refusal(headers: Headers) -> str | None:
    """Return why a request is not answered, None when it is."""
    host = headers.get("host", "")
    if not names_this_machine(host):
        return f"This server is not {host!r}. Open the address that `{program()} ui` has printed."
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    if origin not in (None, f"http://{host}") or site not in (None, *_OWN_SITE):
        return f"Only this server's own page is answered. Open the address that `{program()} ui` has printed."
    return None
