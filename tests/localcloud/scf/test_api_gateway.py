"""Functions that still know the events of API Gateway."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from localcloud.hosts import ApiGatewayHost, read_host
from tests.localcloud.scf.lab import Lab
from tests.localcloud.scf.url_lab import ECHO, call


def gateway(lab: Lab) -> ApiGatewayHost:
    found = read_host(urlsplit(lab.scf.api_gateway_url("echo")).netloc)
    assert isinstance(found, ApiGatewayHost)
    return found


def event_of(lab: Lab, **request: Any) -> Any:
    lab.deploy(ECHO)
    call(lab, host=gateway(lab), **request)
    return lab.scf.invocations[-1].result.value


def answer_to(lab: Lab, returned: str) -> tuple[int, Any]:
    lab.deploy(f"def main_handler(event, context):\n    return {returned}\n")
    response = call(lab, host=gateway(lab))
    return response.status_code, json.loads(bytes(response.body))


def test_every_function_has_an_address_of_api_gateway(lab: Lab) -> None:
    lab.deploy(ECHO)

    url = urlsplit(lab.scf.api_gateway_url("echo"))

    assert (url.scheme, url.path) == ("http", "/release")
    assert url.netloc.startswith("service-")
    assert url.netloc.endswith("-1250000000.gz.apigw.tencentcs.com")


def test_a_request_becomes_the_documented_event(lab: Lab) -> None:
    event = event_of(
        lab,
        path="/release/scf/人",
        query="a=b&a=c&x=y&i",
        headers=(("Content-Type", "text/plain"), ("Host", "somewhere")),
        body="好".encode(),
    )

    request_id = event["requestContext"].pop("requestId")
    assert event == {
        "requestContext": {
            "serviceId": f"service-{gateway(lab).service_id}",
            "path": "/",
            "httpMethod": "ANY",
            "identity": {},
            "sourceIp": "127.0.0.1",
            "stage": "release",
        },
        "headers": {
            "content-type": "text/plain",
            "host": "somewhere",
            "requestsource": "APIGW",
            "x-api-requestid": request_id,
            "x-api-scheme": "https",
            "x-qualifier": "$DEFAULT",
        },
        "body": "好",
        "pathParameters": {},
        "queryStringParameters": {},
        "headerParameters": {},
        "stageVariables": {},
        "path": "/scf/人",
        "queryString": {"a": ["b", "c"], "x": "y", "i": True},
        "httpMethod": "POST",
        "isBase64Encoded": "false",
    }


@pytest.mark.parametrize(
    ("path", "stage", "rest"),
    [("/test/a", "test", "/a"), ("/prepub", "prepub", "/"), ("/a/b", "release", "/a/b"), ("/", "release", "/")],
)
def test_a_stage_is_no_part_of_the_path(lab: Lab, path: str, stage: str, rest: str) -> None:
    event = event_of(lab, path=path)

    assert (event["requestContext"]["stage"], event["path"]) == (stage, rest)


def test_an_integrated_response_is_sent_as_it_says(lab: Lab) -> None:
    assert answer_to(lab, "{'statusCode': 201, 'headers': {}, 'body': '[1]'}") == (201, [1])


@pytest.mark.parametrize("returned", ["'plain'", "{'ok': True}", "{'statusCode': 'ok'}"])
def test_anything_else_is_an_invalid_response(lab: Lab, returned: str) -> None:
    status, told = answer_to(lab, returned)

    assert (status, told["errno"]) == (403, 403)
    assert told["error"].startswith("Invalid scf response format")


def test_an_error_of_the_function_comes_with_status_200(lab: Lab) -> None:
    status, told = answer_to(lab, "1 / 0")

    assert (status, told["errorCode"], told["statusCode"]) == (200, -1, 430)


@pytest.mark.parametrize(
    "host",
    [
        ApiGatewayHost("1250000000", "nobody", "gz"),
        ApiGatewayHost("1250000000", "", "bj"),
        ApiGatewayHost("1", "nobody", "gz"),
    ],
)
def test_an_address_that_is_nobodys_is_not_found(lab: Lab, host: ApiGatewayHost) -> None:
    lab.deploy(ECHO)

    assert call(lab, host=host).status_code == 404


def test_a_region_that_is_not_the_functions_is_not_found(lab: Lab) -> None:
    lab.deploy(ECHO)
    here = gateway(lab)

    assert call(lab, host=ApiGatewayHost(here.appid, here.service_id, "bj")).status_code == 404
