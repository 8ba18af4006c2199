import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_separation.errors import MalformedEvent, RequestRefused
from voice_separation.gateway import MAX_BODY_BYTES, answer, read_request

# The documented event of a function URL (583/96099) and the one that API Gateway sent (628, struct page).
FUNCTION_URL = {
    "body": "<Response/>",
    "headers": {"content-type": "application/xml", "x-scf-remote-addr": "203.0.113.7"},
    "httpMethod": "POST",
    "path": "/v1/static/x",
    "queryString": {},
}
API_GATEWAY = {
    **FUNCTION_URL,
    "headers": {"Content-Type": "application/xml"},
    "requestContext": {"httpMethod": "ANY", "path": "/{path}", "stage": "release"},
    "queryString": {"a": ["1", "2"], "b": True},
    "isBase64Encoded": "false",
}


def refused(event: dict[str, Any]) -> int:
    request = read_request(event)
    try:
        request.check()
        request.content()
    except RequestRefused as error:
        return error.status
    raise AssertionError("the request was not refused")


@pytest.mark.parametrize("event", [FUNCTION_URL, API_GATEWAY])
def test_both_fronts_are_read_alike(event: dict[str, Any]) -> None:
    request = read_request(event)
    request.check()
    assert (request.method, request.path, request.content()) == ("POST", "/v1/static/x", b"<Response/>")
    assert request.headers["content-type"] == "application/xml"


@pytest.mark.parametrize("flag", [True, "true", "True"])
def test_a_body_flagged_as_base64_is_decoded_however_the_flag_is_written(flag: object) -> None:
    body = base64.b64encode("中文".encode()).decode()
    assert read_request({**FUNCTION_URL, "body": body, "isBase64Encoded": flag}).content() == "中文".encode()


@pytest.mark.parametrize("flag", [False, "false", "", None, 0])
def test_a_body_not_flagged_stays_as_it_is(flag: object) -> None:
    assert read_request({**FUNCTION_URL, "body": "aGk=", "isBase64Encoded": flag}).content() == b"aGk="


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_not_of_its_documented_type_counts_as_left_out_however_deep_it_is() -> None:
    event = {"httpMethod": "POST", "path": nested(5000), "headers": {"content-encoding": nested(5000)}}
    request = read_request({**event, "isBase64Encoded": nested(5000), "body": "aGk="})
    assert (request.path, request.headers, request.content()) == ("/", {}, b"aGk=")


def test_a_parsed_body_that_is_nested_too_deeply_is_refused_with_400() -> None:
    with pytest.raises(RequestRefused) as caught:
        read_request({**FUNCTION_URL, "body": nested(200_000)})
    assert caught.value.status == 400


def test_a_json_body_that_the_front_has_already_parsed_is_written_again() -> None:
    assert json.loads(read_request({**FUNCTION_URL, "body": {"a": 1}}).content()) == {"a": 1}


def test_fields_that_the_front_left_out_have_defaults() -> None:
    request = read_request({"httpMethod": "post"})
    assert (request.method, request.path, request.content()) == ("POST", "/", b"")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "ANY"])
def test_another_method_than_post_is_refused_with_405(method: str) -> None:
    assert refused({**FUNCTION_URL, "httpMethod": method}) == 405


def test_a_body_of_just_the_limit_passes_and_one_byte_more_is_refused_with_413() -> None:
    assert len(read_request({**FUNCTION_URL, "body": "x" * MAX_BODY_BYTES}).content()) == MAX_BODY_BYTES
    assert refused({**FUNCTION_URL, "body": "x" * (MAX_BODY_BYTES + 1)}) == 413
    assert refused({**FUNCTION_URL, "body": "中" * MAX_BODY_BYTES}) == 413


def test_the_limit_counts_decoded_bytes_of_base64() -> None:
    exactly = base64.b64encode(b"x" * MAX_BODY_BYTES).decode()
    more = base64.b64encode(b"x" * (MAX_BODY_BYTES + 1)).decode()
    assert len(read_request({**FUNCTION_URL, "body": exactly, "isBase64Encoded": True}).content()) == MAX_BODY_BYTES
    assert refused({**FUNCTION_URL, "body": more, "isBase64Encoded": True}) == 413


def test_a_compressed_body_is_refused_with_415() -> None:
    assert refused({**FUNCTION_URL, "headers": {"Content-Encoding": "gzip"}}) == 415


@pytest.mark.parametrize("body", ["!", "中文", "a", "aGk"])
def test_broken_base64_is_refused_with_400(body: str) -> None:
    assert refused({**FUNCTION_URL, "body": body, "isBase64Encoded": True}) == 400


@pytest.mark.parametrize("event", [None, "text", [], {}, {"Records": []}, {"httpMethod": 1}])
def test_what_has_no_method_is_no_http_event(event: object) -> None:
    with pytest.raises(MalformedEvent, match="httpMethod"):
        read_request(event)


def test_an_answer_is_what_the_platform_turns_into_http() -> None:
    assert answer(200, "stored") == {
        "isBase64Encoded": False,
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": '{"message": "stored"}',
    }


def test_a_405_tells_the_method_that_is_taken() -> None:
    assert answer(405, "no")["headers"]["Allow"] == "POST"


values = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.dictionaries(st.text(), st.text())


@given(
    st.fixed_dictionaries(
        {"httpMethod": st.text()}, optional=dict.fromkeys(("body", "headers", "path", "isBase64Encoded"), values)
    )
)
def test_any_http_event_is_read_or_refused(event: dict[str, Any]) -> None:
    request = read_request(event)
    try:
        request.check()
        assert isinstance(request.content(), bytes)
    except RequestRefused as error:
        assert error.status in {400, 405, 413, 415}
