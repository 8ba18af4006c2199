"""Which service a Host header means."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class CosHost:
    """Object storage of one bucket (full name, with appid)."""

    bucket: str
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
    """The function URL `url_id` of account `appid`."""

    appid: str
    url_id: str
    region: str


Host = CosHost | CiHost | CiRegionHost | FunctionUrlHost

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BUCKET = re.compile(
    rf"(?P<bucket>{_LABEL})\.(?P<service>cos|cos-internal|ci)\.(?P<region>{_LABEL})"
    r"\.(?P<domain>myqcloud\.com|tencentcos\.cn|tencentci\.cn)"
)
_CI_REGION = re.compile(rf"ci\.(?P<region>{_LABEL})\.myqcloud\.com")
_FUNCTION_URL = re.compile(rf"(?P<appid>[0-9]+)-(?P<url_id>{_LABEL})\.(?:in\.)?(?P<region>{_LABEL})\.tencentscf\.com")
_DOMAINS = {
    "cos": {"myqcloud.com", "tencentcos.cn"},
    "cos-internal": {"myqcloud.com", "tencentcos.cn"},
    "ci": {"myqcloud.com", "tencentci.cn"},
}


def read_host(host: str) -> Host | None:
    """Return whom a Host header (with or without a port) addresses, None for a host of no known service.

    Domains as the vendor's Python and Node SDKs build them, and as its function URL page shows them.
    """
    name = without_port(host).lower().rstrip(".")
    if found := _FUNCTION_URL.fullmatch(name):
        return FunctionUrlHost(found["appid"], found["url_id"], found["region"])
    if found := _CI_REGION.fullmatch(name):
        return CiRegionHost(found["region"])
    found = _BUCKET.fullmatch(name)
    if found is None or found["domain"] not in _DOMAINS[found["service"]]:
        return None
    if found["service"] == "ci":
        return CiHost(found["bucket"], found["region"])
    return CosHost(found["bucket"], found["region"])


def without_port(host: str) -> str:
    """Return the host name of a Host header: `127.0.0.1` of `127.0.0.1:9000`."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
