import pytest

from localcloud.hosts import (
    ApiGatewayHost,
    ApiHost,
    CiHost,
    CiRegionHost,
    CosHost,
    CosServiceHost,
    FunctionUrlHost,
    read_host,
    without_port,
)


@pytest.mark.parametrize(
    "host",
    [
        "media-1250000000.cos.ap-guangzhou.myqcloud.com",
        "media-1250000000.cos.ap-guangzhou.myqcloud.com:9000",
        "MEDIA-1250000000.COS.ap-guangzhou.myqcloud.com",
        "media-1250000000.cos.ap-guangzhou.myqcloud.com.",
        "media-1250000000.cos.ap-guangzhou.tencentcos.cn",
        "media-1250000000.cos-internal.ap-guangzhou.tencentcos.cn",
    ],
)
def test_a_bucket_has_a_cos_host(host: str) -> None:
    assert read_host(host) == CosHost("media-1250000000", "ap-guangzhou")


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("service.cos.myqcloud.com", ""),
        ("service.cos.tencentcos.cn:80", ""),
        ("cos.ap-guangzhou.myqcloud.com", "ap-guangzhou"),
    ],
)
def test_all_buckets_and_those_of_a_region_have_a_host(host: str, region: str) -> None:
    assert read_host(host) == CosServiceHost(region)


@pytest.mark.parametrize("domain", ["myqcloud.com", "tencentci.cn"])
def test_a_bucket_has_a_ci_host(domain: str) -> None:
    assert read_host(f"media-1250000000.ci.ap-beijing.{domain}") == CiHost("media-1250000000", "ap-beijing")


def test_a_region_of_ci_has_a_host() -> None:
    assert read_host("ci.ap-guangzhou.myqcloud.com:80") == CiRegionHost("ap-guangzhou")


@pytest.mark.parametrize(("network", "intranet"), [("", False), ("in.", True)])
def test_a_function_url_has_a_host(network: str, intranet: bool) -> None:
    host = f"1250000000-a1b2c3d4e5.{network}ap-guangzhou.tencentscf.com"
    assert read_host(host) == FunctionUrlHost("1250000000", "a1b2c3d4e5", "ap-guangzhou", intranet=intranet)


def test_a_service_of_api_gateway_has_a_host() -> None:
    host = "service-a1b2c3d4e5-1250000000.gz.apigw.tencentcs.com:80"
    assert read_host(host) == ApiGatewayHost("1250000000", "a1b2c3d4e5", "gz")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1:9000",
        "localhost",
        "cos.myqcloud.com",
        "ci.ap-guangzhou.tencentcos.cn",
        "ci..myqcloud.com",
        "media-1250000000.cos.ap-guangzhou.tencentci.cn",
        "media-1250000000.ci.ap-guangzhou.tencentcos.cn",
        "a.b.cos.ap-guangzhou.myqcloud.com",
        "media-1250000000.cos.ap-guangzhou.myqcloud.com.evil.example",
        "-media-1250000000.cos.ap-guangzhou.myqcloud.com",
        "..cos.ap-guangzhou.myqcloud.com",
    ],
)
def test_any_other_host_is_no_service(host: str) -> None:
    assert read_host(host) is None


def test_a_port_is_cut_off_a_host() -> None:
    assert without_port("127.0.0.1:9000") == "127.0.0.1"
    assert without_port("example.com") == "example.com"


@pytest.mark.parametrize("middle", ["", ".ap-guangzhou", ".intl"])
def test_a_service_of_the_api_has_a_host_with_a_region_or_without(middle: str) -> None:
    assert read_host(f"ssm{middle}.tencentcloudapi.com") == ApiHost("ssm")


@pytest.mark.parametrize("host", ["tencentcloudapi.com", ".tencentcloudapi.com", "ssm.a.b.tencentcloudapi.com"])
def test_the_apis_domain_alone_or_with_more_labels_is_no_service(host: str) -> None:
    assert read_host(host) is None
