import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support import EVENTS
from voicesep.main import main


def invoke(function: str, event: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["invoke", function, "-e", str(event)], input=given)


@pytest.mark.parametrize("name", ["cos-put.json", "cos-key-with-spaces-and-中文.json"])
def test_submit_takes_a_sample_event_and_prints_what_became_of_it(name: str) -> None:
    result = invoke("submit", EVENTS / name)
    assert result.exit_code == 0, result.stderr
    (record,) = json.loads(result.stdout)["records"]
    assert record["result"] == "submitted"
    assert record["job_id"].startswith("j")
    assert "job.submitted" in result.stderr


@pytest.mark.parametrize("name", ["callback-job.xml", "callback-workflow.xml", "callback-workflow.json"])
def test_callback_takes_the_vendor_s_notifications_as_they_are(name: str) -> None:
    result = invoke("callback", EVENTS / name)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["statusCode"] == 200
    assert "entry.stored" in result.stderr


def test_reconcile_takes_a_timer_and_tells_what_it_did() -> None:
    result = invoke("reconcile", EVENTS / "timer-reconcile.json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["jobs"] == 0
    assert "index.published" in result.stderr


def test_a_dash_reads_standard_input() -> None:
    result = invoke("submit", "-", (EVENTS / "cos-put.json").read_bytes())
    assert result.exit_code == 0, result.stderr


def test_a_whole_http_event_is_passed_as_it_is() -> None:
    event = {"httpMethod": "POST", "path": "/v1/static/forged", "headers": {}, "body": "{}"}
    result = invoke("callback", "-", json.dumps(event).encode())
    assert result.exit_code == 1
    assert json.loads(result.stdout)["statusCode"] == 401


@pytest.mark.parametrize(("event", "status"), [(b"hello", 415), (b"<Response>", 400), (b'{"EventName": "Other"}', 422)])
def test_a_bad_notification_is_answered_by_the_function_and_ends_with_1(event: bytes, status: int) -> None:
    result = invoke("callback", "-", event)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["statusCode"] == status


def test_a_wrong_event_is_the_function_s_error_and_ends_with_1() -> None:
    result = invoke("submit", "-", b'{"httpMethod": "GET"}')
    assert result.exit_code == 1
    error = json.loads(result.stdout)
    assert (error["errorCode"], error["statusCode"]) == (-1, 430)
    assert "this is not a COS event" in error["stackTrace"]


def test_what_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    missing = invoke("submit", tmp_path / "none.json")
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)
    broken = invoke("submit", "-", b"{")
    assert (broken.exit_code, "is not JSON" in broken.stderr) == (2, True)
    unknown = invoke("reconnoitre", EVENTS / "cos-put.json")
    assert unknown.exit_code == 2
