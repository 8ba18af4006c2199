"""Which service a Host header means."""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class CosHost:
    """Object storage of one bucket (full name, with appid)."""

    bucket: str
    region: str


@dataclass(frozen=True)
class CosServiceHost:
    """Object storage of a whole region, or of all where none is named, for no bucket: it lists them."""

    region: str


@dataclass(frozen=True)
class CiHost:
    """Cloud Infinite (CI) of one bucket (full name, with appid)."""

    bucket: str
    region: str


@dataclass(frozen=True)
class CiRegionHost:
    """Cloud Infinite of a whole region, which no bucket is named for."""

    region: str


@dataclass(frozen=True)
class FunctionUrlHost:
    """The function URL `url_id` of account `appid`, as the internet or as private networks see it."""

    appid: str
    url_id: str
    region: str
    intranet: bool = False


@dataclass(frozen=True)
class ApiGatewayHost:
    """The service `service_id` of API Gateway (closed since 2025) in a region, named by its short code."""

    appid: str
    service_id: str
    region_code: str


@dataclass(frozen=True)
class ApiHost:
    """A service of the API 3.0, such as `ssm`; the region of a call stands in its headers."""

    service: str


Host = CosHost | CosServiceHost | CiHost | CiRegionHost | FunctionUrlHost | ApiGatewayHost | ApiHost

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BUCKET = re.compile(
    rf"(?P<bucket>{_LABEL})\.(?P<service>cos|cos-internal|ci)\.(?P<region>{_LABEL})"
    r"\.(?P<domain>myqcloud\.com|tencentcos\.cn|tencentci\.cn)"
)
_COS_SERVICE = re.compile(rf"(?:service\.cos|cos\.(?P<region>{_LABEL}))\.(?:myqcloud\.com|tencentcos\.cn)")
_CI_REGION = re.compile(rf"ci\.(?P<region>{_LABEL})\.myqcloud\.com")
_FUNCTION_URL = re.compile(
    rf"(?P<appid>[0-9]+)-(?P<url_id>{_LABEL})\.(?P<intranet>in\.)?(?P<region>{_LABEL})\.tencentscf\.com"
)
_API_GATEWAY = re.compile(
    r"service-(?P<id>[a-z0-9]+)-(?P<appid>[0-9]+)\.(?P<region_code>[a-z]+)\.apigw\.tencentcs\.com"
)
_API = re.compile(rf"(?P<service>{_LABEL})(?:\.{_LABEL})?\.tencentcloudapi\.com")
_DOMAINS = {
    "cos": {"myqcloud.com", "tencentcos.cn"},
    "cos-internal": {"myqcloud.com", "tencentcos.cn"},
    "ci": {"myqcloud.com", "tencentci.cn"},
}

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost"})


@lru_cache(maxsize=1024)  # every request asks several times, nearly always for the same few
def read_host(host: str) -> Host | None:
    """Return whom a Host header (with or without a port) addresses, None for a host of no known service.

    Domains as the vendor's Python and Node SDKs build them, and as its function URL page shows them.
    """
    name = without_port(host).lower().rstrip(".")
    if found := _FUNCTION_URL.fullmatch(name):
        return FunctionUrlHost(found["appid"], found["url_id"], found["region"], intranet=bool(found["intranet"]))
    if found := _API_GATEWAY.fullmatch(name):
        return ApiGatewayHost(found["appid"], found["id"], found["region_code"])
    if found := _API.fullmatch(name):
        return ApiHost(found["service"])
    if found := _COS_SERVICE.fullmatch(name):
        return CosServiceHost(found["region"] or "")
    if found := _CI_REGION.fullmatch(name):
        return CiRegionHost(found["region"])
    found = _BUCKET.fullmatch(name)
    if found is None or found["domain"] not in _DOMAINS[found["service"]]:
        return None
    if found["service"] == "ci":
        return CiHost(found["bucket"], found["region"])
    return CosHost(found["bucket"], found["region"])


def names_this_machine(host: str) -> bool:
    """Return whether a Host header (with or without a port) is a name of this machine itself."""
    return without_port(host).lower() in _THIS_MACHINE


def without_port(host: str) -> str:
    """Return the host name of a Host header: `127.0.0.1` of `127.0.0.1:9000`."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
