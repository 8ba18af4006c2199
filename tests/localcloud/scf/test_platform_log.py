"""The log of an invocation, with the platform's own lines."""

import re

import pytest

from localcloud.scf.invocation import (
    Initialisation,
    InvocationResult,
    concurrency_exceeded,
    refused,
    timed_out,
    user_code_failed,
)
from localcloud.scf.memory import MB
from localcloud.scf.platform_log import platform_log
from tests.localcloud.scf.lab import Lab


def told(result: InvocationResult) -> list[tuple[str, str]]:
    return [(line.type, line.message) for line in platform_log(result)]


def test_a_warm_run_is_logged_as_documented() -> None:
    result = InvocationResult(
        "f", "09c346d3", "Hello World", None, 0.001, ("invoke log",), memory=int(29.734375 * MB), memory_mb=128
    )

    assert told(result) == [
        ("Platform", "START RequestId:09c346d3"),
        ("Custom", "invoke log"),
        ("Platform", 'Response RequestId:09c346d3 RetMsg:"Hello World"'),
        ("Platform", "END RequestId:09c346d3"),
        ("Platform", "Report RequestId:09c346d3 Duration:1ms Memory:128MB MemUsage:29.734375MB"),
    ]


def test_a_cold_start_is_reported_between_its_lines_and_those_of_the_run() -> None:
    start = Initialisation(0.158, 64 * MB, 1)
    result = InvocationResult(
        "f", "r", None, None, 0.208, ("init log", "invoke log"), memory=None, memory_mb=640, initialisation=start
    )

    assert told(result)[1:5] == [
        ("Custom", "init log"),
        (
            "Platform",
            "Init Report RequestId:r Coldstart: 158ms (PullCode: 0ms InitRuntime: 0ms InitFunction: 158ms) "
            "Memory: 640MB MemUsage: 64.0MB",
        ),
        ("Custom", "invoke log"),
        ("Platform", "Response RequestId:r RetMsg:null"),
    ]
    assert told(result)[-1] == ("Platform", "Report RequestId:r Duration:50ms Memory:640MB")


@pytest.mark.parametrize(
    ("error", "says"),
    [(timed_out(3), "timed out after 3 seconds"), (user_code_failed("Traceback: 错"), '"stackTrace": "Traceback: 错"')],
)
def test_an_error_has_a_line_of_its_own(error: object, says: str) -> None:
    assert isinstance(error, type(timed_out(3)))
    result = InvocationResult("f", "r", None, error, 3.0, (), memory_mb=128)

    lines = [message for _, message in told(result)]

    assert lines[1].startswith("ERROR RequestId:r Result:{")
    assert says in lines[1]
    assert [line.partition(" ")[0] for line in lines] == ["START", "ERROR", "Response", "END", "Report"]


def test_what_reached_no_instance_is_not_logged() -> None:
    assert platform_log(refused("f", "r", concurrency_exceeded("f", 0, reserved=True))) == ()


def test_a_real_run_is_logged_in_this_order(lab: Lab) -> None:
    key = lab.deploy("""
        print("init log")
        def main_handler(event, context):
            print("invoke log")
            return {"人": 1}
    """)

    lines = [line.message for line in platform_log(lab.scf.invoke(key, {}, request_id="r"))]

    expected = [
        r"START RequestId:r",
        r"init log",
        r"Init Report RequestId:r Coldstart: \d+ms \(.*\) Memory: 256MB( MemUsage: [\d.]+MB)?",
        r"invoke log",
        r'Response RequestId:r RetMsg:\{"人": 1\}',
        r"END RequestId:r",
        r"Report RequestId:r Duration:\d+ms Memory:256MB( MemUsage:[\d.]+MB)?",
    ]
    assert len(lines) == len(expected)
    assert all(re.fullmatch(pattern, line) for pattern, line in zip(expected, lines, strict=True)), lines
