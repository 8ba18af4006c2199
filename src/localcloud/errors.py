"""What a service answers when it refuses or cannot."""


class CloudError(Exception):
    """An answer that is an error, in the vendor's own words.

    `status` is the HTTP status, `code` the vendor's error code (`NoSuchKey`), `message` says what happened,
    to which object, and what to do next. The front renders it as the vendor's XML.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def not_implemented(operation: str) -> CloudError:
    """Return the 501 that names an operation which the real cloud has and this one has not."""
    return CloudError(501, "NotImplemented", f"The local cloud does not offer {operation}.")


def internal_error() -> CloudError:
    """Return the 500 for a fault of the local cloud itself; its log has the cause."""
    message = "The local cloud itself failed at this request; its log has the cause under this request id."
    return CloudError(500, "InternalError", message)
