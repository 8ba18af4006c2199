"""Function URLs, called over ASGI as the front would."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import Response

from localcloud.scf.concurrency import Quota
from localcloud.scf.invocation import SYNC_BYTES
from localcloud.scf.project import HttpTrigger
from tests.localcloud.scf.lab import Lab, LabFactory
from tests.localcloud.scf.url_lab import ECHO, call, function_url_host, http_trigger


def event_of(lab: Lab, **request: Any) -> Any:
    """Return the event that a request becomes."""
    lab.deploy(ECHO, triggers=(http_trigger(),))
    call(lab, **request)
    return lab.scf.invocations[-1].result.value


def answer_to(lab: Lab, returned: str) -> Response:
    """Return the response when the handler's body is `return <returned>`."""
    lab.deploy(f"def main_handler(event, context):\n    return {returned}\n", triggers=(http_trigger(),))
    return call(lab)


def test_a_request_becomes_the_documented_event(lab: Lab) -> None:
    event = event_of(
        lab,
        path="/callback/人",
        query="a=1&b=2&empty=&sum=1%2B1",
        headers=(("Content-Type", "application/json"), ("X-Two", "one"), ("x-two", "two")),
        body=b'{"test":"hello world"}',
    )

    assert event == {
        "body": '{"test":"hello world"}',
        "headers": {
            "content-type": "application/json",
            "x-two": "one,two",
            "x-scf-remote-addr": "127.0.0.1",
        },
        "httpMethod": "POST",
        "path": "/callback/人",
        "queryString": {"a": "1", "b": "2", "empty": "", "sum": "1+1"},
    }


def test_an_xml_body_arrives_as_text(lab: Lab) -> None:
    body = "<Response><EventName>任务完成</EventName></Response>"

    event = event_of(lab, headers=(("Content-Type", "text/xml"),), body=body.encode())

    assert event["body"] == body


def test_a_get_request_has_an_empty_body(lab: Lab) -> None:
    event = event_of(lab, method="GET")

    assert (event["httpMethod"], event["body"], event["queryString"]) == ("GET", "", {})


def test_a_repeated_query_key_becomes_a_list(lab: Lab) -> None:
    assert event_of(lab, query="a=1&a=2&b=3")["queryString"] == {"a": ["1", "2"], "b": "3"}


def test_the_remote_address_is_the_platforms_not_the_callers(lab: Lab) -> None:
    event = event_of(lab, headers=(("X-Scf-Remote-Addr", "8.8.8.8"),))

    assert event["headers"]["x-scf-remote-addr"] == "127.0.0.1"


def test_an_integrated_response_is_sent_as_it_says(lab: Lab) -> None:
    response = answer_to(
        lab,
        "{'statusCode': 201, 'headers': {'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2']}, 'body': '好'}",
    )

    assert (response.status_code, response.body) == (201, "好".encode())
    assert response.headers["content-type"] == "text/plain"
    assert response.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert response.headers["content-length"] == "3"


def test_an_integrated_body_may_be_base64(lab: Lab) -> None:
    encoded = base64.b64encode(b"\x00\xff").decode()

    response = answer_to(lab, f"{{'statusCode': 200, 'isBase64Encoded': True, 'body': {encoded!r}}}")

    assert response.body == b"\x00\xff"


@pytest.mark.parametrize(
    ("returned", "body"),
    [
        ("{'ok': True}", b'{"ok": true}'),
        ("[1, 2]", b"[1, 2]"),
        ("None", b"null"),
        ("'plain text'", b"plain text"),
    ],
)
def test_any_other_value_is_itself_the_body(lab: Lab, returned: str, body: bytes) -> None:
    response = answer_to(lab, returned)

    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.body == body


@pytest.mark.parametrize(
    "returned",
    [
        "{'statusCode': 'ok'}",
        "{'statusCode': 99}",
        "{'statusCode': 200, 'body': {'a': 1}}",
        "{'statusCode': 200, 'headers': 'none'}",
        "{'statusCode': 200, 'isBase64Encoded': True, 'body': '?'}",
    ],
)
def test_a_malformed_integrated_response_is_an_error(lab: Lab, returned: str) -> None:
    response = answer_to(lab, returned)

    assert response.status_code == 500
    assert b"mps-dev-media-echo returned an invalid response" in bytes(response.body)


def test_an_exception_is_not_a_success(lab: Lab) -> None:
    response = answer_to(lab, "1 / 0")

    assert response.status_code == 500
    assert b'"errorMessage": "user code exception caught"' in bytes(response.body)


def test_a_timeout_is_a_gateway_timeout(lab: Lab) -> None:
    lab.deploy(
        "import time\ndef main_handler(event, context): time.sleep(60)\n",
        triggers=(http_trigger(),),
        timeout_s=1,
    )

    assert call(lab).status_code == 504


def test_a_body_over_six_megabytes_is_refused_before_the_function_runs(lab: Lab) -> None:
    lab.deploy(ECHO, triggers=(http_trigger(),))

    assert call(lab, body=b"x" * (SYNC_BYTES + 1)).status_code == 413
    assert lab.scf.invocations == ()


def test_an_event_over_six_megabytes_is_refused_too(lab: Lab) -> None:
    lab.deploy(ECHO, triggers=(http_trigger(),))

    assert call(lab, body=b'"' * (SYNC_BYTES // 2 + 1)).status_code == 413


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        (http_trigger(enabled=False), b"set enable: true"),
        (http_trigger(extranet=False), b"enableExtranet: true"),
    ],
)
def test_a_closed_url_refuses_and_says_what_opens_it(lab: Lab, trigger: HttpTrigger, reason: bytes) -> None:
    lab.deploy(ECHO, triggers=(trigger,))

    response = call(lab)

    assert response.status_code == 403
    assert reason in bytes(response.body)
    assert lab.scf.invocations == ()


@pytest.mark.parametrize("changed", [{"appid": "1"}, {"url_id": "nobody"}, {"region": "ap-beijing"}])
def test_an_address_that_is_nobodys_is_not_found(lab: Lab, changed: dict[str, Any]) -> None:
    lab.deploy(ECHO, triggers=(http_trigger(),))
    found = function_url_host(lab)

    assert call(lab, host=replace(found, **changed)).status_code == 404


@pytest.mark.parametrize(("intranet", "status"), [(True, 200), (False, 403)])
def test_private_networks_have_an_address_of_their_own(lab: Lab, intranet: bool, status: int) -> None:
    lab.deploy(ECHO, triggers=(http_trigger(extranet=False, intranet=intranet),))
    found = function_url_host(lab)

    assert call(lab, host=replace(found, intranet=True)).status_code == status
    assert call(lab, host=found).status_code == 403


@pytest.mark.parametrize("region", [0, 128])
def test_where_there_is_no_room_the_caller_is_told_to_come_back(new_lab: LabFactory, region: int) -> None:
    lab = new_lab(quota=Quota(region=region))
    lab.deploy(ECHO, triggers=(http_trigger(),), memory_mb=256)

    assert call(lab).status_code == 429
