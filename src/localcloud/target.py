"""What a request line addresses, as a server and as an HTTP proxy receives it."""

from typing import cast
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from localcloud.errors import CloudError

_ABSOLUTE = b"http://"


def resolve_target(scope: Scope) -> Scope:
    """Return the scope with the true `raw_path` and `path` and, for a proxy's request, the true Host.

    `raw_path` stays percent-encoded and without query; `path` is decoded once, and its slashes and dots are kept.
    Raises CloudError 400 InvalidURI for a target that is no path of an http address.
    """
    raw_path = cast("bytes", scope["raw_path"])
    headers = list(scope["headers"])
    if raw_path[: len(_ABSOLUTE)].lower() == _ABSOLUTE:
        # RFC 9112 §3.2.2: the address of an absolute form counts, not the Host header.
        authority, slash, rest = raw_path[len(_ABSOLUTE) :].partition(b"/")
        raw_path = slash + rest or b"/"
        headers = [(b"host", authority), *(pair for pair in headers if pair[0] != b"host")]
    if not raw_path.startswith(b"/"):
        message = f"{scope['method']} {raw_path.decode('latin-1')!r} is no http address. Use http, not https."
        raise CloudError(400, "InvalidURI", message)
    try:
        path = unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError:
        message = f"The path {raw_path.decode('latin-1')!r} is not percent-encoded UTF-8. Encode it so."
        raise CloudError(400, "InvalidURI", message) from None
    return {**scope, "raw_path": raw_path, "path": path, "headers": headers}
