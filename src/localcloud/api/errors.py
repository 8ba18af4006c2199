"""What a call is refused with."""

from localcloud.errors import CloudError


class ApiError(CloudError):
    """A refusal of the API 3.0, which says with status 200 that it refuses; `code` is the vendor's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(200, code, message)
