"""Tencent Cloud replaced for the length of a test, as moto's users expect it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from localcloud.cloud import LocalCloud
from localcloud.options import DEFAULTS, Options

REGION = "ap-guangzhou"
_OF_ROLES = ("TENCENTCLOUD_SESSIONTOKEN", "TENCENTCLOUD_TOKEN")


@contextmanager
def mock_tencent(options: Options = DEFAULTS) -> Iterator[LocalCloud]:
    """Run a fresh local cloud, and have the environment of this process lead to it. Also a decorator.

        with mock_tencent() as cloud: ...

        @mock_tencent()
        def test_…() -> None: ...

    No SDK is patched. What reads proxy variables, as the vendor's SDKs do, is led here by `http_proxy` when it is told
    to use http (`CosConfig(Scheme="http")`, `HttpProfile(protocol="http")`); with https it gets no further than here,
    and is refused. Credentials are where the vendor's SDKs (`TENCENTCLOUD_SECRET_ID`, `_KEY`) and SCF's functions
    (`TENCENTCLOUD_SECRETID`, `_SECRETKEY`) look for them.
    """
    with LocalCloud(options) as cloud, patch.dict(os.environ, _variables(cloud)):
        for name in _OF_ROLES:
            os.environ.pop(name, None)  # a permanent key has no token
        yield cloud


def _variables(cloud: LocalCloud) -> dict[str, str]:
    key = cloud.credentials
    proxies = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    return {
        "TENCENTCLOUD_SECRET_ID": key.access_key_id,
        "TENCENTCLOUD_SECRET_KEY": key.secret_key,
        "TENCENTCLOUD_SECRETID": key.access_key_id,
        "TENCENTCLOUD_SECRETKEY": key.secret_key,
        "TENCENTCLOUD_REGION": REGION,
        "LOCALCLOUD_ENDPOINT": cloud.endpoint,
        **dict.fromkeys(proxies, cloud.endpoint),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"),
    }
