"""Every trap that we know is found when serverless.yml, or .env, falls into it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import traps
from tests.deploy.project import INPUTS, SERVERLESS_YML, env_example
from tests.deploy.toolkit import Toolkit

GONE = object()
COS, URL, EVERY_MINUTE, AUDIT = (f"triggers.{index}" for index in range(4))


def changed(path: str, value: object) -> dict[str, Any]:
    """Return serverless.yml with one thing below `inputs` replaced, or left out."""
    document: dict[str, Any] = yaml.safe_load(SERVERLESS_YML.read_text())
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    node: Any = document["inputs"]
    for step in steps:
        node = node[step]
    if value is GONE:
        del node[last]
    else:
        node[last] = copy.deepcopy(value)
    return document


Find = Callable[[dict[str, Any], dict[str, str]], list[str]]


@pytest.fixture
def found(toolkit: Toolkit, tmp_path: Path) -> Find:
    """Deploys a file and an environment, and tells the traps that they fall into."""

    def find(document: dict[str, Any], environment: dict[str, str]) -> list[str]:
        file = tmp_path / "serverless.yml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True))
        recording = toolkit.deployed(file, environment)
        return traps.found(traps.Deployment(document["inputs"], environment, recording))

    return find


@pytest.mark.parametrize(
    ("path", "value", "trap"),
    [
        (f"{COS}.parameters.enable", GONE, "the cos trigger is created closed"),
        (f"{COS}.parameters.bucket", "media", "the cos trigger is on media, not on"),
        (f"{COS}.parameters.bucket", "${env:INPUT_BUCKET}", "the cos trigger is on media-1250000000, not on"),
        (f"{COS}.parameters.bucket", "${env:INPUT_BUCKET}.cos.ap-tokyo.myqcloud.com", "the cos trigger is on"),
        (f"{COS}.parameters.events", "cos:ObjectCreated:Put", "misses other ways to upload"),
        (f"{COS}.parameters.filter", GONE, "not INPUT_PREFIX"),
        (f"{COS}.parameters.filter.prefix", "", "not INPUT_PREFIX"),
        (f"{COS}.parameters.filter.prefix", "${env:INDEX_PREFIX}", "not INPUT_PREFIX"),
        (f"{COS}.parameters.filter.suffix", ".mp3", "misses other INPUT_SUFFIXES"),
        (f"{COS}.parameters.qualifier", "$LATEST", "the cos trigger is on $LATEST"),
        (f"{COS}.function", "callback", "the cos trigger calls callback.main_handler"),
        (f"{COS}.function", "submitt", "no function submitt in this file"),
        (f"{COS}.type", "apigw", "the toolkit gave up"),
        (URL, GONE, "there are 0 function URLs"),
        (f"{URL}.type", "url", "TriggerClass is not a constructor"),
        (f"{URL}.parameters.netConfig", GONE, "the function URL cannot be reached"),
        (f"{URL}.parameters.netConfig.enableExtranet", GONE, "the function URL cannot be reached"),
        (f"{URL}.parameters.qualifier", GONE, "does not find the function URL again"),
        (f"{URL}.parameters.authType", "CAM", "CI cannot sign"),
        (f"{URL}.parameters.enable", False, "the http trigger is created closed"),
        (f"{EVERY_MINUTE}.parameters.enable", GONE, "the timer trigger is created closed"),
        (f"{EVERY_MINUTE}.parameters.argument", GONE, "deletes it and creates it anew"),
        (f"{EVERY_MINUTE}.parameters.cronExpression", "0 * * * *", "cron expression of not seven fields"),
        (f"{EVERY_MINUTE}.parameters.name", "daily-audit", "not two timers, each with a name of its own"),
        (f"{AUDIT}.parameters.argument", "reconcile", "not one timer asks for the audit"),
        ("environments", GONE, "gets no AUDIO_BITRATE"),
        ("environments.0.value", "${env:INPUT_BUCKT}", "INPUT_BUCKET of voice-dev-separation-submit is the text undef"),
        ("environments.0.key", "INPUT_BUCKT", "gets INPUT_BUCKT, which the settings do not know"),
        ("environments.0.key", "SCF_BUCKET", "a name that SCF reserves"),
        ("functions.submit.environments", [], "voice-dev-separation-submit gets no"),
        ("functions.submit.role", GONE, "voice-dev-separation-submit has no role"),
        ("functions.submit.runtime", GONE, "has runtime Nodejs12.16"),
        ("functions.submit.runtime", "Python3.6", "has runtime Python3.6"),
        ("functions.submit.timeout", GONE, "timeout 3 of voice-dev-separation-submit is not above"),
        ("functions.callback.timeout", 12, "timeout 12 of voice-dev-separation-callback is not above"),
        ("functions.submit.type", "web", "is a web function"),
        ("functions.submit.publicAccess", False, "has no access to the public network"),
        ("functions.submit.description", "uploaded -> submitted", "has characters that SCF does not take"),
        ("functions.submit.name", "submit_", "submit_ is no function name"),
        ("functions.submit.name", "voice-dev-separation-callback", "two share a name"),
        ("functions.submit.retryNum", 1, "are ignored without asyncRunEnable"),
        ("functions.submit.asyncRunEnable", True, "which is never retried"),
        ("functions.submit.installDependency", True, "works for Node.js only"),
        ("functions.submit.cls", {"logsetId": "", "topicId": ""}, "switches the logs of"),
        ("memorySize", GONE, "memorySize 128 of"),
        ("memorySize", 300, "memorySize 300 of"),
        ("runtime", "Python3.10", "is refused before anything is deployed"),
        ("src.dist", GONE, "no handler at its root"),
        ("src.exclude", GONE, "may hold .env"),
    ],
)
def test_a_file_that_falls_into_a_trap_is_caught(path: str, value: object, trap: str, found: Find) -> None:
    messages = found(changed(path, value), env_example())
    assert any(trap in message for message in messages), messages


def test_the_map_that_other_components_take_instead_of_environments_is_caught(found: Find) -> None:
    document = changed("environments", GONE)
    document["inputs"]["environment"] = {"variables": dict.fromkeys(INPUTS["environments"][0], "a")}
    assert any("gets no" in message for message in found(document, env_example()))


@pytest.mark.parametrize(
    ("changes", "trap"),
    [
        ({"QUEUE_ID": ""}, "QUEUE_ID of voice-dev-separation-submit is empty"),
        ({"QUEUE_ID": None}, "QUEUE_ID of voice-dev-separation-submit is the text undefined"),
        ({"INPUT_PREFIX": "-"}, "the cos trigger has prefix -, not INPUT_PREFIX"),
        ({"OUTPUT_PREFIX": "incoming/stems/"}, "refuses OUTPUT_PREFIX: it overlaps INPUT_PREFIX"),
        ({"INDEX_PREFIX": "incoming/index/"}, "refuses INDEX_PREFIX: it overlaps INPUT_PREFIX"),
        ({"CALLBACK_URL": "https://1250000000-abc.ap-guangzhou.tencentscf.com"}, "refuses CALLBACK_SECRETS"),
        ({"REGION": "eu-moscow"}, "region eu-moscow is not one that the platform deploys to"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_an_env_file_that_falls_into_a_trap_is_caught(changes: dict[str, str | None], trap: str, found: Find) -> None:
    environment = {name: value for name, value in {**env_example(), **changes}.items() if value is not None}
    messages = found(yaml.safe_load(SERVERLESS_YML.read_text()), environment)
    assert any(trap in message for message in messages), messages


def test_serverless_yml_as_it_is_falls_into_none(found: Find) -> None:
    assert found(yaml.safe_load(SERVERLESS_YML.read_text()), env_example()) == []
