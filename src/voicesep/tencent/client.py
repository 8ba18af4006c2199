"""The vendor's SDK: where it connects, with whose keys, and its errors named after the state.

The SDK is imported when a client is made, so that commands that need none of it start quickly.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_pascal

from voice_separation.errors import TencentRefusal, Unavailable, Unreachable
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.refusals import plain_reason

PUBLIC_DOMAIN = "tencentcloudapi.com"
ANSWER_SECONDS = 10.0  # what a read may take; it is asked once


class ApiRefused(TencentRefusal):
    """A service of the API 3.0 said no; `code` is the vendor's."""

    advice = "check the name and the region, and that CAM allows this key the action"

    @property
    def is_missing(self) -> bool:
        """Whether what was asked about is not there."""
        return self.code.startswith("ResourceNotFound") or self.code == "InvalidParameter.RoleNotExist"

    @property
    def is_denied(self) -> bool:
        """Whether the key is valid, but CAM does not allow it the action."""
        return _is_denial(self.code)


class ApiKeyRefused(ApiRefused):
    """The key is unknown, disabled or expired, or its secret is another key's (AuthFailure.*, 1140/51177)."""

    advice = (
        "check that id, secret and token are of one key that is enabled and has not expired, and this machine's clock;"
        " TENCENTCLOUD_SECRETID and _SECRETKEY in the environment win over .env"
    )


class ApiAnswer(BaseModel):
    """What an action answers, in the vendor's PascalCase; what is not needed here is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


AnswerT = TypeVar("AnswerT", bound=ApiAnswer)


@dataclass(frozen=True)
class Connection:
    """Where the services of one region are, and with which key; `endpoint` stands in for the public hosts.

    `answer_seconds` is how long an answer may take that has no time limit of its own.
    """

    credentials: Credentials
    region: str
    endpoint: str | None = None
    answer_seconds: float = ANSWER_SECONDS

    def keys(self) -> Any:
        """Return the key as the SDK wants it."""
        from tencentcloud.common.credential import Credential  # noqa: PLC0415 - see the module's docstring

        # At DEBUG the SDK writes whole answers, and with them the settings of functions.
        logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)
        return Credential(self.credentials.secret_id, self.credentials.secret_key, self.credentials.token)

    def profile(self, service: str, seconds: float | None = None) -> Any:
        """Return how the SDK is to reach a service, and that an answer may take `seconds`."""
        from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
        from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415

        place = urlsplit(self.endpoint or f"https://{service}.{PUBLIC_DOMAIN}")
        limit = self.answer_seconds if seconds is None else seconds
        return ClientProfile(httpProfile=HttpProfile(protocol=place.scheme, endpoint=place.netloc, reqTimeout=limit))

    def ask(
        self,
        service: str,
        version: str,
        action: str,
        parameters: Mapping[str, Any],
        answer: type[AnswerT],
        *,
        target: str,
    ) -> AnswerT:
        """Call an action of a service that no package of its own is installed for.

        `target` is what an error calls the object. Raises ApiRefused, Unreachable, Unavailable.
        """
        from tencentcloud.common.common_client import CommonClient  # noqa: PLC0415

        client = CommonClient(service, version, self.keys(), self.region, self.profile(service))
        with named_errors(action, target):
            told = client.call_json(action, dict(parameters))
        return read_answer(action, told["Response"], answer, target=target)


@contextmanager
def named_errors(action: str, target: str) -> Iterator[None]:
    """Turn the SDK's one exception into ApiRefused, ApiKeyRefused, or Unreachable when there was no answer."""
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException  # noqa: PLC0415

    try:
        yield
    except TencentCloudSDKException as error:
        code, request_id = str(error.get_code()), str(error.get_request_id() or "")
        if not request_id:  # the text is that of a network error, and may quote an address
            raise Unreachable(action, target, status=0, code=code, reason="no usable answer came") from None
        reason = plain_reason(str(error.get_message()))
        is_about_the_key = code.startswith("AuthFailure") and not _is_denial(code)
        kind = ApiKeyRefused if is_about_the_key else ApiRefused
        raise kind(action, target, status=200, code=code, reason=reason, request_id=request_id) from None


def _is_denial(code: str) -> bool:
    return code.startswith(("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"))


def read_answer(action: str, content: object, answer: type[AnswerT], *, target: str) -> AnswerT:
    """Read what an action answered. Raises Unavailable when it is not what the vendor documents."""
    try:
        return answer.model_validate(content)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        reason = f"{where} cannot be read in it"
        raise Unavailable(action, target, status=200, code="MalformedAnswer", reason=reason) from error
