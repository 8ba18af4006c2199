"""Tencent Cloud replaced for the length of a test, seen by the vendor's own SDKs, unmodified."""

import os
import socket
from collections.abc import Mapping
from typing import Any

import pytest
from qcloud_cos import CosClientError, CosConfig, CosS3Client
from tencentcloud.common.credential import EnvironmentVariableCredential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ssm.v20190923 import models
from tencentcloud.ssm.v20190923.ssm_client import SsmClient

from localcloud import Options, mock_tencent

BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
WITH_BUCKET = Options(buckets={BUCKET: REGION})


def cos_client(scheme: str = "http") -> CosS3Client:
    """A client as an application makes it, that knows of nothing local."""
    config = CosConfig(
        Region=os.environ["TENCENTCLOUD_REGION"],
        SecretId=os.environ["TENCENTCLOUD_SECRETID"],
        SecretKey=os.environ["TENCENTCLOUD_SECRETKEY"],
        Token=os.environ.get("TENCENTCLOUD_SESSIONTOKEN"),
        Scheme=scheme,
    )
    return CosS3Client(config, retry=0)


def ssm_client(protocol: str = "http") -> SsmClient:
    profile = ClientProfile(httpProfile=HttpProfile(protocol=protocol))
    return SsmClient(EnvironmentVariableCredential().get_credential(), REGION, profile)


def environment() -> Mapping[str, str]:
    return dict(os.environ)


def test_the_vendor_s_sdk_finds_the_cloud_by_the_environment_alone() -> None:
    with mock_tencent(WITH_BUCKET) as cloud:
        cos_client().put_object(Bucket=BUCKET, Key="key", Body=b"content")
        assert [stored.key for stored in cloud.cos.list(BUCKET).contents] == ["key"]


def test_so_does_the_sdk_of_the_api_3() -> None:
    with mock_tencent() as cloud:
        request = models.CreateSecretRequest()
        request.SecretName, request.SecretString = "ring", "a,b"
        ssm_client().CreateSecret(request)
        assert [call.action for call in cloud.recorder.requests("ssm")] == ["CreateSecret"]


@mock_tencent(WITH_BUCKET)
def test_it_is_a_decorator_too() -> None:
    cos_client().put_object(Bucket=BUCKET, Key="key", Body=b"content")
    assert cos_client().object_exists(Bucket=BUCKET, Key="key")


@mock_tencent(WITH_BUCKET)
def count_objects() -> int:
    cos_client().put_object(Bucket=BUCKET, Key=os.urandom(8).hex(), Body=b"")
    return len(cos_client().list_objects(Bucket=BUCKET)["Contents"])


def test_every_call_of_what_it_decorates_has_a_cloud_of_its_own() -> None:
    assert [count_objects(), count_objects()] == [1, 1]


def test_with_https_nothing_gets_any_further_than_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: set[object] = set()
    look_up = socket.getaddrinfo

    def watched(host: str, *arguments: Any, **named: Any) -> Any:
        looked_up.add(host)
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    with mock_tencent(WITH_BUCKET):
        with pytest.raises(CosClientError):
            cos_client("https").put_object(Bucket=BUCKET, Key="key", Body=b"content")
        with pytest.raises(TencentCloudSDKException):
            ssm_client("https").ListSecrets(models.ListSecretsRequest())
    assert looked_up == {"127.0.0.1"}


def test_the_environment_is_afterwards_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRETID", "AKIDmine")
    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "mine")
    monkeypatch.delenv("http_proxy", raising=False)
    before = environment()
    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    assert environment() == before


@mock_tencent()
def look_and_fail() -> None:
    assert os.environ["TENCENTCLOUD_SECRETID"] == "AKIDlocalcloud"
    assert "TENCENTCLOUD_SESSIONTOKEN" not in os.environ
    raise ZeroDivisionError
