"""Every trap that we know is found when serverless.yml, or .env, falls into it."""

import copy
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.project import INPUTS, SERVERLESS_YML, env_example
from tests.deploy.toolkit import HANDED_DOWN, Toolkit
from tests.deploy.traps import catalogue
from tests.deploy.traps.deployment import Deployment
from voice_separation.settings import NOT_SET

GONE = object()
COS, URL, EVERY_MINUTE, AUDIT = (f"inputs.triggers.{index}" for index in range(4))
SUBMIT, CALLBACK, RECONCILE = (f"inputs.functions.{key}" for key in ("submit", "callback", "reconcile"))


def changed(path: str, value: object) -> dict[str, Any]:
    """Return serverless.yml with one thing replaced, added, or left out; what an alias repeats changes everywhere."""
    document: dict[str, Any] = yaml.safe_load(SERVERLESS_YML.read_text())
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    node: Any = document
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
    """Deploys a file and an environment, and tells the traps that they fall into, whatever `inputs` hands down."""

    def find(document: dict[str, Any], environment: dict[str, str]) -> list[str]:
        file = tmp_path / "serverless.yml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True))
        recordings = [toolkit.deployed(file, environment, handed_down) for handed_down in HANDED_DOWN]
        messages = [catalogue.found(Deployment(document, environment, recording)) for recording in recordings]
        return list(dict.fromkeys(chain.from_iterable(messages)))

    return find


def caught(trap: str, messages: list[str]) -> None:
    assert any(trap in message for message in messages), messages


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
        (f"{COS}.parameters.filter.prefix", "incoming/", "the prefix of the cos trigger is incoming/"),
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
        (f"{COS}.parameters.name", "uploads", "parameters has a key name, of which nobody has said"),
        (f"{COS}.parameters.filter.suffix", GONE, "parameters has no filter.suffix"),
        (f"{COS}.parameters.events", ["cos:ObjectCreated:*"], "misses other ways to upload"),
        (COS, GONE, "there are 0 cos triggers"),
        (f"{COS}.ignoreTriggers", True, "has a key ignoreTriggers"),
        (f"{URL}.function", "reconcile", "the http trigger calls reconcile.main_handler"),
        (f"{URL}.parameters.authType", GONE, "parameters has no authType"),
        (f"{URL}.parameters.netConfig.enableExtranet", "yes", "the function URL cannot be reached"),
        (f"{URL}.parameters.netConfig.enableIntranet", True, "in the private network, too"),
        (f"{URL}.parameters.corsConfig", {"enable": True, "origins": ["*"]}, "has a key corsConfig.enable"),
        (f"{URL}.parameters.enableSimpleMode", True, "has a key enableSimpleMode"),
        (EVERY_MINUTE, GONE, "and one for the minute's work"),
        (f"{EVERY_MINUTE}.parameters.cronExpression", "* * * * * * *", "is no time for the work reconcile"),
        (f"{EVERY_MINUTE}.parameters.cronExpression", "0 17 * * * * *", "is no time for the work reconcile"),
        (f"{AUDIT}.parameters.cronExpression", "0 17 * * * * *", "is no time for the work audit"),
        (f"{AUDIT}.parameters.cronExpression", "0 17 3 1 * * *", "is no time for the work audit"),
        (f"{AUDIT}.parameters.argument", "Audit", "not one timer asks for the audit"),
        (f"{AUDIT}.parameters.name", "nightly", "the timer of the work audit is called nightly"),
        (f"{AUDIT}.function", "submit", "the timer trigger calls submit.main_handler"),
    ],
)
def test_a_trigger_that_falls_into_a_trap_is_caught(path: str, value: object, trap: str, found: Find) -> None:
    caught(trap, found(changed(path, value), env_example()))


@pytest.mark.parametrize(
    ("path", "value", "trap"),
    [
        (
            "inputs.environments.0.value",
            "${env:INPUT_BUCKT}",
            "INPUT_BUCKET of voice-dev-separation-submit is the text undef",
        ),
        ("inputs.environments.0.key", "INPUT_BUCKT", "gets INPUT_BUCKT, which the settings do not know"),
        ("inputs.environments.0.key", "SCF_BUCKET", "a name that SCF reserves"),
        (f"{SUBMIT}.environments", [], "voice-dev-separation-submit gets no"),
        (f"{SUBMIT}.role", GONE, "voice-dev-separation-submit has no role"),
        (f"{SUBMIT}.runtime", GONE, "has runtime Nodejs12.16"),
        (f"{SUBMIT}.runtime", "Python3.6", "has runtime Python3.6"),
        (f"{SUBMIT}.timeout", GONE, "timeout 3 of voice-dev-separation-submit is not above"),
        (f"{CALLBACK}.timeout", 12, "timeout 12 of voice-dev-separation-callback is not above"),
        (f"{SUBMIT}.type", "web", "is a web function"),
        (f"{SUBMIT}.publicAccess", False, "has no access to the public network"),
        (f"{SUBMIT}.description", "uploaded -> submitted", "has characters that SCF does not take"),
        (f"{SUBMIT}.name", "submit_", "submit_ is no function name"),
        (f"{SUBMIT}.name", "voice-dev-separation-callback", "two share a name"),
        (f"{SUBMIT}.retryNum", 1, "are ignored without asyncRunEnable"),
        (f"{SUBMIT}.asyncRunEnable", True, "which is never retried"),
        (f"{SUBMIT}.installDependency", True, "works for Node.js only"),
        (f"{SUBMIT}.cls", {"logsetId": "", "topicId": ""}, "switches the logs of"),
        ("inputs.environments.0.value", GONE, "INPUT_BUCKET of voice-dev-separation-submit is the text undefined"),
        ("inputs.environments.0.value", "media-1250000000", "INPUT_BUCKET is given media-1250000000, not"),
        ("inputs.environments.0.key", "LOG_LEVEL", "LOG_LEVEL is given twice"),
        (f"{SUBMIT}.environments", GONE, "voice-dev-separation-submit gets no AUDIO_BITRATE"),
        (f"{CALLBACK}.environments", GONE, "voice-dev-separation-callback gets no AUDIO_BITRATE"),
        (f"{RECONCILE}.environments", GONE, "voice-dev-separation-reconcile gets no AUDIO_BITRATE"),
        (f"{SUBMIT}.memorySize", GONE, "memorySize 128 of voice-dev-separation-submit is not"),
        (f"{RECONCILE}.memorySize", GONE, "memorySize 128 of voice-dev-separation-reconcile is not"),
        (f"{CALLBACK}.memorySize", 300, "memorySize 300 of"),
        (f"{CALLBACK}.tags", GONE, "voice-dev-separation-callback has the tags {}"),
        ("inputs.tags.0.value", "${env:CALLBACK_SECRETS}", "voice-dev-separation-submit has the tags {'project': '-'}"),
        (f"{SUBMIT}.tags", {"project": "voice-separation"}, "tags is no list"),
        (f"{SUBMIT}.timeout", 901, "timeout 901 of"),
        (f"{RECONCILE}.timeOut", 900, "inputs.functions.reconcile has a key timeOut"),
        (f"{SUBMIT}.enviroments", [], "inputs.functions.submit has a key enviroments"),
        (f"{SUBMIT}.role", "SCF_VoiceSeparationCallback", "whose policy is not that of submit"),
        (f"{RECONCILE}.role", "SCF_VoiceSeparationReconcile ", "whose policy is not that of reconcile"),
        (f"{RECONCILE}.publicAccess", False, "has no access to the public network"),
        (f"{CALLBACK}.handler", "callback.mainHandler", "the http trigger calls callback.mainHandler"),
        (f"{CALLBACK}.handler", "src/callback.main_handler", "the http trigger calls src/callback.main_handler"),
        (f"{SUBMIT}.vpc", {"vpcId": "vpc-1", "subnetId": "subnet-1"}, "inputs.functions.submit has a key vpc"),
        (f"{SUBMIT}.initTimeout", 1, "inputs.functions.submit has a key initTimeout"),
        (f"{SUBMIT}.deadLetter", {"type": "CMQ-QUEUE", "name": "gone"}, "inputs.functions.submit has a key deadLetter"),
        (f"{SUBMIT}.eip", True, "inputs.functions.submit has a key eip"),
        (f"{SUBMIT}.layers", [{"name": "shadow", "version": 1}], "inputs.functions.submit has a key layers"),
        (f"{SUBMIT}.traceEnable", True, "inputs.functions.submit has a key traceEnable"),
        (f"{SUBMIT}.src", "voice_separation", "inputs.functions.submit has a key src"),
        ("inputs.functions.another", {**INPUTS["functions"]["submit"]}, "inputs.functions has a key another"),
        (RECONCILE, GONE, "no function reconcile in this file"),
    ],
)
def test_a_function_that_falls_into_a_trap_is_caught(path: str, value: object, trap: str, found: Find) -> None:
    caught(trap, found(changed(path, value), env_example()))


@pytest.mark.parametrize(
    ("path", "value", "trap"),
    [
        ("inputs.runtime", "Python3.10", "is refused before anything is deployed"),
        ("inputs.src.src", "./src", "src.src is ./src"),
        ("inputs.src.hook", GONE, "src.hook is None"),
        ("inputs.src.hook", "true", "src.hook is true"),
        ("inputs.src.hook", "make package || true", "src.hook is make package ||"),
        ("inputs.src.dist", GONE, "src.dist is None"),
        ("inputs.src.dist", "./build", "src.dist is ./build"),
        ("inputs.src.dist", "./build/package/voice_separation", "src.dist is ./build/package/voice_separation"),
        ("inputs.src.exclude", GONE, "src.exclude is None"),
        ("inputs.src.exclude", [".env", "**/*.py"], "src.exclude is ['.env', '**/*.py']"),
        ("inputs.src.exclude", [".env", "**/*.pyc"], "src.exclude is ['.env', '**/*.pyc']"),
        ("inputs.src.include", ["../../.env"], "src.include is ['../../.env']"),
        ("inputs.src.bucket", "elsewhere", "src.bucket is elsewhere"),
        ("inputs.src.object", "old.zip", "src.object is old.zip"),
        ("inputs.region", "ap-guangzhou", "inputs.region is ap-guangzhou"),
        ("inputs.namespace", "prod", "is in namespace prod"),
        ("inputs.ignoreTriggers", True, "inputs has a key ignoreTriggers"),
        ("inputs.cls", {"logsetId": "a", "topicId": "b"}, "inputs has a key cls"),
        ("inputs.installDependency", True, "inputs has a key installDependency"),
        ("org", "somebody", "the file has a key org"),
        ("globalOptions", {"configRole": "SCF_QcsRole"}, "the file has a key globalOptions"),
        ("commandInputs", {"deploy": {"region": "ap-tokyo"}}, "the file has a key commandInputs"),
        ("component", "scf", "component is not multi-scf"),
        ("component", "multi-scf@0.0.1", "component is not multi-scf"),
        ("app", "separation2", "app is not separation"),
        ("stage", "${env:STAGE}", "stage is not dev"),
        ("name", "voices", "name is not voice"),
    ],
)
def test_a_file_that_falls_into_a_trap_is_caught(path: str, value: object, trap: str, found: Find) -> None:
    caught(trap, found(changed(path, value), env_example()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OUTPUT_BUCKET", "INDEX_BUCKET"),
        ("COS_ENDPOINT", "CI_ENDPOINT"),
        ("PENDING_GRACE_SECONDS", "SEGMENT_GRACE_SECONDS"),
        ("WEBHOOK_URL", "CALLBACK_URL"),
        ("CALLBACK_SECRETS", "WEBHOOK_SECRETS"),
    ],
)
def test_variables_that_are_exchanged_are_caught_even_where_both_are_dashes(one: str, other: str, found: Find) -> None:
    assert env_example()[one] == env_example()[other] == NOT_SET
    document = yaml.safe_load(SERVERLESS_YML.read_text())
    given = {variable["key"]: variable for variable in document["inputs"]["environments"]}
    given[one]["value"], given[other]["value"] = given[other]["value"], given[one]["value"]
    caught(f"{one} is given ${{env:{other}}}, not", found(document, env_example()))


def test_the_map_that_other_components_take_instead_of_environments_is_caught(found: Find) -> None:
    document = yaml.safe_load(SERVERLESS_YML.read_text())
    given = {variable["key"]: variable["value"] for variable in INPUTS["environments"]}
    for section in (document["inputs"], *document["inputs"]["functions"].values()):
        del section["environments"]
        section["environment"] = {"variables": given}
    caught("voice-dev-separation-submit gets no AUDIO_BITRATE", found(document, env_example()))


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
    caught(trap, found(yaml.safe_load(SERVERLESS_YML.read_text()), environment))


def test_serverless_yml_as_it_is_falls_into_none(found: Find) -> None:
    assert found(yaml.safe_load(SERVERLESS_YML.read_text()), env_example()) == []
