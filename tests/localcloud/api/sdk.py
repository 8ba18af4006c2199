"""Typed clients of the vendor's SDK, one for each service, given a loopback address in the place of the public host."""

import json
import warnings
from types import ModuleType
from typing import Any

import pytest
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from localcloud import LocalCloud
from tests.localcloud.api.lab import REGION


class Sdk:
    """Asks one service by the names of its actions; requests and answers go through the SDK's own models."""

    def __init__(self, client: type, models: ModuleType, cloud: LocalCloud, region: str = REGION) -> None:
        http = HttpProfile(protocol="http", endpoint=cloud.endpoint.removeprefix("http://"))
        key = Credential(cloud.credentials.access_key_id, cloud.credentials.secret_key)
        self._client = client(key, region, ClientProfile(httpProfile=http))
        self._models = models

    def ask(self, action: str, **parameters: Any) -> Any:
        """Return the SDK's model of the answer; a field that the SDK does not know is an error, both ways."""
        request = getattr(self._models, f"{action}Request")()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            request.from_json_string(json.dumps(parameters))
            return getattr(self._client, action)(request)

    def code(self, action: str, **parameters: Any) -> str:
        """Return the code that an action is refused with."""
        with pytest.raises(TencentCloudSDKException) as refused:
            self.ask(action, **parameters)
        return str(refused.value.get_code())
