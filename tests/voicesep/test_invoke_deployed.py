"""`voicesep invoke --live`: the function that is called is the deployed one."""

import json
from pathlib import Path

import pytest

from tests.support import EVENTS
from tests.voicesep.site import Site


def test_a_deployed_function_is_called_and_its_result_printed(site: Site) -> None:
    told = site.run("invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json"))
    assert told.exit_code == 0, told.stderr
    (invocation,) = site.cloud.scf.invocations
    assert json.loads(told.stdout) == invocation.result.value
    assert invocation.result.function_name == "voice-dev-separation-reconcile"
    assert f"request {invocation.result.request_id}" in told.stderr
    assert '"event":' in told.stderr  # its own log


def test_a_bare_notification_becomes_a_request_to_the_static_address(site: Site) -> None:
    told = site.run("invoke", "callback", "-e", str(EVENTS / "callback-job.xml"))
    assert told.exit_code == 1  # CI does not know the job, so the address was right
    assert json.loads(told.stdout)["statusCode"] == 404


def test_an_http_event_is_sent_as_it_is(site: Site) -> None:
    told = site.run("invoke", "callback", "-e", str(EVENTS / "function-url-get.json"))
    assert (told.exit_code, json.loads(told.stdout)["statusCode"]) == (1, 405)


def test_a_function_that_fails_ends_the_command_with_1(site: Site) -> None:
    site.deploy(lambda text: text.replace("reconcile.main_handler", "reconcile.gone"))
    told = site.run("invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json"))
    assert told.exit_code == 1
    assert json.loads(told.stdout)["errorMessage"].startswith("HandlerNotFound")


def test_a_dry_run_calls_nothing(site: Site) -> None:
    told = site.run("invoke", "submit", "-e", str(EVENTS / "cos-put.json"), "--dry-run")
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.startswith("would call voice-dev-separation-submit in ap-guangzhou with ")
    assert site.cloud.scf.invocations == ()


def test_a_function_that_is_not_deployed_is_told_of_in_one_line(site: Site) -> None:
    site.set(REGION="ap-beijing")
    told = site.run("invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json"))
    assert told.exit_code == 1
    assert "Invoke voice-dev-separation-reconcile – 200 ResourceNotFound.Function" in told.stderr


@pytest.mark.parametrize(("function", "content"), [("reconcile", "no json"), ("callback", "<Response/>")])
def test_an_event_that_cannot_be_one_is_wrong_usage(site: Site, tmp_path: Path, function: str, content: str) -> None:
    site.set(CALLBACK_SECRETS="ssm:ring")
    event = tmp_path / "event"
    event.write_text(content)
    assert site.run("invoke", function, "-e", str(event)).exit_code == 2
    assert site.cloud.scf.invocations == ()
