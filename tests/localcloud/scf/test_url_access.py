"""Function URLs that ask for CAM, called with signatures of the vendor's own SDK."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from starlette.responses import Response
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.scf.v20180416.scf_client import ScfClient
from tencentcloud.ssm.v20190923.ssm_client import SsmClient

from localcloud.cam.documents import parse_policy
from localcloud.cam.guard import Guard
from localcloud.clock import Clock, system_clock
from localcloud.credentials import KeyRing
from localcloud.scf.url_access import UrlAccess
from tests.localcloud.cam.policies import document, statement
from tests.localcloud.scf.lab import REGION, Lab
from tests.localcloud.scf.url_lab import ECHO, call, http_trigger

ROOT = Credential("AKIDroot", "secret-of-root")
OF_A_ROLE = Credential("AKIDrole", "secret-of-role", "its-token")
ECHO_IN_CAM = "qcs::scf:ap-guangzhou:uin/100000000036:namespace/default/function/mps-dev-media-echo"
Calling = Callable[..., Response]


@pytest.fixture
def protected(lab: Lab) -> Lab:
    lab.deploy(ECHO, triggers=(http_trigger(auth="CAM"),))
    return lab


def signed(
    lab: Lab, credential: Credential, *, path: str = "/", client: Any = ScfClient, content: str = "hello"
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Return the headers and the body of a request that the vendor's SDK signs for a path of the function URL."""
    request = RequestInternal(urlsplit(lab.scf.function_url("echo")).netloc, "POST", quote(path), header={})
    client(credential, REGION, ClientProfile())._build_req_inter("InvokeFunctionUrl", {"say": content}, request)
    return tuple(request.header.items()), request.data.encode()


def access(
    lab: Lab, *, policy: str | None = None, ends_in: timedelta = timedelta(hours=1), clock: Clock = system_clock
) -> UrlAccess:
    keys = KeyRing()
    keys.add(ROOT.secret_id, ROOT.secret_key)
    keys.add(
        OF_A_ROLE.secret_id, OF_A_ROLE.secret_key, token=OF_A_ROLE.token, expiry=system_clock() + ends_in, role="caller"
    )
    policies = None if policy is None else {"caller": parse_policy(policy)}
    return UrlAccess(keys, clock, Guard(lab.scf.account, policies))


@pytest.mark.parametrize("path", ["/", "/deep/人 and+"])
@pytest.mark.parametrize("covered", ["the path", "the root, as the API has it"])
def test_what_the_vendors_sdk_signs_is_let_in(protected: Lab, path: str, covered: str) -> None:
    headers, body = signed(protected, ROOT, path=path if covered == "the path" else "/")

    response = call(protected, path=path, headers=headers, body=body, access=access(protected))

    assert response.status_code == 200
    (record,) = protected.scf.invocations
    assert (record.result.value["path"], record.result.value["body"]) == (path, '{"say": "hello"}')


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (lambda _, body: ((), body), "has no Authorization header"),
        (lambda headers, body: (headers, body.replace(b"hello", b"HELLO")), "is not that of this call"),
        (lambda headers, body: (_without(headers, "X-TC-Timestamp"), body), "X-TC-Timestamp is not the time"),
    ],
)
def test_what_is_not_rightly_signed_never_reaches_the_function(protected: Lab, changed: Any, told: str) -> None:
    headers, body = changed(*signed(protected, ROOT))

    response = call(protected, headers=headers, body=body, access=access(protected))

    assert response.status_code == 401
    assert told in bytes(response.body).decode()
    assert protected.scf.invocations == ()


def _without(headers: tuple[tuple[str, str], ...], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(header for header in headers if header[0] != name)


def test_a_signature_for_another_path_is_none_for_this(protected: Lab) -> None:
    headers, body = signed(protected, ROOT, path="/public")

    assert call(protected, path="/private", headers=headers, body=body, access=access(protected)).status_code == 401


def test_a_signature_for_another_service_is_none_for_this(protected: Lab) -> None:
    headers, body = signed(protected, ROOT, client=SsmClient)

    assert call(protected, headers=headers, body=body, access=access(protected)).status_code == 401


def test_a_signature_of_an_hour_ago_is_none(protected: Lab) -> None:
    headers, body = signed(protected, ROOT)
    later = access(protected, clock=lambda: datetime.now(timezone.utc) + timedelta(hours=1))

    assert call(protected, headers=headers, body=body, access=later).status_code == 401


@pytest.mark.parametrize(
    ("action", "resource", "status"),
    [
        ("scf:InvokeFunctionUrl", ECHO_IN_CAM, 200),
        ("scf:*", "*", 200),
        ("scf:InvokeFunctionUrl", ECHO_IN_CAM.replace("echo", "other"), 403),
        ("scf:InvokeFunction", ECHO_IN_CAM, 403),
    ],
)
def test_a_role_calls_what_its_policy_lets_it_call(protected: Lab, action: str, resource: str, status: int) -> None:
    headers, body = signed(protected, OF_A_ROLE)
    held = access(protected, policy=document(statement([action], [resource])))

    assert call(protected, headers=headers, body=body, access=held).status_code == status


def test_a_role_without_a_word_on_policies_may_call(protected: Lab) -> None:
    headers, body = signed(protected, OF_A_ROLE)

    assert call(protected, headers=headers, body=body, access=access(protected)).status_code == 200


def test_keys_of_a_role_that_have_ended_are_refused(protected: Lab) -> None:
    headers, body = signed(protected, OF_A_ROLE)
    ended = access(protected, ends_in=timedelta(seconds=-1))

    response = call(protected, headers=headers, body=body, access=ended)

    assert response.status_code == 401
    assert b"ended at" in bytes(response.body)


def test_a_url_for_all_looks_at_no_signature(lab: Lab) -> None:
    lab.deploy(ECHO, triggers=(http_trigger(),))

    assert call(lab, headers=(("Authorization", "TC3-HMAC-SHA256 nonsense"),)).status_code == 200
