"""Secrets Manager, API version 2019-09-23, through the vendor's SDK (GetSecretValue, 1140/40522).

The SDK is imported when the first secret is read: it takes a fraction of the cold start that others need not pay.
"""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voice_separation.clock import Deadline
from voice_separation.errors import NoTimeLeft, SecretRefused, TencentRefusal, Throttled, Unavailable, Unreachable
from voice_separation.secret_rings import StoredSecret
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.refusals import plain_reason

OPERATION = "GetSecretValue"
PUBLIC_ENDPOINT = "https://ssm.tencentcloudapi.com"
SECONDS = 3.0  # for the connection, and again for the answer
LEAST_SECONDS = 0.5


@dataclass(frozen=True)
class SecretsManager:
    """The secrets of a region, for one invocation; `endpoint` is where to connect instead of the public host."""

    credentials: Credentials
    region: str
    deadline: Deadline
    endpoint: str | None = None

    def get_secret_value(self, secret: StoredSecret) -> str:
        """Return the text of a secret's version.

        Raises SecretRefused when somebody has to correct something, Throttled, Unavailable, Unreachable, NoTimeLeft.
        """
        left = self.deadline.remaining()
        if left < LEAST_SECONDS:
            reason = f"{left:.1f} s are left"
            raise NoTimeLeft(OPERATION, secret.name, status=0, code="NoTimeLeft", reason=reason)
        text = self._ask(secret, seconds=min(SECONDS, left / 3))
        if not text:
            reason = "its version holds no text"
            raise SecretRefused(OPERATION, secret.name, status=200, code="NoSecretString", reason=reason)
        return text

    def _ask(self, secret: StoredSecret, *, seconds: float) -> str | None:
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import (
            TencentCloudSDKException,
        )
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.ssm.v20190923 import models, ssm_client

        # At DEBUG, where SCF's root logger is, the SDK writes the answer, and with it the secret.
        logging.getLogger("tencentcloud_sdk_common").setLevel(logging.WARNING)
        place = urlsplit(self.endpoint or PUBLIC_ENDPOINT)
        http = HttpProfile(protocol=place.scheme, endpoint=place.netloc, reqTimeout=seconds)
        keys = Credential(self.credentials.secret_id, self.credentials.secret_key, self.credentials.token)
        client = ssm_client.SsmClient(keys, self.region, ClientProfile(httpProfile=http))
        asked = models.GetSecretValueRequest()
        asked.SecretName, asked.VersionId = secret.name, secret.version_id
        try:
            text: str | None = client.GetSecretValue(asked).SecretString
        except TencentCloudSDKException as error:
            raise _refusal(secret, error) from None
        return text


# By the part of a code before its dot: the service's codes are in the SDK's errorcodes, the common ones in 1388/114322.
_KINDS: dict[str, type[TencentRefusal]] = {
    "ClientNetworkError": Unreachable,
    "RequestLimitExceeded": Throttled,
    "LimitExceeded": Throttled,
    "AuthFailure": SecretRefused,
    "UnauthorizedOperation": SecretRefused,
    "OperationDenied": SecretRefused,
    "ResourceNotFound": SecretRefused,
    "ResourceUnavailable": SecretRefused,
    "InvalidParameter": SecretRefused,
    "InvalidParameterValue": SecretRefused,
    "MissingParameter": SecretRefused,
    "NoSuchProduct": SecretRefused,
    "UnsupportedRegion": SecretRefused,
}


def _refusal(secret: StoredSecret, error: Any) -> TencentRefusal:
    """Return what an exception of the SDK stands for; what is not listed, the SDK's own failures too, may pass."""
    code, request_id = str(error.get_code()), error.get_request_id()
    kind = _KINDS.get(code.partition(".")[0], Unavailable)
    # Without a request id the text is the SDK's, or that of a network error, and may quote an address.
    reason = plain_reason(str(error.get_message())) if request_id else "no usable answer came"
    status = 200 if request_id else 0
    return kind(OPERATION, secret.name, status=status, code=code, reason=reason, request_id=str(request_id or ""))
