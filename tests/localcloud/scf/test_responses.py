"""SCF's API, asked by tencentcloud-sdk-python-scf."""

import json
from collections.abc import Callable

import pytest
from tencentcloud.scf.v20180416 import models, scf_client

from localcloud.scf.cron import Cron
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger
from tests.localcloud.api.sdk import Sdk
from tests.localcloud.cloud_lab import BUCKET, CloudLab
from tests.localcloud.scf.lab import REGION, function_spec, project

ECHO = """
def main_handler(event, context):
    print("told", event)
    if event == "fail":
        raise ValueError("as told")
    return {"heard": event}
"""
TRIGGERS: tuple[Trigger, ...] = (
    CosTrigger("echo", BUCKET, REGION, "cos:ObjectCreated:*", "incoming/", ".mp3", enabled=True),
    HttpTrigger("echo", "url", "NONE", extranet=True, enabled=True),
    TimerTrigger("echo", "minutely", Cron.parse("0 * * * * * *"), "work", enabled=False),
)


@pytest.fixture
def lab(cloud_lab: CloudLab) -> CloudLab:
    cloud_lab.deploy("echo", "other", source=ECHO, triggers=TRIGGERS)
    return cloud_lab


@pytest.fixture
def scf(lab: CloudLab) -> Sdk:
    return Sdk(scf_client.ScfClient, models, lab.cloud)


@pytest.fixture
def name(lab: CloudLab) -> str:
    return lab.cloud.scf.function("echo").name


def test_the_functions_of_a_region_are_listed_page_by_page(lab: CloudLab, scf: Sdk) -> None:
    names = [function.name for function in lab.cloud.scf.functions]
    first = scf.ask("ListFunctions", Limit=1)
    second = scf.ask("ListFunctions", Limit=1, Offset=1)
    assert first.TotalCount == second.TotalCount == 2
    assert [each.FunctionName for page in (first, second) for each in page.Functions] == names
    assert {each.Status for each in first.Functions} == {"Active"}


def test_functions_of_another_region_or_namespace_are_not_listed(lab: CloudLab, scf: Sdk) -> None:
    elsewhere = Sdk(scf_client.ScfClient, models, lab.cloud, "ap-beijing")
    assert elsewhere.ask("ListFunctions").TotalCount == 0
    assert scf.ask("ListFunctions", Namespace="other").TotalCount == 0
    assert scf.ask("ListFunctions", SearchKey="nothing-of-the-kind").TotalCount == 0


def test_a_function_is_told_with_its_settings_and_its_log_topic(lab: CloudLab, scf: Sdk, name: str) -> None:
    spec = lab.cloud.scf.function("echo").spec
    told = scf.ask("GetFunction", FunctionName=name)
    assert (told.Handler, told.Runtime, told.MemorySize) == (spec.handler, spec.runtime, spec.memory_mb)
    assert (told.Timeout, told.Role or None, told.Status) == (spec.timeout_s, spec.role, "Active")
    assert {each.Key: each.Value for each in told.Environment.Variables} == spec.environment
    assert len(told.ClsTopicId) == len("cd3b2c70-7b3a-4a5c-9c0e-1f3a7c1a2b3c")
    assert len(told.Triggers) == len(TRIGGERS)


def test_triggers_are_told_in_the_vendors_words(lab: CloudLab, scf: Sdk, name: str) -> None:
    cos, http, timer = scf.ask("ListTriggers", FunctionName=name).Triggers
    assert (cos.Type, cos.TriggerName, cos.Enable) == ("cos", f"{BUCKET}.cos.{REGION}.myqcloud.com", 1)
    assert cos.TriggerDesc == '{"event":"cos:ObjectCreated:*","filter":{"Prefix":"incoming/","Suffix":".mp3"}}'
    assert json.loads(http.TriggerDesc)["NetConfig"] == {
        "EnableIntranet": False,
        "EnableExtranet": True,
        "ExtranetUrl": lab.cloud.scf.function_url("echo"),
    }
    assert (timer.TriggerName, timer.Enable, timer.CustomArgument) == ("minutely", 0, "work")
    assert json.loads(timer.TriggerDesc) == {"cron": "0 * * * * * *"}


def test_triggers_are_filtered_by_type_as_the_vendors_toolkit_asks(scf: Sdk, name: str) -> None:
    wanted = [{"Name": "Type", "Values": ["http"]}, {"Name": "Qualifier", "Values": ["$DEFAULT"]}]
    found = scf.ask("ListTriggers", FunctionName=name, Filters=wanted)
    assert [each.Type for each in found.Triggers] == ["http"]


def test_a_function_is_called_and_its_result_waited_for(scf: Sdk, name: str) -> None:
    result = scf.ask("Invoke", FunctionName=name, ClientContext='"häll"', LogType="Tail").Result
    assert json.loads(result.RetMsg) == {"heard": "häll"}
    assert (result.Log, result.ErrMsg, result.InvokeResult) == ("told häll", "", 0)
    assert result.Duration > 0


def test_a_log_is_told_only_where_it_is_asked_for(scf: Sdk, name: str) -> None:
    assert scf.ask("Invoke", FunctionName=name, ClientContext="1").Result.Log == ""


def test_what_a_function_fails_with_is_told(scf: Sdk, name: str) -> None:
    result = scf.ask("Invoke", FunctionName=name, ClientContext='"fail"', LogType="Tail").Result
    assert result.InvokeResult == -1
    assert result.ErrMsg == "user code exception caught"
    assert "as told" in json.loads(result.RetMsg)["stackTrace"]


def test_an_event_is_queued_when_nobody_waits(lab: CloudLab, scf: Sdk, name: str) -> None:
    result = scf.ask("Invoke", FunctionName=name, ClientContext="1", InvocationType="Event").Result
    (invocation,) = lab.invocations
    assert invocation.result.request_id == result.FunctionRequestId
    assert (invocation.invocation_type, invocation.result.value) == ("Event", {"heard": 1})


@pytest.mark.parametrize("action", ["GetFunction", "ListTriggers", "Invoke"])
def test_a_function_that_is_not_deployed_is_not_found(scf: Sdk, action: str) -> None:
    assert scf.code(action, FunctionName="none") == "ResourceNotFound.Function"


def test_a_version_that_nobody_published_is_not_found(scf: Sdk, name: str) -> None:
    assert scf.code("GetFunction", FunctionName=name, Qualifier="3") == "ResourceNotFound.FunctionVersion"


@pytest.mark.parametrize("event", ["{", '"' + "x" * 131_072 + '"'], ids=["no JSON", "too large"])
def test_an_event_that_cannot_be_one_is_refused(scf: Sdk, name: str, event: str) -> None:
    refused = scf.code("Invoke", FunctionName=name, ClientContext=event, InvocationType="Event")
    assert refused == "InvalidParameterValue.ClientContext"


def test_a_function_without_a_url_has_none_to_tell(new_cloud_lab: Callable[..., CloudLab]) -> None:
    lab = new_cloud_lab()
    spec = function_spec("plain")
    (lab.code / "index.py").write_text(ECHO, encoding="utf-8")
    lab.cloud.scf.deploy(
        project(spec, triggers=(TimerTrigger("plain", "t", Cron.parse("0 0 0 * * * *"), "", True),)), lab.code
    )
    (timer,) = Sdk(scf_client.ScfClient, models, lab.cloud).ask("ListTriggers", FunctionName=spec.name).Triggers
    assert (timer.Type, timer.Enable) == ("timer", 1)
