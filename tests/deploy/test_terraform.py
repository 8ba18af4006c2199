"""deploy/terraform against serverless.yml: the same functions, settings, triggers and roles. Syntax by python-hcl2.

Neither `terraform` nor its provider runs here; docs/proof.md says what that leaves open.
"""

import re
from collections.abc import Iterator
from typing import Any

import hcl2
import pytest

from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger
from localcloud.scf.serverless import read_project
from tests.deploy.project import INPUTS, SERVERLESS_YML, env_example
from tests.support import ROOT
from voicesep.policies import BELIEVED_CALLBACKS, NOTICES, STORED_CALLBACK_SECRETS, STORED_WEBHOOK_SECRETS

FOLDER = ROOT / "deploy" / "terraform"
FILES = sorted(FOLDER.glob("*.tf"))
PROJECT = read_project(SERVERLESS_YML, env_example())
CAM = ROOT / "deploy" / "cam"


def plain(value: Any) -> Any:
    """Return what the parser tells, texts without their quotes, and nothing of comments and blocks."""
    match value:
        case str():
            return value[1:-1] if value.startswith('"') and value.endswith('"') else value
        case list():
            return [plain(item) for item in value]
        case dict():
            return {plain(key): plain(item) for key, item in value.items() if not key.startswith("__")}
        case _:
            return value


DOCUMENTS = [plain(hcl2.loads(path.read_text(encoding="utf-8"))) for path in FILES]


def blocks(kind: str) -> Iterator[dict[str, Any]]:
    for document in DOCUMENTS:
        yield from document.get(kind, [])


def resources(kind: str) -> dict[str, Any]:
    return {name: body for block in blocks("resource") for name, body in block.get(kind, {}).items()}


def local_values() -> dict[str, Any]:
    return {name: value for block in blocks("locals") for name, value in block.items()}


@pytest.mark.parametrize("spec", PROJECT.functions, ids=lambda spec: spec.key)
def test_each_function_is_as_in_serverless_yml(spec: Any) -> None:
    function = resources("tencentcloud_scf_function")[spec.key]
    assert function["name"] == f"${{var.name}}-{spec.key}"
    assert (function["handler"], function["runtime"]) == (spec.handler, spec.runtime)
    assert (function["mem_size"], function["timeout"]) == (spec.memory_mb, spec.timeout_s)
    assert function["description"] == INPUTS["functions"][spec.key]["description"]
    assert function["role"] == f'${{tencentcloud_cam_role.door["{spec.key}"].name}}'
    assert local_values()["roles"][spec.key] == spec.role
    assert function["zip_file"] == "${var.package}"


def test_there_are_no_other_functions_and_the_names_are_the_same() -> None:
    assert resources("tencentcloud_scf_function").keys() == {spec.key for spec in PROJECT.functions}
    (name,) = [block["name"] for block in blocks("variable") if "name" in block]
    assert name["default"] == f"{PROJECT.name}-{PROJECT.stage}-{PROJECT.app}"


def test_the_functions_are_told_the_same_settings() -> None:
    names = local_values()["setting_names"]
    assert sorted(names) == sorted(variable["key"] for variable in INPUTS["environments"])
    environments = {key: body["environment"] for key, body in resources("tencentcloud_scf_function").items()}
    with_address = "${merge(local.settings, {CALLBACK_URL = local.callback_url})}"
    assert environments == {"submit": with_address, "callback": "${local.settings}", "reconcile": with_address}
    assert local_values()["tags"] == {tag["key"]: tag["value"] for tag in INPUTS["tags"]}


def test_each_trigger_is_as_in_serverless_yml() -> None:
    found = resources("tencentcloud_scf_trigger")
    for wanted in PROJECT.triggers:
        match wanted:
            case CosTrigger():
                trigger = found.pop("uploads")
                described = (
                    f'event = "{wanted.event}", filter = {{Prefix = local.input_prefix, Suffix = "{wanted.suffix}"}}'
                )
                assert trigger["trigger_name"] == "${var.input_bucket}.cos.${var.region}.myqcloud.com"
                assert trigger["trigger_desc"] == f"${{jsonencode({{{described}}})}}"
            case HttpTrigger():
                trigger = found.pop("callback_url")
                net = f"EnableExtranet = {str(wanted.extranet).lower()}, EnableIntranet = false"
                assert (
                    trigger["trigger_desc"] == f'${{jsonencode({{AuthType = "{wanted.auth}", NetConfig = {{{net}}}}})}}'
                )
                assert "trigger_name" not in trigger  # the provider refuses one
            case TimerTrigger():
                trigger = found.pop(wanted.name.replace("-", "_"))
                assert (trigger["trigger_name"], trigger["trigger_desc"]) == (wanted.name, wanted.cron.text)
                assert trigger["custom_argument"] == wanted.argument
        kind = {CosTrigger: "cos", HttpTrigger: "http", TimerTrigger: "timer"}[type(wanted)]
        assert trigger["function_name"] == f"${{tencentcloud_scf_function.{wanted.function}.name}}"
        assert (trigger["type"], trigger["qualifier"], trigger["enable"]) == (kind, "$DEFAULT", "OPEN")
        assert wanted.enabled
    assert found == {}


def test_the_default_prefixes_are_the_settings_own() -> None:
    example = env_example()
    for name in ("INPUT_PREFIX", "INDEX_PREFIX"):
        assert local_values()[name.lower()] == f'${{lookup(local.given, "{name}", "{example[name]}")}}'


def test_every_placeholder_of_the_policies_is_filled_in() -> None:
    used = set()
    files = set(re.findall(r"[\w-]+\.json", local_values()["policy_files"]))
    assert files == {
        *(STORED_CALLBACK_SECRETS, STORED_WEBHOOK_SECRETS, BELIEVED_CALLBACKS),
        *(NOTICES["callback"], NOTICES["reconcile"]),
    }
    for name in ("submit.json", "callback.json", "reconcile.json", *files):
        used |= set(re.findall(r"\$\{(\w+)\}", (CAM / name).read_text()))
    assert used <= local_values()["placeholders"].keys()


def test_whatever_is_referred_to_is_there() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    variables = {name for block in blocks("variable") for name in block}
    declared = {f"{kind}.{name}" for block in blocks("resource") for kind, bodies in block.items() for name in bodies}
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    assert set(re.findall(r"\blocal\.(\w+)", text)) == local_values().keys()
    assert set(re.findall(r"(?<!\")\b(tencentcloud_\w+\.\w+)", text)) <= declared


def test_no_function_is_there_before_its_role_may_do_what_it_does() -> None:
    for function in resources("tencentcloud_scf_function").values():
        assert function["depends_on"] == ["${tencentcloud_cam_role_policy_attachment.door}"]


def test_a_log_topic_of_ones_own_is_every_functions() -> None:
    for function in resources("tencentcloud_scf_function").values():
        assert function["cls_logset_id"] == "${try(var.log_topic.logset_id, null)}"
        assert function["cls_topic_id"] == "${try(var.log_topic.topic_id, null)}"


def test_no_validation_looks_at_a_secret_for_a_failing_one_would_print_it() -> None:
    variables = {name: body for block in blocks("variable") for name, body in block.items()}
    sensitive = [name for name, body in variables.items() if body.get("sensitive")]
    checked = str([body.get("validation") for body in variables.values()])
    assert len(sensitive) == 3
    assert not [name for name in sensitive if f"var.{name}" in checked]


def test_secrets_are_marked_as_such_and_have_no_default_that_is_one() -> None:
    variables = {name: body for block in blocks("variable") for name, body in block.items()}
    assert variables["callback_secrets"]["sensitive"] is True
    assert "default" not in variables["callback_secrets"]
    for name in ("webhook_url", "webhook_secrets"):  # a dash tells nobody
        assert (variables[name]["sensitive"], variables[name]["default"]) == (True, "-")
