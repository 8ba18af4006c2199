"""Requests signed by the vendor's own code, for tests of those who verify them."""

from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import quote, urlencode

from qcloud_cos import CosConfig
from qcloud_cos.cos_auth import CosS3Auth
from starlette.requests import Request

SECRET_ID = "AKIDforTestsOnly"
SECRET_KEY = "secret-for-tests-only"
NOTHING: Mapping[str, str] = {}


def signed_headers(
    method: str,
    host: str,
    path: str,
    *,
    headers: Mapping[str, str] = NOTHING,
    params: Mapping[str, str] = NOTHING,
    secret_id: str = SECRET_ID,
    secret_key: str = SECRET_KEY,
    seconds: int = 10000,
) -> dict[str, str]:
    """Return the headers, with an Authorization by the vendor's SDK that is valid for `seconds` from now."""
    config = CosConfig(Region="ap-guangzhou", SecretId=secret_id, SecretKey=secret_key)
    request = SimpleNamespace(method=method, url=f"http://{host}/", headers={"Host": host, **headers})
    CosS3Auth(config, key=path, params=dict(params), expire=seconds)(request)
    return dict(request.headers)


def received(
    method: str, path: str, *, headers: Mapping[str, str] = NOTHING, params: Mapping[str, str] = NOTHING
) -> Request:
    """Return the request as a service gets it; `path` is decoded."""
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": urlencode(params).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    return Request(scope)
