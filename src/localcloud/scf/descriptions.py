"""How SCF's API describes what is deployed: functions and triggers, in the words of API 2018-04-16."""

import json
from datetime import datetime

from localcloud.api.service import Answer
from localcloud.cls.topics import log_set_id, log_topic_id
from localcloud.scf.execution_environment import FUNCTION_VERSION
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger
from localcloud.scf.registry import Deployment

ACTIVE = "Active"  # a function's status when it can be called (583/115197)
DEFAULT_QUALIFIER = "$DEFAULT"


class Variable(Answer):
    """One environment variable."""

    key: str
    value: str


class Environment(Answer):
    """What a function is told."""

    variables: list[Variable]


class TriggerInfo(Answer):
    """One trigger; `enable` is 1 where it is open."""

    trigger_name: str
    type: str
    trigger_desc: str
    enable: int
    qualifier: str = DEFAULT_QUALIFIER
    custom_argument: str = ""
    available_status: str = "Available"
    add_time: str
    mod_time: str


class FunctionSummary(Answer):
    """One row of ListFunctions."""

    function_name: str
    namespace: str
    runtime: str
    type: str = "Event"
    status: str = ACTIVE
    add_time: str
    mod_time: str


class FunctionDetail(FunctionSummary):
    """What GetFunction answers."""

    handler: str
    memory_size: int
    timeout: int
    init_timeout: int
    role: str
    qualifier: str
    function_version: str = FUNCTION_VERSION
    environment: Environment
    triggers: list[TriggerInfo]
    cls_logset_id: str
    cls_topic_id: str


def summary(deployment: Deployment) -> FunctionSummary:
    """Return a function's row."""
    spec, at = deployment.function.spec, _written(deployment.at)
    return FunctionSummary(
        function_name=spec.name, namespace=spec.namespace, runtime=spec.runtime, add_time=at, mod_time=at
    )


def detail(deployment: Deployment, qualifier: str, triggers: list[TriggerInfo]) -> FunctionDetail:
    """Return all that is told of a function."""
    spec = deployment.function.spec
    variables = [Variable(key=key, value=value) for key, value in spec.environment.items()]
    return FunctionDetail(
        **summary(deployment).model_dump(),
        handler=spec.handler,
        memory_size=spec.memory_mb,
        timeout=spec.timeout_s,
        init_timeout=spec.init_timeout_s,
        role=spec.role or "",
        qualifier=qualifier,
        environment=Environment(variables=variables),
        triggers=triggers,
        cls_logset_id=log_set_id(deployment.region),
        cls_topic_id=log_topic_id(deployment.region),
    )


def trigger_info(trigger: Trigger, at: datetime, url: str) -> TriggerInfo:
    """Return how a trigger of a function is listed; `url` is the address of its function URL, if it is one.

    The vendor shows a timer's expression as JSON and a URL within NetConfig: so do a sample output in the manual of
    multi-scf and public programs that read the two. No page of the API says it: UNVERIFIED.
    """
    written = _written(at)
    match trigger:
        case CosTrigger():
            described = {"event": trigger.event, "filter": {"Prefix": trigger.prefix, "Suffix": trigger.suffix}}
            name, kind, argument = f"{trigger.bucket}.cos.{trigger.region}.myqcloud.com", "cos", ""
        case HttpTrigger():
            net = {"EnableIntranet": trigger.intranet, "EnableExtranet": trigger.extranet, "ExtranetUrl": url}
            described = {"AuthType": trigger.auth, "NetConfig": net}
            name, kind, argument = trigger.name, "http", ""
        case TimerTrigger():
            described = {"cron": trigger.cron.text}
            name, kind, argument = trigger.name, "timer", trigger.argument
    return TriggerInfo(
        trigger_name=name,
        type=kind,
        trigger_desc=json.dumps(described, separators=(",", ":")),
        enable=int(trigger.enabled),
        custom_argument=argument,
        add_time=written,
        mod_time=written,
    )


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
