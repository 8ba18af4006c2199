"""Every trap of a serverless.yml that we know: it deploys, and then something does not work.

Each is judged by what Tencent's toolkit really called, or, where the toolkit calls nothing, by the file itself. The
limits are those that the vendor's API reference (SDK 3.1.100, API 2018-04-16) gives for the parameter in question.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tencentcloud.scf.v20180416.models import (
    CreateFunctionRequest,
    CreateTriggerRequest,
    ListTriggersRequest,
    UpdateFunctionEventInvokeConfigRequest,
)

from tests.deploy.toolkit import Recording
from voice_separation.errors import InvalidSettings
from voice_separation.instance import MARGIN_SECONDS
from voice_separation.settings import NAMES, Settings, from_environment
from voice_separation.tencent.transport import CONNECT_SECONDS, READ_SECONDS

RUNTIMES = {"Python3.10"}  # of those that CreateFunction lists, what requirements.txt is pinned for
# The platform checks these before it deploys (serverless-components/tencent-types, multi-scf@0.0.1.yml).
CHECKED_RUNTIMES = {"Python2.7", "Python3.6", "Python3.7"}
CHECKED_REGIONS = re.compile(
    "ap-(beijing|chengdu|chongqing|guangzhou|hongkong|mumbai|seoul|shanghai|shanghai-fsi|shenzhen-fsi|singapore|tokyo)"
    "|eu-frankfurt|na-siliconvalley|na-toronto"
)
FUNCTION_NAME = re.compile(r"[A-Za-z][\w-]{0,58}[A-Za-z0-9]")
DESCRIPTION = re.compile(r"[A-Za-z0-9 ,.\n\u4e00-\u9fff]{0,1000}")
RESERVED = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")


@dataclass(frozen=True)
class Deployment:
    """One file, the .env beside it, and what the toolkit made of both."""

    inputs: Mapping[str, Any]  # as written, nothing resolved
    environment: Mapping[str, str]
    recording: Recording

    @property
    def functions(self) -> list[Any]:
        return self.recording.requests(CreateFunctionRequest)

    @property
    def settings(self) -> Settings:
        """What submit filters by, whatever else is wrong in .env."""
        names = ("INPUT_PREFIX", "INPUT_SUFFIXES")
        return from_environment({name: self.environment.get(name, "") for name in names})

    def triggers(self, kind: str) -> list[Any]:
        return [each for each in self.recording.requests(CreateTriggerRequest) if each.Type == kind]


Trap = Callable[[Deployment], Iterator[str]]


def found(deployment: Deployment) -> list[str]:
    """Return the traps that a deployment has fallen into; where the toolkit gave up, that alone."""
    if deployment.recording.failure:
        return [f"the toolkit gave up: {deployment.recording.failure}"]
    return [message for trap in TRAPS for message in trap(deployment)]


def variables(function: Any) -> dict[str, str]:
    """Return a function's environment."""
    given = function.Environment.Variables if function.Environment else None
    return {variable.Key: variable.Value for variable in given or []}


def a_variable_is_lost_or_empty(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        for name, value in variables(function).items():
            if value == "undefined":
                yield f"{name} of {function.FunctionName} is the text undefined: .env does not set it"
            if value == "":
                yield f"{name} of {function.FunctionName} is empty, which SCF does not take"
            if name.startswith(RESERVED):
                yield f"{name} of {function.FunctionName} is a name that SCF reserves"


def the_settings_are_not_passed(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        given = variables(function).keys()
        if missing := set(NAMES) - given:
            yield f"{function.FunctionName} gets no {', '.join(sorted(missing))}"
        if unknown := given - set(NAMES):
            yield f"{function.FunctionName} gets {', '.join(sorted(unknown))}, which the settings do not know"


def the_settings_are_refused(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        try:
            from_environment(variables(function))
        except InvalidSettings as refused:
            for name, reason in refused.problems.items():
                yield f"{function.FunctionName} refuses {name}: {reason}"


def a_function_cannot_start(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        name = function.FunctionName
        if not FUNCTION_NAME.fullmatch(name):
            yield f"{name} is no function name: 2 to 60 letters, digits, - and _"
        if function.Type != "Event":
            yield f"{name} is a web function, which calls no handler"
        if function.Runtime not in RUNTIMES:
            yield f"{name} has runtime {function.Runtime}, which the package is not made for"
        if not function.Role:
            yield f"{name} has no role, so SCF gives it no credentials"
        if function.PublicNetConfig.PublicNetStatus != "ENABLE":
            yield f"{name} has no access to the public network, where CI is"
        if not DESCRIPTION.fullmatch(function.Description or ""):
            yield f"the description of {name} has characters that SCF does not take"


def a_limit_is_wrong(deployment: Deployment) -> Iterator[str]:
    least = CONNECT_SECONDS + READ_SECONDS + MARGIN_SECONDS
    for function in deployment.functions:
        memory, seconds = int(function.MemorySize), int(function.Timeout)
        if not 256 <= memory <= 3072 or memory % 128:
            yield f"memorySize {memory} of {function.FunctionName} is not 256 to 3072 in steps of 128"
        if not least < seconds <= 900:
            yield f"timeout {seconds} of {function.FunctionName} is not above the {least} s that one request may take"


def the_platform_refuses_the_inputs(deployment: Deployment) -> Iterator[str]:
    runtime = deployment.inputs.get("runtime")
    if runtime and runtime not in CHECKED_RUNTIMES:
        yield f"inputs.runtime {runtime} is refused before anything is deployed; give it per function"
    region = deployment.environment.get("REGION", "")
    if not CHECKED_REGIONS.fullmatch(region):
        yield f"region {region} is not one that the platform deploys to"


def retries_are_not_what_the_file_says(deployment: Deployment) -> Iterator[str]:
    shared = [deployment.inputs, *deployment.inputs["functions"].values()]
    configured = deployment.recording.requests(UpdateFunctionEventInvokeConfigRequest)
    if any({"retryNum", "msgTTL"} & section.keys() for section in shared) and not configured:
        yield "retryNum and msgTTL are ignored without asyncRunEnable"
    for function in deployment.functions:
        if function.AsyncRunEnable == "TRUE":
            yield f"asyncRunEnable makes {function.FunctionName} a long-running function, which is never retried"


def dependencies_or_logs_are_missing(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        if function.InstallDependency == "TRUE":
            yield f"installDependency of {function.FunctionName} works for Node.js only"
        if "" in (function.ClsLogsetId, function.ClsTopicId):
            yield f"an empty cls id switches the logs of {function.FunctionName} off"


def the_package_is_wrong(deployment: Deployment) -> Iterator[str]:
    source = deployment.inputs["src"]
    if not {"hook", "dist"} <= source.keys():
        yield "without src.hook and src.dist the whole checkout is uploaded, with no handler at its root"
    if ".env" not in source.get("exclude", ()):
        yield "without src.exclude the upload may hold .env, and the secrets in it"


def the_cos_trigger_does_not_fire(deployment: Deployment) -> Iterator[str]:
    bucket = f"{deployment.environment.get('INPUT_BUCKET')}.cos.{deployment.environment.get('REGION')}.myqcloud.com"
    settings = deployment.settings
    triggers = deployment.triggers("cos")
    if len(triggers) != 1:
        yield f"there are {len(triggers)} cos triggers"
    for trigger in triggers:
        described = json.loads(trigger.TriggerDesc)
        if trigger.TriggerName != bucket:
            yield f"the cos trigger is on {trigger.TriggerName}, not on {bucket}"
        if described.get("event") != "cos:ObjectCreated:*":
            yield f"the cos trigger listens to {described.get('event')}, and misses other ways to upload"
        if described["filter"]["Prefix"] != settings.input_prefix:
            yield f"the cos trigger has prefix {described['filter']['Prefix']}, not INPUT_PREFIX"
        if any(not suffix.endswith(described["filter"]["Suffix"]) for suffix in settings.input_suffixes):
            yield f"the cos trigger has suffix {described['filter']['Suffix']}, and misses other INPUT_SUFFIXES"


def the_function_url_cannot_be_called(deployment: Deployment) -> Iterator[str]:
    triggers = deployment.triggers("http")
    if len(triggers) != 1:
        yield f"there are {len(triggers)} function URLs"
    for trigger in triggers:
        described = json.loads(trigger.TriggerDesc)
        if described["AuthType"] != "NONE":
            yield f"the function URL has authType {described['AuthType']}, and CI cannot sign"
        if not described["NetConfig"]["EnableExtranet"]:
            yield "the function URL cannot be reached: netConfig.enableExtranet is not true"
    for listing in deployment.recording.requests(ListTriggersRequest):
        if any(not value for each in listing.Filters or () for value in each.Values):
            yield "without a qualifier the next deployment does not find the function URL again"


def the_timers_do_not_do_both_works(deployment: Deployment) -> Iterator[str]:
    timers = deployment.triggers("timer")
    for timer in timers:
        if len(timer.TriggerDesc.split()) != 7:
            yield f"timer {timer.TriggerName} has a cron expression of not seven fields"
        if not timer.CustomArgument:
            yield f"timer {timer.TriggerName} has no argument, so every deployment deletes it and creates it anew"
    if sum(timer.CustomArgument == "audit" for timer in timers) != 1:
        yield "not one timer asks for the audit"
    if len({timer.TriggerName for timer in timers}) < 2:
        yield "there are not two timers, each with a name of its own"


def a_trigger_is_off_or_misplaced(deployment: Deployment) -> Iterator[str]:
    doors = {"cos": "submit.main_handler", "http": "callback.main_handler", "timer": "reconcile.main_handler"}
    handlers = {function.FunctionName: function.Handler for function in deployment.functions}
    for trigger in deployment.recording.requests(CreateTriggerRequest):
        if trigger.Enable != "OPEN":
            yield f"the {trigger.Type} trigger is created closed: enable is not true"
        if trigger.Qualifier != "$DEFAULT":
            yield f"the {trigger.Type} trigger is on {trigger.Qualifier}"
        if handlers[trigger.FunctionName] != doors[trigger.Type]:
            yield f"the {trigger.Type} trigger calls {handlers[trigger.FunctionName]}"


def a_function_is_missing(deployment: Deployment) -> Iterator[str]:
    declared, created = len(deployment.inputs["functions"]), len(deployment.functions)
    if declared != created:
        yield f"{declared} functions are declared and {created} created: two share a name"


TRAPS: tuple[Trap, ...] = (
    a_variable_is_lost_or_empty,
    the_settings_are_not_passed,
    the_settings_are_refused,
    a_function_cannot_start,
    a_limit_is_wrong,
    the_platform_refuses_the_inputs,
    retries_are_not_what_the_file_says,
    dependencies_or_logs_are_missing,
    the_package_is_wrong,
    the_cos_trigger_does_not_fire,
    the_function_url_cannot_be_called,
    the_timers_do_not_do_both_works,
    a_trigger_is_off_or_misplaced,
    a_function_is_missing,
)
