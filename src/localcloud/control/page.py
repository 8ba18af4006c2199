"""The page at `/`: three files that are served as they are."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from localcloud.control.exchange import PREFIX

# Nothing but its own files and the cloud it belongs to, whatever name an object may have.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    f"{PREFIX}/page.css": ("page.css", "text/css; charset=utf-8"),
    f"{PREFIX}/page.js": ("page.js", "text/javascript; charset=utf-8"),
}


class Page:
    """The files of the page, by their path."""

    def __init__(self) -> None:
        folder = files("localcloud.control") / "page"
        self._contents = {path: (folder / name).read_bytes() for path, (name, _) in _FILES.items()}

    def find(self, request: Request) -> Response | None:
        """Return the file that is asked for, None if it is none of the page's."""
        path = request.scope["path"]
        if request.method not in ("GET", "HEAD") or path not in _FILES:
            return None
        headers = {
            "cache-control": "no-cache",
            "content-security-policy": _POLICY,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return Response(self._contents[path], headers=headers, media_type=_FILES[path][1])
