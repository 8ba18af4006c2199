"""What a service answers when it refuses or cannot."""

from collections.abc import Callable, Mapping

_NONE: Mapping[str, str] = {}


class CloudError(Exception):
    """An answer that is an error, in the vendor's own words.

    `status` is the HTTP status, `code` the vendor's error code (`NoSuchKey`), `message` says what happened,
    to which object, and what to do next. The front renders it as the vendor's XML, with these further `headers`.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] = _NONE) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def with_headers(self, headers: Mapping[str, str]) -> "CloudError":
        """Return the same refusal, with these headers too."""
        return CloudError(self.status, self.code, self.message, {**self.headers, **headers})


class ConnectionDropped(Exception):
    """No answer, not a byte of one: the server closes the connection.

    `status` is that of the answer which got lost, None if the request was not carried out. The server calls
    `before_closing`, which may block, when all else has been done.
    """

    def __init__(self, status: int | None, before_closing: Callable[[], None] = lambda: None) -> None:
        super().__init__(f"the connection was dropped, its answer would have been {status}")
        self.status = status
        self.before_closing = before_closing


def not_implemented(operation: str) -> CloudError:
    """Return the 501 that names an operation which the real cloud has and this one has not."""
    return CloudError(501, "NotImplemented", f"The local cloud does not offer {operation}.")


def internal_error() -> CloudError:
    """Return the 500 for a fault of the local cloud itself; its log has the cause."""
    message = "The local cloud itself failed at this request; its log has the cause under this request id."
    return CloudError(500, "InternalError", message)
