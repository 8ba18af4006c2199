"""The wire of SCF's API, version 2018-04-16: looking at what is deployed, and calling it (under 583/17235).

Nothing is deployed through it: that is what `LocalCloud.deploy` and a serverless.yml are for. GetFunctionLogs is
missing because the vendor has taken it offline; logs are in CLS, here as there.
"""

import json
from typing import Annotated, Literal

from pydantic import Field

from localcloud.api.errors import ApiError
from localcloud.api.service import Act, Action, Answer, Parameters, Service
from localcloud.scf.descriptions import DEFAULT_QUALIFIER, FunctionSummary, TriggerInfo, detail, summary, trigger_info
from localcloud.scf.execution_environment import FUNCTION_VERSION
from localcloud.scf.invocation import ASYNC_EVENT_BYTES, SYNC_BYTES, InvocationResult, InvocationType
from localcloud.scf.models import Scf
from localcloud.scf.registry import Deployment, NoFunctionUrlError

LOG_TAIL_BYTES = 4096  # of a synchronous answer with LogType Tail (583/17243)

Limit = Annotated[int, Field(ge=0, le=1000)]


class _Of(Parameters):
    function_name: str
    namespace: str = "default"
    qualifier: str = FUNCTION_VERSION


class _Got(_Of):
    show_code: str = ""


class _Filter(Parameters):
    name: Literal["Qualifier", "Type"]
    values: tuple[str, ...]


class _ListedFunctions(Parameters):
    namespace: str = "default"
    search_key: str = ""
    offset: int = Field(0, ge=0)
    limit: Limit = 20


class _ListedTriggers(_Of):
    offset: int = Field(0, ge=0)
    limit: Limit = 20
    filters: tuple[_Filter, ...] = ()


class _Invoked(_Of):
    invocation_type: InvocationType = "RequestResponse"
    client_context: str = Field("{}", repr=False)
    log_type: Literal["None", "Tail"] = "None"


class FunctionList(Answer):
    """A page of the functions, and how many there are in all."""

    functions: list[FunctionSummary]
    total_count: int


class TriggerList(Answer):
    """A page of a function's triggers, and how many there are in all."""

    triggers: list[TriggerInfo]
    total_count: int


class Result(Answer):
    """What became of a call; all but the id is empty for an asynchronous one. Milliseconds, bytes."""

    function_request_id: str
    ret_msg: str = ""
    err_msg: str = ""
    log: str = ""
    duration: float = 0.0
    bill_duration: int = 0
    mem_usage: int = 0
    invoke_result: int = 0


class Invocation(Answer):
    """What Invoke answers."""

    result: Result


def scf_service(scf: Scf) -> Service:
    """Return the service that tells of these functions and calls them."""

    def list_functions(region: str, asked: _ListedFunctions) -> Answer:
        found = [
            summary(each)
            for each in scf.deployments
            if each.region == region
            and each.function.spec.namespace == asked.namespace
            and asked.search_key in each.function.name
        ]
        return FunctionList(functions=found[asked.offset : asked.offset + asked.limit], total_count=len(found))

    def get_function(region: str, asked: _Got) -> Answer:
        deployment = _deployed(scf, region, asked)
        return detail(deployment, asked.qualifier, _triggers(scf, deployment))

    def list_triggers(region: str, asked: _ListedTriggers) -> Answer:
        triggers = _triggers(scf, _deployed(scf, region, asked))
        for wanted in asked.filters:
            triggers = [each for each in triggers if getattr(each, wanted.name.lower()) in wanted.values]
        page = triggers[asked.offset : asked.offset + asked.limit]
        return TriggerList(triggers=page, total_count=len(triggers))

    def invoke(region: str, asked: _Invoked) -> Answer:
        name = _deployed(scf, region, asked).function.name
        event = _event(asked)
        if asked.invocation_type == "Event":
            return Invocation(result=Result(function_request_id=scf.invoke_async(name, event)))
        return Invocation(result=_told(scf.invoke(name, event), with_log=asked.log_type == "Tail"))

    actions: dict[str, Act] = {
        "ListFunctions": Action(_ListedFunctions, list_functions),
        "GetFunction": Action(_Got, get_function, _resource),
        "ListTriggers": Action(_ListedTriggers, list_triggers, _resource),
        "Invoke": Action(_Invoked, invoke, _resource),
    }
    return Service("scf", "2018-04-16", actions)


def _resource(asked: _Of) -> str:
    return f"namespace/{asked.namespace}/function/{asked.function_name}"


def _deployed(scf: Scf, region: str, asked: _Of) -> Deployment:
    if asked.qualifier not in (DEFAULT_QUALIFIER, FUNCTION_VERSION):
        message = f"{asked.function_name} has no version {asked.qualifier!r} here, but {FUNCTION_VERSION} only."
        raise ApiError("ResourceNotFound.FunctionVersion", message)
    for deployment in scf.deployments:
        spec = deployment.function.spec
        if (deployment.region, spec.namespace, spec.name) == (region, asked.namespace, asked.function_name):
            return deployment
    known = ", ".join(each.function.name for each in scf.deployments if each.region == region) or "none"
    message = f"The region {region} has no function {asked.function_name!r} in {asked.namespace}; deployed: {known}."
    raise ApiError("ResourceNotFound.Function", message)


def _triggers(scf: Scf, deployment: Deployment) -> list[TriggerInfo]:
    try:
        url = scf.function_url(deployment.function.name)
    except NoFunctionUrlError:
        url = ""
    return [trigger_info(trigger, deployment.at, url) for trigger in deployment.triggers]


def _event(asked: _Invoked) -> object:
    limit = ASYNC_EVENT_BYTES if asked.invocation_type == "Event" else SYNC_BYTES
    size = len(asked.client_context.encode())
    if size > limit:
        raise ApiError("InvalidParameterValue.ClientContext", f"The event has {size} bytes; {limit} are the most.")
    try:
        event: object = json.loads(asked.client_context)
    except ValueError:
        raise ApiError("InvalidParameterValue.ClientContext", "ClientContext is not JSON. Send an event.") from None
    return event


def _told(result: InvocationResult, *, with_log: bool) -> Result:
    milliseconds = result.duration * 1000
    log = "\n".join(result.logs).encode()[-LOG_TAIL_BYTES:].decode(errors="ignore") if with_log else ""
    failure = result.error
    return Result(
        function_request_id=result.request_id,
        ret_msg=json.dumps(failure.document(result.request_id) if failure else result.value, ensure_ascii=False),
        err_msg=failure.message if failure else "",
        log=log,
        duration=round(milliseconds, 3),
        bill_duration=int(milliseconds) + 1,
        mem_usage=result.memory or 0,
        invoke_result=-1 if failure else 0,
    )
