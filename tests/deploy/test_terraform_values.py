"""What deploy/terraform makes of its variables, worked out by Terraform itself."""

from typing import Any

import pytest

from tests.deploy.project import env_example
from tests.deploy.terraform import FOLDER, Module, terraform, why_not
from tests.support import ROOT
from voicesep.policies import DOORS, policy_document

SECRET = "a-callback-secret-of-tests-only"
GIVEN = {"region": "ap-guangzhou", "input_bucket": "media-1250000000", "callback_secrets": SECRET}
WEBHOOK = {"WEBHOOK_URL": "https://receiver.example.com", "WEBHOOK_SECRETS": f"whsec_{'QUFB' * 8}"}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    if reason := why_not():
        pytest.skip(reason)
    return Module.copied_to(tmp_path_factory.mktemp("module"))


def test_what_is_left_out_is_a_dash_but_for_what_triggers_and_policies_name(module: Module) -> None:
    settings = module.values(**GIVEN)["settings"]
    assert {name: value for name, value in settings.items() if value != "-"} == {
        "INPUT_BUCKET": "media-1250000000",
        "INPUT_PREFIX": "incoming/",
        "INDEX_PREFIX": "index/",
        "CALLBACK_SECRETS": SECRET,
    }
    assert settings.keys() == env_example().keys() - {"REGION"}


@pytest.mark.parametrize("absent", ["-", ""], ids=["a dash", "nothing"])
def test_a_setting_that_is_written_as_not_set_is_left_out(module: Module, absent: str) -> None:
    settings = dict.fromkeys(("INPUT_PREFIX", "INDEX_PREFIX", "INDEX_BUCKET", "LOG_LEVEL", "VERIFY_CALLBACKS"), absent)
    others = {"webhook_url": absent, "webhook_secrets": absent, "callback_url": absent}
    assert module.values(**GIVEN, **others, settings=settings) == module.values(**GIVEN)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"INPUT_PREFIX": "our recordings/+ü/", "INDEX_PREFIX": "an index/"},
        {"INDEX_BUCKET": "index-1250000000", "INDEX_PREFIX": "voice/"},
        {"VERIFY_CALLBACKS": "False"},
        {"CALLBACK_SECRETS": "ssm:callback-secrets:v2"},
        WEBHOOK,
        {**WEBHOOK, "WEBHOOK_SECRETS": "ssm:receiver-secrets"},
    ],
    ids=["as it comes", "prefixes", "index elsewhere", "believed", "stored", "webhook", "webhook stored"],
)
@pytest.mark.parametrize("uin", ["", "100000000001"])
def test_the_policies_are_those_that_cam_policy_prints(module: Module, settings: dict[str, str], uin: str) -> None:
    environment = {**env_example(), "CALLBACK_SECRETS": SECRET, **settings}
    own = {name.lower(): value for name, value in settings.items() if name.startswith(("WEBHOOK", "CALLBACK"))}
    others = {name: value for name, value in settings.items() if name.lower() not in own}
    policies = module.values(**{**GIVEN, **own, "settings": others, "owner_uin": uin})["policies"]
    assert policies == {door: policy_document(ROOT, door, environment, uin=uin) for door in DOORS}


@pytest.mark.parametrize(
    ("told", "own", "url"),
    [
        ('{"NetConfig": {"ExtranetUrl": "https://one.example.com/"}}', "", "https://one.example.com"),
        ('{"NetConfig": {"ExtranetUrl": "https://one.example.com"}}', "https://own.example.com/", "https://own.example.com"),
        ('{"NetConfig": {"ExtranetUrl": ""}}', "", "-"),
        ('{"NetConfig": {}}', "-", "-"),
        ("", "", "-"),
    ],
    ids=["told", "one's own", "told as nothing", "not told", "unreadable"],
)  # fmt: skip
def test_the_callback_address_has_no_slash_at_its_end_and_is_never_empty(
    module: Module, told: str, own: str, url: str
) -> None:
    assert module.values(**GIVEN, told=told, callback_url=own)["callback_url"] == url


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"OUTPT_PREFIX": "stems/", "LOG_LEVEL": "DEBUG"}, "No such settings: OUTPT_PREFIX."),
        ({"CALLBACK_URL": "-"}, "These have variables of their own: CALLBACK_URL."),
        ({"INPUT_PREFIX": "incoming*/"}, "A prefix with * or ? would stand for other keys"),
        ({"OUTPUT_PREFIX": "stems?/"}, "A prefix with * or ? would stand for other keys"),
        ({"INDEX_BUCKET": "index-1259999999"}, "INDEX_BUCKET is another account's"),
    ],
    ids=["unknown", "a variable's", "star", "question mark", "another account's"],
)
def test_settings_that_make_no_sense_are_refused(module: Module, settings: dict[str, Any], said: str) -> None:
    assert said in module.refusal(**GIVEN, settings=settings)


@pytest.mark.usefixtures("module")  # without Terraform it is skipped
def test_the_files_are_as_terraform_formats_them() -> None:
    assert terraform("fmt", "-check", str(FOLDER)).stdout == ""
