"""Secrets Manager, asked by the vendor's own SDK."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.ssm.v20190923 import models
from tencentcloud.ssm.v20190923.ssm_client import SsmClient

from localcloud import LocalCloud
from tests.localcloud.api.lab import sdk_client


@pytest.fixture(scope="module")
def shared() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture
def client(shared: LocalCloud, request: pytest.FixtureRequest) -> SsmClient:
    """A client in a region of the test's own."""
    return sdk_client(shared, f"ap-{request.node.name.partition('[')[0].replace('_', '-')}")


def asked(action: str, **parameters: Any) -> Any:
    request = getattr(models, f"{action}Request")()
    for name, value in parameters.items():
        setattr(request, name, value)
    return request


def ask(client: SsmClient, action: str, **parameters: Any) -> Any:
    return getattr(client, action)(asked(action, **parameters))


def code(act: Callable[[], object]) -> str:
    with pytest.raises(TencentCloudSDKException) as refused:
        act()
    return str(refused.value.get_code())


def value(client: SsmClient, version_id: str = "SSM_Current", name: str = "ring") -> tuple[str, str]:
    answer = ask(client, "GetSecretValue", SecretName=name, VersionId=version_id)
    return answer.SecretString, answer.SecretBinary


def test_a_secret_is_created_with_a_first_version_and_read(client: SsmClient) -> None:
    created = ask(client, "CreateSecret", SecretName="ring", SecretString="a,b", Description="for callbacks")
    assert (created.SecretName, created.VersionId) == ("ring", "SSM_Current")
    assert value(client) == ("a,b", "")


def test_bytes_are_kept_as_base64(client: SsmClient) -> None:
    encoded = base64.b64encode(b"\x00\xff").decode()
    ask(client, "CreateSecret", SecretName="ring", VersionId="v1", SecretBinary=encoded)
    assert value(client, "v1") == ("", encoded)


def test_versions_are_added_and_updated(client: SsmClient) -> None:
    ask(client, "CreateSecret", SecretName="ring", VersionId="v1.0", SecretString="one")
    ask(client, "PutSecretValue", SecretName="ring", VersionId="v2.0", SecretString="two")
    ask(client, "UpdateSecret", SecretName="ring", VersionId="v1.0", SecretString="changed")
    assert (value(client, "v1.0"), value(client, "v2.0")) == (("changed", ""), ("two", ""))


def test_a_secret_is_described_and_listed_without_its_value(client: SsmClient) -> None:
    for number in range(3):
        ask(client, "CreateSecret", SecretName=f"ring-{number}", SecretString="hidden", Description="d")
    ask(client, "CreateSecret", SecretName="other", SecretString="hidden")
    described = ask(client, "DescribeSecret", SecretName="ring-1")
    assert (described.SecretName, described.Description, described.Status) == ("ring-1", "d", "Enabled")
    assert described.CreateTime > 1_700_000_000
    page = ask(client, "ListSecrets", SearchSecretName="ring", Limit=2)
    assert (page.TotalCount, [each.SecretName for each in page.SecretMetadatas]) == (3, ["ring-2", "ring-1"])
    rest = ask(client, "ListSecrets", SearchSecretName="ring", Offset=2, OrderType=0)
    assert [each.SecretName for each in rest.SecretMetadatas] == ["ring-0"]
    oldest = ask(client, "ListSecrets", OrderType=1)
    assert [each.SecretName for each in oldest.SecretMetadatas] == ["ring-0", "ring-1", "ring-2", "other"]
    assert "hidden" not in page.to_json_string()


def test_a_disabled_secret_cannot_be_read_until_it_is_enabled(client: SsmClient) -> None:
    ask(client, "CreateSecret", SecretName="ring", SecretString="a")
    assert ask(client, "DisableSecret", SecretName="ring").SecretName == "ring"
    assert ask(client, "DescribeSecret", SecretName="ring").Status == "Disabled"
    assert code(lambda: value(client)) == "ResourceUnavailable.ResourceDisabled"
    ask(client, "EnableSecret", SecretName="ring")
    assert value(client) == ("a", "")


def test_what_is_not_there_is_not_found(client: SsmClient, shared: LocalCloud) -> None:
    ask(client, "CreateSecret", SecretName="ring", SecretString="a")
    assert code(lambda: value(client, "v9")) == "ResourceNotFound"
    assert code(lambda: value(client, name="none")) == "ResourceNotFound.SecretNotExist"
    assert code(lambda: value(sdk_client(shared, "ap-elsewhere"))) == "ResourceNotFound.SecretNotExist"
    assert code(lambda: ask(client, "UpdateSecret", SecretName="ring", VersionId="v9", SecretString="b")) == (
        "ResourceNotFound"
    )


def test_names_and_versions_are_taken_once_and_ten_versions_are_the_most(client: SsmClient) -> None:
    ask(client, "CreateSecret", SecretName="ring", SecretString="a")
    assert code(lambda: ask(client, "CreateSecret", SecretName="ring", SecretString="b")) == (
        "ResourceInUse.SecretExists"
    )
    put = {"SecretName": "ring", "SecretString": "b"}
    assert code(lambda: ask(client, "PutSecretValue", VersionId="SSM_Current", **put)) == (
        "ResourceInUse.VersionIdExists"
    )
    for number in range(9):
        ask(client, "PutSecretValue", VersionId=f"v{number}", **put)
    assert code(lambda: ask(client, "PutSecretValue", VersionId="v9", **put)) == "LimitExceeded"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "InvalidParameter"),
        ({"SecretString": "a", "SecretBinary": "YQ=="}, "InvalidParameter"),
        ({"SecretBinary": "!"}, "InvalidParameterValue"),
        ({"SecretString": "a" * 33_000}, "InvalidParameterValue"),
        ({"SecretString": "a", "VersionId": "-v1"}, "InvalidParameterValue"),
        ({"SecretString": "a", "SecretType": 1}, "UnknownParameter"),
    ],
    ids=range(6),
)
def test_what_makes_no_secret_is_refused(client: SsmClient, parameters: dict[str, Any], expected: str) -> None:
    assert code(lambda: ask(client, "CreateSecret", SecretName="ring", **parameters)) == expected


def test_no_representation_shows_a_value(shared: LocalCloud, client: SsmClient) -> None:
    ask(client, "CreateSecret", SecretName="ring", SecretString="do-not-show-me")
    assert "do-not-show-me" not in repr(shared.ssm.get(client.region, "ring"))
