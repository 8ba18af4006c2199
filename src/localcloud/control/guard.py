"""Who may steer: programs, and the local cloud's own page. No page of anybody else."""

from starlette.requests import Request

from localcloud.errors import CloudError

_OWN_SITE = frozenset({"same-origin", "none"})  # none: the person at the browser typed the address


def check_sender(request: Request) -> None:
    """Raise CloudError 403 AccessDenied for what a page from elsewhere has a browser send.

    The Host has been checked before: it is a name of this machine, so no name that somebody else points here (DNS
    rebinding). A browser tells in Origin whose page sends what may change something, and in Sec-Fetch-Site whose page
    sends anything at all; programs send neither.
    """
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin not in (None, f"http://{host}") or site not in (None, *_OWN_SITE):
        sender = origin or f"a {site} page"
        raise CloudError(403, "AccessDenied", f"{sender} may not steer this cloud. Use its own page, http://{host}/.")
