"""Calls of the API 3.0 as the vendor's own SDK makes them."""

from collections.abc import Mapping

from starlette.requests import Request
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ssm.v20190923.ssm_client import SsmClient

from localcloud import LocalCloud

SECRET_ID = "AKIDforTestsOnly"
SECRET_KEY = "secret-for-tests-only"
REGION = "ap-guangzhou"
HOST = "ssm.tencentcloudapi.com"
NOTHING: dict[str, object] = {}


def sdk_client(cloud: LocalCloud, region: str = REGION, *, credential: Credential | None = None) -> SsmClient:
    """The vendor's client, given a plain loopback address in the place of the public host."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=cloud.endpoint.removeprefix("http://")))
    known = cloud.credentials
    return SsmClient(credential or Credential(known.access_key_id, known.secret_key), region, profile)


def signed_call(
    action: str,
    parameters: object = NOTHING,
    *,
    host: str = HOST,
    credential: Credential | None = None,
    region: str | None = REGION,
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a call, signed now by the vendor's SDK."""
    profile = ClientProfile(httpProfile=HttpProfile(endpoint=host))
    client = SsmClient(credential or Credential(SECRET_ID, SECRET_KEY), region, profile)
    call = RequestInternal(host, "POST", "/", header={})
    client._build_req_inter(action, parameters, call)
    return call.header, call.data.encode()


def received(headers: Mapping[str, str], method: str = "POST", query: str = "") -> Request:
    """Return the call as the front gets it."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": query.encode(), "headers": encoded}
    return Request(scope)
