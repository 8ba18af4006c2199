import pytest

from tests.localcloud.ci.wire import HOST, Wire

REGION_HOST = "ci.ap-guangzhou.myqcloud.com"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/jobs/"),
        ("PUT", "/jobs/j1"),
        ("DELETE", "/jobs/j1"),
        ("POST", "/jobs/j1/more"),
        ("POST", "/asr_jobs"),
        ("DELETE", "/workflow"),
        ("GET", "/workflow/w1"),
        ("GET", "/triggerworkflow"),
        ("POST", "/workflowexecution"),
        ("PUT", "/template"),
        ("GET", "/template/t1"),
        ("POST", "/queue"),
        ("DELETE", "/asrqueue/p1"),
        ("PUT", "/asrbucket"),
        ("GET", "/asrbucket"),
        ("GET", "/mediabucket"),
    ],
)
def test_what_is_not_offered_is_said_so_by_name(wire: Wire, method: str, path: str) -> None:
    answer = wire.send(method, path)
    assert answer.error == (501, "NotImplemented")
    assert f"{method} {path}." in answer.message


@pytest.mark.parametrize(("method", "path"), [("GET", "/jobs"), ("GET", "/"), ("POST", "/asrbucket")])
def test_what_a_region_does_not_offer_is_said_so_by_name(wire: Wire, method: str, path: str) -> None:
    answer = wire.send(method, path, host=REGION_HOST)
    assert answer.error == (501, "NotImplemented")
    assert f"{method} {path}." in answer.message


@pytest.mark.parametrize("path", ["/jobs", "/jobs/j1", "/template", "/queue", "/asrqueue", "/workflow"])
@pytest.mark.parametrize("host", ["none-1250000000.ci.ap-guangzhou.myqcloud.com", HOST.replace("guangzhou", "beijing")])
def test_a_bucket_that_is_not_there_is_refused(wire: Wire, path: str, host: str) -> None:
    assert wire.send("GET", path, host=host).error == (404, "NoSuchBucket")


def test_answers_are_the_vendors_in_type_and_headers(wire: Wire) -> None:
    answer = wire.send("GET", "/queue")
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["server"] == "tencent-ci"
    assert answer.headers["x-ci-request-id"] == answer.document["Response"]["RequestId"]


def test_a_region_answers_as_ci_does(wire: Wire) -> None:
    answer = wire.send("GET", "/asrbucket?pageSize=101", host=REGION_HOST)
    assert answer.error == (400, "InvalidArgument")
    assert list(answer.document["Error"]) == ["Code", "Message", "RequestId", "TraceId"]
    assert answer.headers["server"] == "tencent-ci"
