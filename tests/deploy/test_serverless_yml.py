"""What Tencent's own deploy toolkit calls for serverless.yml, each call read by Tencent's own request models."""

import importlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.scf.v20180416 import models as scf
from tencentcloud.tag.v20180813 import models as tag

from tests.deploy.account import Call
from tests.deploy.project import ENV_EXAMPLE, INPUTS, SERVERLESS_YML, env_example
from tests.deploy.tencent_api import TencentApi
from tests.deploy.toolkit import HANDED_DOWN, VERSIONS, HandedDown, Recording, Toolkit, UnknownParameters, as_request
from tests.deploy.traps.deployment import variables
from voice_separation.settings import NAMES, Settings, from_environment

FUNCTIONS = {key: f"voice-dev-separation-{key}" for key in ("submit", "callback", "reconcile")}
SECONDS = {"submit": "60", "callback": "15", "reconcile": "900"}
GIVEN = [variable["key"] for variable in INPUTS["environments"]]
AT_CREATION = {"Type", "Runtime", "Handler", "Code", "DeployMode", "InstallDependency"}  # an update does not repeat it
WITHOUT_COMMENTS = re.sub(r"#.*", "", SERVERLESS_YML.read_text())
COS_TRIGGER = {"event": "cos:ObjectCreated:*", "filter": {"Prefix": "incoming/", "Suffix": ""}}
FUNCTION_URL = {"AuthType": "NONE", "NetConfig": {"EnableIntranet": False, "EnableExtranet": True}}


@pytest.fixture(scope="module", params=HANDED_DOWN)
def handed_down(request: pytest.FixtureRequest) -> HandedDown:
    """What functions take over from `inputs`, in one revision of the component and in another."""
    revision: HandedDown = request.param
    return revision


@pytest.fixture(scope="module")
def recording(toolkit: Toolkit, handed_down: HandedDown) -> Recording:
    """The first deployment, with .env.example as it stands, into an account that takes its time."""
    with TencentApi() as api:
        api.account.takes_its_time = True
        recording = toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE, handed_down)
    assert recording.failure == ""
    return recording


def created(key: str) -> dict[str, Any]:
    """Return all that CreateFunction is to be told of a function, as it is on the wire."""
    said = INPUTS["functions"][key]
    return {
        "FunctionName": FUNCTIONS[key],
        "Description": said["description"],
        "Namespace": "default",
        "Type": "Event",
        "Runtime": "Python3.10",
        "Handler": f"{key}.main_handler",
        "Role": said["role"],
        "Timeout": SECONDS[key],
        "MemorySize": "256",
        "DiskSize": "512",
        "Code": {"CosBucketName": "sls-cloudfunction-ap-guangzhou-code", "CosObjectName": "voice-dev-separation.zip"},
        "DeployMode": "code",
        "InstallDependency": "FALSE",
        "L5Enable": "FALSE",
        "PublicNetConfig": {"PublicNetStatus": "ENABLE", "EipConfig": {"EipStatus": "DISABLE"}},
        "Environment": {"Variables": [{"Key": name, "Value": env_example()[name]} for name in GIVEN]},
    }


def test_every_call_is_known_to_the_vendor_s_request_models(recording: Recording) -> None:
    for call in recording.calls:
        as_request(call)
        assert call.version == VERSIONS[call.service]
        assert call.region == env_example()["REGION"]


def test_a_parameter_that_the_model_does_not_know_is_refused() -> None:
    call = Call("scf", "2018-04-16", "CreateFunction", "ap-guangzhou", {"FunctionName": "a", "Colour": "blue"})
    with pytest.raises(UnknownParameters, match="CreateFunction: Colour"):
        as_request(call)


def test_the_functions_are_created_first_then_tagged_and_then_given_their_triggers(recording: Recording) -> None:
    submit, callback, reconcile = FUNCTIONS.values()
    assert recording.changes == [
        f"CreateFunction {submit}",
        "CreateTag project",
        "AttachResourcesTag project",
        f"CreateFunction {callback}",
        "AttachResourcesTag project",
        f"CreateFunction {reconcile}",
        "AttachResourcesTag project",
        f"CreateTrigger {submit}",
        f"CreateTrigger {callback}",
        f"CreateTrigger {reconcile}",
        f"CreateTrigger {reconcile}",
    ]


def test_the_toolkit_waits_until_a_function_is_active(recording: Recording) -> None:
    for name in FUNCTIONS.values():
        about = [call.action for call in recording.calls if call.params.get("FunctionName") == name]
        assert about[:4] == ["GetFunction", "CreateFunction", "GetFunction", "GetFunction"]


@pytest.mark.parametrize("key", FUNCTIONS)
def test_each_function_is_created_as_the_file_says_and_with_nothing_else(recording: Recording, key: str) -> None:
    (told,) = [
        call.params
        for call in recording.calls
        if call.action == "CreateFunction" and call.params["FunctionName"] == FUNCTIONS[key]
    ]
    assert told == created(key)


def test_each_function_gets_exactly_the_settings_and_can_read_them(recording: Recording) -> None:
    for function in recording.requests(scf.CreateFunctionRequest):
        given = variables(function)
        assert given.keys() == set(NAMES)
        assert from_environment(given) == from_environment(env_example())


def test_each_setting_has_the_value_of_the_variable_that_is_called_like_it(
    toolkit: Toolkit, handed_down: HandedDown, tmp_path: Path
) -> None:
    told = {name: f"the value of {name}" for name in env_example()}
    file = shutil.copy(SERVERLESS_YML, tmp_path)
    functions = toolkit.deployed(Path(file), told, handed_down).requests(scf.CreateFunctionRequest)
    assert [variables(function) for function in functions] == [{name: told[name] for name in NAMES}] * 3


def test_the_bucket_calls_submit_the_url_calls_callback_and_two_timers_call_reconcile(recording: Recording) -> None:
    cos, url, every_minute, audit = recording.requests(scf.CreateTriggerRequest)
    assert [each.FunctionName for each in (cos, url, every_minute, audit)] == [
        FUNCTIONS["submit"],
        FUNCTIONS["callback"],
        FUNCTIONS["reconcile"],
        FUNCTIONS["reconcile"],
    ]
    assert {each.Enable for each in (cos, url, every_minute, audit)} == {"OPEN"}
    assert {each.Qualifier for each in (cos, url, every_minute, audit)} == {"$DEFAULT"}
    assert (cos.Type, cos.TriggerName) == ("cos", "media-1250000000.cos.ap-guangzhou.myqcloud.com")
    assert cos.TriggerDesc == json.dumps(COS_TRIGGER, separators=(",", ":"))
    assert (url.Type, url.TriggerName, json.loads(url.TriggerDesc)) == ("http", "callback-url", FUNCTION_URL)
    assert (every_minute.Type, every_minute.TriggerDesc) == ("timer", "0 * * * * * *")
    assert (audit.Type, audit.TriggerDesc) == ("timer", "0 17 3 * * * *")
    assert (every_minute.TriggerName, audit.TriggerName) == ("every-minute", "daily-audit")
    assert (every_minute.CustomArgument, audit.CustomArgument) == ("reconcile", "audit")


def test_each_function_carries_the_tag(recording: Recording) -> None:
    attached = recording.requests(tag.AttachResourcesTagRequest)
    assert [(each.TagKey, each.TagValue) for each in attached] == [("project", "voice-separation")] * 3
    assert [each.ResourceIds for each in attached] == [[f"default/function/{name}"] for name in FUNCTIONS.values()]


def test_a_second_deployment_updates_the_functions_and_leaves_every_trigger_in_place(
    toolkit: Toolkit, handed_down: HandedDown
) -> None:
    with TencentApi() as api:
        toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE, handed_down)
        before = {name: list(triggers) for name, triggers in api.account.triggers.items()}
        second = toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE, handed_down)
        assert api.account.triggers == before
    assert second.failure == ""
    assert second.changes == [
        *(f"Update{what} {name}" for name in FUNCTIONS.values() for what in ("FunctionCode", "FunctionConfiguration")),
        f"UpdateTrigger {FUNCTIONS['callback']}",
    ]
    for call in second.calls:
        as_request(call)
    updates = [call.params for call in second.calls if call.action == "UpdateFunctionConfiguration"]
    assert updates == [{key: created(name)[key] for key in created(name).keys() - AT_CREATION} for name in FUNCTIONS]


def test_the_functions_are_the_same_whatever_the_component_hands_down(toolkit: Toolkit) -> None:
    calls = []
    for revision in HANDED_DOWN:
        with TencentApi() as api:
            calls.append(toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE, revision).calls)
    assert calls[0] == calls[1]


def test_a_file_that_relies_on_inheritance_would_deploy_functions_without_settings(
    toolkit: Toolkit, tmp_path: Path
) -> None:
    inherited = re.sub(
        r"^ +(memorySize|tags|environments): \*\w+\n", "", SERVERLESS_YML.read_text(), flags=re.MULTILINE
    )
    file = tmp_path / "serverless.yml"
    file.write_text(inherited)
    functions = toolkit.deployed(file, env_example(), handed_down="everything").requests(scf.CreateFunctionRequest)
    assert [(each.MemorySize, set(variables(each))) for each in functions] == [("256", set(NAMES))] * 3
    functions = toolkit.deployed(file, env_example(), handed_down="basics").requests(scf.CreateFunctionRequest)
    assert [(each.MemorySize, variables(each)) for each in functions] == [("128", {})] * 3


def test_removing_deletes_the_functions_and_nothing_else(toolkit: Toolkit) -> None:
    with TencentApi() as api:
        toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE)
        removal = toolkit.run("remove", api, SERVERLESS_YML, ENV_EXAMPLE)
        assert api.account.functions == {}
    assert removal.failure == ""
    assert removal.changes == [f"DeleteFunction {name}" for name in FUNCTIONS.values()]


def test_a_deployment_that_is_not_signed_with_the_right_key_is_turned_away(toolkit: Toolkit, tmp_path: Path) -> None:
    with TencentApi(secret_key=b"another") as api:
        recording = toolkit.run("deploy", api, SERVERLESS_YML, ENV_EXAMPLE)
    assert "signature" in recording.failure
    assert recording.calls == ()


@pytest.mark.parametrize("key", FUNCTIONS)
def test_each_handler_is_a_function_of_a_module_at_the_root_of_the_package(key: str) -> None:
    module, _, function = INPUTS["functions"][key]["handler"].partition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_region_and_bucket_are_given_once_and_in_env_only() -> None:
    assert not re.search(r"\b(ap|eu|na)-[a-z]+|-\d{10}\b", WITHOUT_COMMENTS)
    values = list(env_example().values())
    assert [values.count(env_example()[name]) for name in ("REGION", "INPUT_BUCKET")] == [1, 1]


def test_env_example_sets_exactly_what_serverless_yml_asks_for_and_nothing_to_empty() -> None:
    asked = set(re.findall(r"\$\{env:(\w+)\}", WITHOUT_COMMENTS))
    assert env_example().keys() == asked == {"REGION", *NAMES}
    assert all(env_example().values())


def test_env_example_has_comments_on_lines_of_their_own_only() -> None:
    # The command line reads .env with dotenv 8, which takes the rest of a line for the value.
    for line in ENV_EXAMPLE.read_text().splitlines():
        assert re.fullmatch(r"|#.*|[A-Z_]+=[^#\s'\"]+", line), line


def test_where_env_example_gives_a_default_it_is_the_settings_own() -> None:
    given = {name: value for name, value in env_example().items() if name in NAMES and name != "INPUT_BUCKET"}
    assert from_environment(given) == Settings()
