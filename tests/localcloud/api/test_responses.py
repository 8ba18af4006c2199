"""The front of the API 3.0 over HTTP, with the vendor's SDK and without."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ssm.v20190923 import models

from localcloud import LocalCloud, Options
from localcloud.cam.documents import parse_policy
from localcloud.clock import system_clock
from localcloud.faults import Refuse, Requests
from localcloud.ssm.models import Value
from tests.localcloud.api.lab import HOST, REGION, sdk_client, signed_call

RING = {"SecretName": "ring", "VersionId": "SSM_Current"}


@pytest.fixture(scope="module")
def shared() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        cloud.ssm.create(REGION, "ring", Value("first,second"))
        yield cloud


@pytest.fixture
def api(shared: LocalCloud) -> LocalCloud:
    shared.recorder.clear()
    shared.faults.clear()
    return shared


def credential(cloud: LocalCloud) -> Credential:
    return Credential(cloud.credentials.access_key_id, cloud.credentials.secret_key)


def post(
    cloud: LocalCloud, headers: dict[str, str], body: bytes, method: str = "POST", target: str = "/"
) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer, json.loads(answer.read())["Response"]
    finally:
        connection.close()


def call(cloud: LocalCloud, host: str = HOST, changed: Mapping[str, str | None] = MappingProxyType({})) -> Any:
    """Make a call that succeeds, but for the headers that are changed, or left out where None."""
    headers, body = signed_call("GetSecretValue", RING, host=host, credential=credential(cloud))
    headers |= {name: value for name, value in changed.items() if value is not None}
    return post(cloud, {name: value for name, value in headers.items() if changed.get(name, "") is not None}, body)[1]


def common_client(cloud: LocalCloud, service: str, version: str, region: str = REGION) -> CommonClient:
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=cloud.endpoint.removeprefix("http://")))
    return CommonClient(service, version, credential(cloud), region, profile)


@pytest.mark.parametrize("host", [HOST, "ssm.ap-guangzhou.tencentcloudapi.com", "localhost:1"])
def test_a_service_is_found_by_its_host_or_else_by_the_signature(api: LocalCloud, host: str) -> None:
    assert call(api, host=host)["SecretString"] == "first,second"


def test_a_service_is_found_by_an_sdk_that_takes_the_cloud_for_its_proxy(api: LocalCloud) -> None:
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", proxy=api.endpoint))
    client = CommonClient("ssm", "2019-09-23", credential(api), REGION, profile)
    assert client.call_json("GetSecretValue", RING)["Response"]["SecretString"] == "first,second"
    assert api.recorder.requests("ssm")[0].host == HOST


def test_an_answer_is_json_in_the_vendors_envelope_with_an_id_of_its_own(api: LocalCloud) -> None:
    headers, body = signed_call("GetSecretValue", RING, credential=credential(api))
    answer, first = post(api, headers, body)
    _, second = post(api, headers, body)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert len(first["RequestId"]) == len("b8e6b67f-3ca7-4341-b4fa-a372bdf4e11c")
    assert first["RequestId"] != second["RequestId"]
    assert not [name for name in answer.headers if name.lower().startswith("x-cos")]


def test_a_refusal_has_status_200_and_names_code_message_and_request(api: LocalCloud) -> None:
    headers, body = signed_call("GetSecretValue", {**RING, "SecretName": "none"}, credential=credential(api))
    answer, content = post(api, headers, body)
    assert answer.status == 200
    assert content.keys() == {"Error", "RequestId"}
    assert content["Error"]["Code"] == "ResourceNotFound.SecretNotExist"
    assert "'none'" in content["Error"]["Message"]


def test_the_sdk_raises_a_refusal_with_its_code(api: LocalCloud) -> None:
    asked = models.GetSecretValueRequest()
    asked.SecretName, asked.VersionId = "none", "v1"
    with pytest.raises(TencentCloudSDKException) as refused:
        sdk_client(api).GetSecretValue(asked)
    assert refused.value.get_code() == "ResourceNotFound.SecretNotExist"
    assert refused.value.get_request_id()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"X-TC-Action": "DeleteEverything"}, "InvalidAction"),
        ({"X-TC-Version": "2017-03-12"}, "NoSuchVersion"),
        ({"X-TC-Action": None}, "MissingParameter"),
        ({"X-TC-Version": None}, "MissingParameter"),
        ({"X-TC-Region": None}, "MissingParameter"),
        ({"X-TC-Timestamp": "1"}, "AuthFailure.SignatureExpire"),
        ({"Authorization": None}, "MissingParameter"),
        ({"Content-Type": "text/plain"}, "UnsupportedProtocol"),
    ],
    ids=range(8),
)
def test_what_a_call_lacks_or_has_wrong_is_refused_by_the_vendors_code(
    api: LocalCloud, changed: dict[str, str | None], code: str
) -> None:
    assert call(api, changed=changed)["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SecretName": "ring"}, "MissingParameter"),
        ({**RING, "Colour": "red"}, "UnknownParameter"),
        ({**RING, "secret_name": "ring"}, "UnknownParameter"),
        ({**RING, "VersionId": 7}, "InvalidParameter"),
        ({**RING, "SecretName": "a b"}, "InvalidParameterValue"),
    ],
)
def test_parameters_are_read_strictly(api: LocalCloud, parameters: dict[str, object], code: str) -> None:
    with pytest.raises(TencentCloudSDKException) as refused:
        common_client(api, "ssm", "2019-09-23").call_json("GetSecretValue", parameters)
    assert refused.value.get_code() == code


@pytest.mark.parametrize("body", [[], None, 7, "text"])
def test_a_body_that_holds_no_parameters_is_refused(api: LocalCloud, body: object) -> None:
    headers, content = signed_call("GetSecretValue", body, credential=credential(api))
    assert post(api, headers, content)[1]["Error"]["Code"] == "InvalidParameter"


def test_a_service_that_is_not_there_is_no_such_product(api: LocalCloud) -> None:
    with pytest.raises(TencentCloudSDKException) as refused:
        common_client(api, "cvm", "2017-03-12").call_json("DescribeInstances", {})
    assert refused.value.get_code() == "NoSuchProduct"


def test_a_get_is_not_offered(api: LocalCloud) -> None:
    headers, _ = signed_call("ListSecrets", credential=credential(api))
    assert post(api, headers, b"", method="GET", target="/?Limit=1")[1]["Error"]["Code"] == "UnsupportedProtocol"


def test_every_call_is_recorded_with_service_action_and_sender(api: LocalCloud) -> None:
    call(api)
    (recorded,) = api.recorder.requests("ssm")
    assert (recorded.action, recorded.method, recorded.status) == ("GetSecretValue", "POST", 200)
    assert recorded.access_key_id == api.credentials.access_key_id


def test_a_fault_befalls_calls_too_and_is_answered_as_json(api: LocalCloud) -> None:
    api.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service="api"), times=1)
    headers, body = signed_call("GetSecretValue", RING, credential=credential(api))
    answer, content = post(api, headers, body)
    assert (answer.status, content["Error"]["Code"]) == (503, "ServiceUnavailable")
    assert api.recorder.requests("ssm")[0].fault == "Refuse"


def test_a_failure_of_the_local_cloud_is_an_internal_error(api: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(api.ssm, "value", break_down)
    assert call(api)["Error"]["Code"] == "InternalError"


POLICY = """{"version": "2.0", "statement": [{"effect": "allow", "action": "ssm:GetSecretValue",
             "resource": "qcs::ssm:ap-guangzhou:uin/100000000001:secret/creatorUin/100000000001/ring"}]}"""


def test_a_role_may_only_do_what_its_policy_allows() -> None:
    with LocalCloud(Options(policies={"reader": parse_policy(POLICY)})) as cloud:
        cloud.ssm.create(REGION, "ring", Value("first"))
        cloud.ssm.create(REGION, "other", Value("second"))
        issued = cloud._keys.issue(system_clock() + timedelta(hours=1), "reader")
        role = Credential(issued.access_key_id, issued.secret_key, issued.token)
        client = sdk_client(cloud, credential=role)
        assert client.GetSecretValue(named("ring")).SecretString == "first"
        assert denied(lambda: client.GetSecretValue(named("other"))) == "UnauthorizedOperation"
        assert denied(lambda: client.ListSecrets(models.ListSecretsRequest())) == "UnauthorizedOperation"


def named(name: str) -> models.GetSecretValueRequest:
    asked = models.GetSecretValueRequest()
    asked.SecretName, asked.VersionId = name, "SSM_Current"
    return asked


def denied(ask: Callable[[], object]) -> str:
    with pytest.raises(TencentCloudSDKException) as refused:
        ask()
    return str(refused.value.get_code())
