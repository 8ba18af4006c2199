"""Traps that functions fall into: they are created, and then do not start, or not as they should.

The limits are those that the vendor's API reference (SDK 3.1.100, API 2018-04-16) gives for the parameter in question.
"""

import re
from collections.abc import Iterator

from tencentcloud.scf.v20180416.models import UpdateFunctionEventInvokeConfigRequest

from tests.deploy.traps.deployment import Deployment, Trap, variables
from voice_separation.errors import InvalidSettings
from voice_separation.instance import MARGIN_SECONDS
from voice_separation.settings import NAMES, from_environment
from voice_separation.tencent.transport import CONNECT_SECONDS, READ_SECONDS

RUNTIMES = {"Python3.10"}  # of those that CreateFunction lists, what requirements.txt is pinned for
FUNCTION_NAME = re.compile(r"[A-Za-z][\w-]{0,58}[A-Za-z0-9]")
DESCRIPTION = re.compile(r"[A-Za-z0-9 ,.\n\u4e00-\u9fff]{0,1000}")
RESERVED = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
TAG = {"project": "voice-separation"}


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
        if function.PublicNetConfig.PublicNetStatus != "ENABLE":
            yield f"{name} has no access to the public network, where CI is"
        if not DESCRIPTION.fullmatch(function.Description or ""):
            yield f"the description of {name} has characters that SCF does not take"


def a_function_may_not_do_its_work(deployment: Deployment) -> Iterator[str]:
    for function in deployment.functions:
        door = (function.Handler or "").partition(".")[0]  # a web function has none
        if not function.Role:
            yield f"{function.FunctionName} has no role, so SCF gives it no credentials"
        elif function.Role != f"SCF_VoiceSeparation{door.capitalize()}":
            yield f"{function.FunctionName} has role {function.Role}, whose policy is not that of {door}"


def a_limit_is_wrong(deployment: Deployment) -> Iterator[str]:
    least = CONNECT_SECONDS + READ_SECONDS + MARGIN_SECONDS
    for function in deployment.functions:
        memory, seconds = int(function.MemorySize), int(function.Timeout)
        if not 256 <= memory <= 3072 or memory % 128:
            yield f"memorySize {memory} of {function.FunctionName} is not 256 to 3072 in steps of 128"
        if not least < seconds <= 900:
            yield f"timeout {seconds} of {function.FunctionName} is not above the {least} s that one request may take"


def retries_are_not_what_the_file_says(deployment: Deployment) -> Iterator[str]:
    sections = [deployment.inputs, *deployment.inputs["functions"].values()]
    configured = deployment.recording.requests(UpdateFunctionEventInvokeConfigRequest)
    if any({"retryNum", "msgTTL"} & section.keys() for section in sections) and not configured:
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


def a_function_is_not_found_again(deployment: Deployment) -> Iterator[str]:
    declared, created = len(deployment.inputs["functions"]), len(deployment.functions)
    if declared != created:
        yield f"{declared} functions are declared and {created} created: two share a name"
    for function in deployment.functions:
        if function.Namespace != "default":
            yield f"{function.FunctionName} is in namespace {function.Namespace}, where voicesep does not look"
        resource = f"{function.Namespace}/function/{function.FunctionName}"
        tags = {each.TagKey: each.TagValue for each in deployment.tags if resource in each.ResourceIds}
        if tags != TAG:
            yield f"{function.FunctionName} has the tags {tags}, not {TAG}, by which its cost is found"


TRAPS: tuple[Trap, ...] = (
    a_variable_is_lost_or_empty,
    the_settings_are_not_passed,
    the_settings_are_refused,
    a_function_cannot_start,
    a_function_may_not_do_its_work,
    a_limit_is_wrong,
    retries_are_not_what_the_file_says,
    dependencies_or_logs_are_missing,
    a_function_is_not_found_again,
)
