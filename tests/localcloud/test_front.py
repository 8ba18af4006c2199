import http.client
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from localcloud import xml
from localcloud.errors import CloudError
from localcloud.front import Front
from localcloud.hosts import ApiGatewayHost, CiHost, CosHost, FunctionUrlHost
from localcloud.recorder import RecordedRequest, Recorder
from localcloud.server import Server
from tests.localcloud.signing import signed_headers
from tests.support import eventually

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
COS = "media-1250000000.cos.ap-guangzhou.myqcloud.com"
CI = "media-1250000000.ci.ap-guangzhou.myqcloud.com"
FUNCTION = "1250000000-abc.ap-guangzhou.tencentscf.com"


async def bucket(request: Request, host: CosHost) -> Response:
    body = (await request.body()).decode()
    return PlainTextResponse(f"{host.bucket} {request.scope['path']} {body} {request.state.request_id}")


async def refusing(request: Request, host: CiHost) -> Response:
    raise CloudError(403, "QueueSaturated", f"The queue of {host.bucket} is full. Wait.")


async def failing(request: Request, host: FunctionUrlHost | ApiGatewayHost) -> Response:
    raise ZeroDivisionError(repr(host))


async def control(request: Request) -> Response:
    request.state.recorded = request.scope["path"] != "/unrecorded"
    return PlainTextResponse("control")


class Client:
    def __init__(self, port: int, recorder: Recorder) -> None:
        self.port = port
        self.recorder = recorder

    def send(
        self, method: str, target: str, host: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body=body, headers={"Host": host, **(headers or {})})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


@contextmanager
def serving(front: Front, recorder: Recorder) -> Iterator[Client]:
    with Server(front) as server:
        yield Client(server.port, recorder)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    recorder = Recorder()
    front = Front(clock=lambda: NOON, recorder=recorder, cos=bucket, ci=refusing, functions=failing, control=control)
    with serving(front, recorder) as client:
        yield client


@pytest.fixture(scope="module")
def empty() -> Iterator[Client]:
    recorder = Recorder()
    with serving(Front(clock=lambda: NOON, recorder=recorder), recorder) as client:
        yield client


def test_a_request_goes_to_the_service_of_its_host(client: Client) -> None:
    response, body = client.send("POST", "/key", COS, body=b"content")
    assert response.status == 200
    assert body.decode() == f"media-1250000000 /key content {response.headers['x-cos-request-id']}"


def test_a_request_may_come_as_to_a_proxy(client: Client) -> None:
    _, body = client.send("GET", f"http://{COS}//key%20one?x=1", "127.0.0.1")
    assert body.startswith(b"media-1250000000 //key one ")


def test_an_answer_has_the_date_of_the_clock_and_the_vendors_server_name(client: Client) -> None:
    response, _ = client.send("GET", "/", COS)
    assert response.headers["date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    assert response.headers["server"] == "tencent-cos"


def test_a_refusal_of_ci_is_an_error_document_without_resource(client: Client) -> None:
    response, body = client.send("POST", "/jobs", CI)
    error = xml.parse(body, root="Error")
    assert (response.status, error["Code"]) == (403, "QueueSaturated")
    assert error["RequestId"] == response.headers["x-ci-request-id"]
    assert list(error) == ["Code", "Message", "RequestId", "TraceId"]
    assert all(error.values())


def test_a_refusal_of_cos_is_an_error_document_with_resource(empty: Client) -> None:
    response, body = empty.send("GET", "/key", COS)
    error = xml.parse(body, root="Error")
    assert (response.status, error["Code"]) == (501, "NotImplemented")
    assert error["Resource"] == f"{COS}/key"
    assert error["RequestId"] == response.headers["x-cos-request-id"]
    assert list(error) == ["Code", "Message", "Resource", "RequestId", "TraceId"]


@pytest.mark.parametrize("host", [COS, CI, FUNCTION])
def test_a_service_that_is_not_there_is_not_implemented(empty: Client, host: str) -> None:
    response, body = empty.send("GET", "/", host)
    assert response.status == 501
    assert host in xml.parse(body, root="Error")["Message"]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_this_machine_by_its_own_name_is_control_s(client: Client, name: str) -> None:
    assert client.send("GET", "/", f"{name}:{client.port}")[1] == b"control"


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "localhost.example.com:80", "myqcloud.com"])
def test_a_host_of_no_service_is_not_found(client: Client, host: str) -> None:
    response, body = client.send("GET", "/", host)
    assert (response.status, xml.parse(body, root="Error")["Code"]) == (404, "NotFound")


def test_this_machine_is_not_found_without_control(empty: Client) -> None:
    response, body = empty.send("GET", "/", "127.0.0.1")
    assert (response.status, xml.parse(body, root="Error")["Code"]) == (404, "NotFound")


def test_an_unexpected_failure_is_logged_and_kept_off_the_wire(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="localcloud"):
        response, body = client.send("GET", "/secret-path", FUNCTION)
    error = xml.parse(body, root="Error")
    assert (response.status, error["Code"]) == (500, "InternalError")
    assert b"ZeroDivision" not in body
    (record,) = caplog.records
    assert error["RequestId"] in record.getMessage()
    assert "ZeroDivisionError: FunctionUrlHost(" in caplog.text
    assert "secret-path" not in record.getMessage()


@pytest.mark.parametrize("target", ["/%FF", "https://bucket.example/"])
def test_a_target_that_cannot_be_read_is_refused(client: Client, target: str) -> None:
    response, body = client.send("GET", target, COS)
    assert (response.status, xml.parse(body, root="Error")["Code"]) == (400, "InvalidURI")
    assert response.headers["x-cos-request-id"]


def test_a_tunnel_is_refused(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=30) as connection:
        connection.sendall(f"CONNECT {COS}:443 HTTP/1.1\r\nHost: {COS}:443\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_a_connection_serves_several_requests_after_refusals_too(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
    try:
        for _ in range(3):
            connection.request("POST", "/jobs", body=b"x" * 100_000, headers={"Host": CI})
            response = connection.getresponse()
            response.read()
            assert response.status == 403
    finally:
        connection.close()


def test_a_client_that_leaves_in_the_middle_of_its_body_does_no_harm(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="localcloud"):
        with socket.create_connection(("127.0.0.1", client.port), timeout=30) as connection:
            connection.sendall(f"PUT /key HTTP/1.1\r\nHost: {COS}\r\nContent-Length: 10\r\n\r\nabc".encode())
        eventually(lambda: "left before its answer" in caplog.text)
    assert client.send("GET", "/", COS)[0].status == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_every_request_is_recorded_before_its_answer_is_read(client: Client) -> None:
    client.recorder.clear()
    signed = signed_headers("GET", COS, "/a b", secret_id="AKIDone")
    client.send("GET", "/a%20b?x=%20", COS, headers={"Authorization": signed["Authorization"]})
    client.send("POST", "/jobs", CI)
    assert client.recorder.requests() == (
        RecordedRequest(NOON, "cos", "GET", COS, "/a b", "x=%20", 200, "AKIDone"),
        RecordedRequest(NOON, "ci", "POST", CI, "/jobs", "", 403, None),
    )
    assert [each.method for each in client.recorder.requests("ci")] == ["POST"]


def test_a_request_is_left_out_of_the_records_when_its_handler_says_so(client: Client) -> None:
    client.recorder.clear()
    for target in ("/unrecorded", "/recorded"):
        client.send("GET", target, "127.0.0.1")
    assert [each.path for each in client.recorder.requests()] == ["/recorded"]
