from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from qcloud_cos import CosConfig, CosS3Client
from starlette.requests import Request

from localcloud.clock import system_clock
from localcloud.credentials import KeyRing
from localcloud.errors import CloudError
from localcloud.signature import CI_CODES, COS_CODES, Refusal, claimed_access_key_id, verify
from tests.localcloud.signing import NOTHING, SECRET_ID, SECRET_KEY, received, signed_headers

HOST = "media-1250000000.cos.ap-guangzhou.myqcloud.com"
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
HEADER_VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, str]

    def signed(self) -> Mapping[str, str]:
        return signed_headers(self.method, HOST, self.path, headers=self.headers, params=self.params)


def key_ring() -> KeyRing:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY)
    return keys


def sender(request: Request, *, keys: KeyRing | None = None) -> str:
    return verify(request, keys or key_ring(), system_clock()).access_key_id


def refusal(request: Request, *, keys: KeyRing | None = None, at: datetime | None = None) -> str:
    with pytest.raises(CloudError) as refused:
        verify(request, keys or key_ring(), at or system_clock())
    return refused.value.code


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    names = st.sampled_from(["x-cos-meta-a", "x-cos-meta-b", "content-type", "range", "x-cos-forbid-overwrite"])
    params = draw(st.lists(st.tuples(TEXT, TEXT | st.just("")), max_size=4, unique_by=lambda p: quote(p[0]).lower()))
    return Sent(
        method=draw(st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"])),
        path="/" + draw(TEXT),
        headers=draw(st.dictionaries(names, HEADER_VALUE, max_size=3)),
        params=dict(params),
    )


@given(requests())
def test_what_the_vendors_sdk_signs_is_accepted(sent: Sent) -> None:
    request = received(sent.method, sent.path, headers=sent.signed(), params=sent.params)
    assert sender(request) == SECRET_ID


@given(requests(), st.sampled_from(["method", "path", "host", "header", "param", "key"]), st.data())
def test_a_request_that_was_changed_on_its_way_is_refused(sent: Sent, part: str, data: st.DataObject) -> None:
    method, path, headers, params = sent.method, sent.path, dict(sent.signed()), dict(sent.params)
    keys = key_ring()
    match part:
        case "method":
            method = "PATCH"
        case "path":
            path += "x"
        case "host":
            headers["Host"] = HOST.replace("media", "other")
        case "header":
            assume(sent.headers)
            headers[data.draw(st.sampled_from(sorted(sent.headers)))] += "x"
        case "param":
            assume(sent.params)
            params[data.draw(st.sampled_from(sorted(sent.params)))] += "x"
        case "key":
            keys.add(SECRET_ID, "another secret")
    request = received(method, path, headers=headers, params=params)
    assert refusal(request, keys=keys) == "SignatureDoesNotMatch"


def test_the_sdk_may_sign_the_host_without_its_port() -> None:
    headers = {**signed_headers("GET", HOST, "/key"), "Host": f"{HOST}:9000"}
    assert sender(received("GET", "/key", headers=headers)) == SECRET_ID


def test_unsigned_headers_and_parameters_pass() -> None:
    headers = {**signed_headers("GET", HOST, "/key"), "x-cos-meta-later": "added"}
    assert sender(received("GET", "/key", headers=headers, params={"a": "b"})) == SECRET_ID


def test_an_unsigned_request_is_denied() -> None:
    assert refusal(received("GET", "/key", headers={"Host": HOST})) == "AccessDenied"


@pytest.mark.parametrize("header", ["Bearer abc", "q-sign-algorithm=sha1", "&=&", "é"])
def test_an_authorization_that_cannot_be_read_is_denied(header: str) -> None:
    assert refusal(received("GET", "/key", headers={"Authorization": header})) == "AccessDenied"


@pytest.mark.parametrize("time", ["now;later", "1", "1;2;3", "-1;2", "9" * 5000 + ";1"])
def test_a_time_that_cannot_be_read_is_denied(time: str) -> None:
    header = (
        f"q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={time}&q-key-time={time}"
        "&q-header-list=&q-url-param-list=&q-signature=abc"
    )
    assert refusal(received("GET", "/key", headers={"Authorization": header})) == "AccessDenied"


def test_an_unknown_access_key_is_refused() -> None:
    request = received("GET", "/key", headers=signed_headers("GET", HOST, "/key", secret_id="AKIDnobody"))
    assert refusal(request) == "InvalidAccessKeyId"


def test_a_signature_ends() -> None:
    request = received("GET", "/key", headers=signed_headers("GET", HOST, "/key", seconds=300))
    assert refusal(request, at=system_clock() + timedelta(seconds=310)) == "Request has expired"


def test_a_signature_from_the_future_is_skewed() -> None:
    request = received("GET", "/key", headers=signed_headers("GET", HOST, "/key"))
    assert refusal(request, at=system_clock() - timedelta(seconds=70)) == "RequestTimeTooSkewed"


def presigned(key: str, *, params: Mapping[str, str] = NOTHING, secret_key: str = SECRET_KEY) -> Request:
    config = CosConfig(Region="ap-guangzhou", Scheme="http", SecretId=SECRET_ID, SecretKey=secret_key)
    url = CosS3Client(config).get_presigned_url("media-1250000000", key, "GET", Expired=300, Params=dict(params))
    address = urlsplit(url)
    scope = {
        "type": "http",
        "method": "GET",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "headers": [(b"host", address.netloc.encode())],
    }
    return Request(scope)


def test_an_address_presigned_by_the_sdk_is_accepted() -> None:
    request = presigned("录音 1+2.wav", params={"response-content-type": "audio/wav; x=1"})
    assert sender(request) == SECRET_ID
    assert dict(parse_qsl(request.url.query))["q-ak"] == SECRET_ID


def test_an_address_presigned_with_another_secret_is_refused() -> None:
    assert refusal(presigned("key", secret_key="wrong")) == "SignatureDoesNotMatch"


def temporary_keys(expiry: datetime) -> KeyRing:
    keys = KeyRing()
    keys.add(SECRET_ID, SECRET_KEY, token="the-token", expiry=expiry)
    return keys


LATER = system_clock() + timedelta(hours=1)


@pytest.mark.parametrize("name", ["x-cos-security-token", "x-ci-security-token"])
def test_a_temporary_key_is_accepted_with_its_token_in_a_header(name: str) -> None:
    headers = signed_headers("GET", HOST, "/key", headers={name: "the-token"})
    assert sender(received("GET", "/key", headers=headers), keys=temporary_keys(LATER)) == SECRET_ID


def test_a_temporary_key_is_accepted_with_its_token_in_the_query() -> None:
    params = {"x-cos-security-token": "the-token"}
    headers = signed_headers("GET", HOST, "/key", params=params)
    request = received("GET", "/key", headers=headers, params=params)
    assert sender(request, keys=temporary_keys(LATER)) == SECRET_ID


@pytest.mark.parametrize("headers", [{}, {"x-cos-security-token": "another"}, {"x-cos-security-token": "é"}])
def test_a_temporary_key_is_refused_without_its_token(headers: Mapping[str, str]) -> None:
    request = received("GET", "/key", headers=signed_headers("GET", HOST, "/key", headers=headers))
    assert refusal(request, keys=temporary_keys(LATER)) == "InvalidAccessKeyId"


def test_a_temporary_key_ends() -> None:
    headers = signed_headers("GET", HOST, "/key", headers={"x-cos-security-token": "the-token"})
    request = received("GET", "/key", headers=headers)
    assert refusal(request, keys=temporary_keys(system_clock())) == "ExpiredToken"


def test_every_refusal_has_a_code_of_cos_and_of_ci() -> None:
    assert set(COS_CODES) == set(CI_CODES) == set(Refusal)


def test_ci_refuses_in_words_of_its_own() -> None:
    with pytest.raises(CloudError) as refused:
        verify(received("POST", "/jobs"), key_ring(), system_clock(), codes=CI_CODES)
    assert (refused.value.status, refused.value.code) == (401, "MissingAuthorization")


def test_the_claimed_access_key_id_is_read_unverified() -> None:
    headers = signed_headers("GET", HOST, "/key", secret_id="AKIDnobody")
    assert claimed_access_key_id(received("GET", "/key", headers=headers)) == "AKIDnobody"
    assert claimed_access_key_id(received("GET", "/key")) is None
