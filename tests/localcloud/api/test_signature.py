from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.credential import Credential

from localcloud.api.errors import ApiError
from localcloud.api.signature import claimed_access_key_id, claimed_host, verify
from localcloud.clock import system_clock
from localcloud.credentials import KeyRing
from localcloud.hosts import ApiHost
from tests.localcloud.api.lab import HOST, SECRET_ID, SECRET_KEY, received, signed_call
from tests.localcloud.signing import signed_headers

SSM = ApiHost("ssm")


def key_ring() -> KeyRing:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY)
    return keys


def temporary_keys(ends_in: timedelta) -> KeyRing:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY, token="the-token", expiry=system_clock() + ends_in)
    return keys


def sender(headers: dict[str, str], body: bytes, keys: KeyRing | None = None) -> str:
    return verify(received(headers), body, SSM, keys or key_ring(), system_clock()).access_key_id


def refusal(
    headers: dict[str, str],
    body: bytes,
    *,
    keys: KeyRing | None = None,
    at: datetime | None = None,
    host: ApiHost = SSM,
    method: str = "POST",
    query: str = "",
) -> str:
    with pytest.raises(ApiError) as refused:
        verify(received(headers, method, query), body, host, keys or key_ring(), at or system_clock())
    assert refused.value.status == 200
    return refused.value.code


@given(
    st.sampled_from(["GetSecretValue", "CreateSecret", "ListSecrets"]),
    st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers() | st.booleans(), max_size=3),
    st.sampled_from([HOST, "ssm.ap-guangzhou.tencentcloudapi.com", "127.0.0.1:9000"]),
)
def test_what_the_vendors_sdk_signs_is_accepted(action: str, parameters: dict[str, object], host: str) -> None:
    headers, body = signed_call(action, parameters, host=host)
    assert sender(headers, body) == SECRET_ID


@pytest.mark.parametrize("header", ["Host", "Content-Type", "X-TC-Timestamp"])
def test_a_header_that_was_changed_on_its_way_breaks_the_signature(header: str) -> None:
    headers, body = signed_call("GetSecretValue")
    headers[header] = {"Host": "scf.tencentcloudapi.com", "Content-Type": "text/plain"}.get(
        header, str(int(headers["X-TC-Timestamp"]) + 1)
    )
    assert refusal(headers, body) == "AuthFailure.SignatureFailure"


def test_a_body_a_method_or_a_query_that_was_changed_on_its_way_breaks_the_signature() -> None:
    headers, body = signed_call("GetSecretValue", {"SecretName": "ring"})
    assert refusal(headers, body.replace(b"ring", b"king")) == "AuthFailure.SignatureFailure"
    assert refusal(headers, body, method="PUT") == "AuthFailure.SignatureFailure"
    assert refusal(headers, body, query="a=1") == "AuthFailure.SignatureFailure"


def test_another_key_has_another_signature_and_an_unknown_one_is_not_found() -> None:
    headers, body = signed_call("GetSecretValue", credential=Credential(SECRET_ID, "another-secret"))
    assert refusal(headers, body) == "AuthFailure.SignatureFailure"
    headers, body = signed_call("GetSecretValue", credential=Credential("AKIDnobody", SECRET_KEY))
    assert refusal(headers, body) == "AuthFailure.SecretIdNotFound"


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_clocks_may_be_five_minutes_apart(seconds: int) -> None:
    headers, body = signed_call("GetSecretValue")
    signed_at = system_clock() + timedelta(seconds=seconds)
    assert verify(received(headers), body, SSM, key_ring(), signed_at).access_key_id == SECRET_ID


@pytest.mark.parametrize("seconds", [-302, 302])
def test_clocks_further_apart_are_refused(seconds: int) -> None:
    headers, body = signed_call("GetSecretValue")
    at = system_clock() + timedelta(seconds=seconds)
    assert refusal(headers, body, at=at) == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("timestamp", ["", "now", "١٢٣", "-1", "1" * 400])
def test_a_call_without_a_readable_time_is_refused(timestamp: str) -> None:
    headers, body = signed_call("GetSecretValue")
    assert refusal({**headers, "X-TC-Timestamp": timestamp}, body) == "MissingParameter"


def test_the_credential_is_of_the_day_and_the_service() -> None:
    headers, body = signed_call("GetSecretValue")
    yesterday = headers["Authorization"].replace("/20", "/19", 1)
    assert refusal({**headers, "Authorization": yesterday}, body) == "AuthFailure.SignatureFailure"
    assert refusal(headers, body, host=ApiHost("scf")) == "AuthFailure.SignatureFailure"


def test_an_unsigned_call_and_a_broken_authorization_are_refused() -> None:
    headers, body = signed_call("GetSecretValue")
    assert refusal({**headers, "Authorization": "TC3-HMAC-SHA256 nonsense"}, body) == "AuthFailure.InvalidAuthorization"
    del headers["Authorization"]
    assert refusal(headers, body) == "MissingParameter"


def test_a_temporary_key_needs_its_own_token_until_it_ends() -> None:
    hour = timedelta(hours=1)
    headers, body = signed_call("GetSecretValue", credential=Credential(SECRET_ID, SECRET_KEY, "the-token"))
    assert sender(headers, body, temporary_keys(hour)) == SECRET_ID
    assert refusal(headers, body, keys=temporary_keys(timedelta())) == "AuthFailure.TokenFailure"
    for token in ("another", "é"):
        assert refusal({**headers, "X-TC-Token": token}, body, keys=temporary_keys(hour)) == "AuthFailure.TokenFailure"
    del headers["X-TC-Token"]
    assert refusal(headers, body, keys=temporary_keys(hour)) == "AuthFailure.TokenFailure"


def test_whom_a_call_claims_to_be_from_and_for_is_read_without_believing_it() -> None:
    headers, _ = signed_call("GetSecretValue", credential=Credential("AKIDnobody", "whatever"))
    assert claimed_access_key_id(received(headers)) == "AKIDnobody"
    assert claimed_host(received(headers)) == SSM
    assert claimed_host(received({"Authorization": "TC3-HMAC-SHA256 nonsense"})) == ApiHost("")


def test_what_is_no_call_of_the_api_claims_nothing() -> None:
    of_cos = received(signed_headers("GET", "media-1250000000.cos.ap-guangzhou.myqcloud.com", "/key"))
    for request in (of_cos, received({})):
        assert claimed_access_key_id(request) is None
        assert claimed_host(request) is None
