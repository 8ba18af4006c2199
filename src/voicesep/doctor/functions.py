"""Functions and triggers: whether what is deployed is what serverless.yml and .env say."""

from collections.abc import Iterator

from localcloud.scf.project import CosTrigger, FunctionSpec, HttpTrigger, TimerTrigger, Trigger
from voicesep.doctor.findings import Examined, Finding
from voicesep.tencent.client import ApiRefused
from voicesep.tencent.scf import DeployedFunction
from voicesep.tencent.scf_triggers import DeployedTrigger

ACTIVE = "Active"
DEPLOY = "run `make deploy`"


def functions(examined: Examined) -> Iterator[Finding]:
    """Whether every function is deployed, active, and as it would be deployed now."""
    for spec in examined.deployment.project.functions:
        deployed = examined.cloud.scf.function(spec.name)
        if deployed is None:
            yield examined.fail(f"{spec.name} is not deployed", DEPLOY)
        elif deployed.status != ACTIVE:
            remedy = "wait if it is being updated, else see the reason in the SCF console"
            yield examined.fail(f"{spec.name} is {deployed.status or 'in no state'}", remedy)
        elif differences := _differences(spec, deployed):
            yield examined.fail(f"{spec.name} has another {', '.join(differences)} than deployed now", DEPLOY)
        else:
            yield examined.ok(f"{spec.name}, {deployed.runtime}, {deployed.memory_size} MB, {deployed.timeout} s")


def triggers(examined: Examined) -> Iterator[Finding]:
    """Whether every trigger is there, open, and fires on what serverless.yml says."""
    project = examined.deployment.project
    names = {spec.key: spec.name for spec in project.functions}
    for key in dict.fromkeys(trigger.function for trigger in project.triggers):
        try:
            deployed = examined.cloud.scf.triggers(names[key])
        except ApiRefused as refused:
            if not refused.is_missing:
                raise
            deployed = ()  # the function itself is missing, which another check says
        for wanted in project.triggers:
            if wanted.function == key:
                yield _trigger(examined, wanted, deployed)


def _differences(spec: FunctionSpec, deployed: DeployedFunction) -> list[str]:
    """Return what differs, by name; values of settings may be secrets."""
    wanted = (spec.handler, spec.runtime, spec.memory_mb, spec.timeout_s, spec.role or "")
    had = (deployed.handler, deployed.runtime, deployed.memory_size, deployed.timeout, deployed.role or "")
    names = ("handler", "runtime", "memory size", "time limit", "role")
    differing = [name for name, one, other in zip(names, wanted, had, strict=True) if one != other]
    variables = deployed.variables
    return differing + sorted(
        name for name in spec.environment.keys() | variables.keys() if spec.environment.get(name) != variables.get(name)
    )


def _trigger(examined: Examined, wanted: Trigger, deployed: tuple[DeployedTrigger, ...]) -> Finding:
    told = _named(wanted)
    found = next((each for each in deployed if _is_that(wanted, each)), None)
    if found is None:
        return examined.fail(f"{told} of {wanted.function} is missing", DEPLOY)
    if not found.enable:
        remedy = "open it in the SCF console, or set enable: true in serverless.yml and deploy"
        return examined.fail(f"{told} of {wanted.function} is closed and never fires", remedy)
    if differing := _differing(wanted, found):
        return examined.fail(f"{told} of {wanted.function} has another {differing} than serverless.yml says", DEPLOY)
    return examined.ok(f"{told} of {wanted.function} is open")


def _named(trigger: Trigger) -> str:
    match trigger:
        case CosTrigger():
            return f"the COS trigger on {trigger.bucket}"
        case HttpTrigger():
            return "the function URL"
        case TimerTrigger():
            return f"the timer {trigger.name}"


def _is_that(wanted: Trigger, deployed: DeployedTrigger) -> bool:
    match wanted:
        case CosTrigger():
            domain = f"{wanted.bucket}.cos.{wanted.region}.myqcloud.com"
            return (deployed.type, deployed.trigger_name) == ("cos", domain)
        case HttpTrigger():
            return deployed.type == "http"  # a function has one
        case TimerTrigger():
            return (deployed.type, deployed.trigger_name) == ("timer", wanted.name)


def _differing(wanted: Trigger, deployed: DeployedTrigger) -> str:
    """Return what a trigger does otherwise, nothing if it does as it should."""
    described = deployed.described
    match wanted:
        case CosTrigger():
            pairs = {
                "event": (wanted.event, described.event),
                "prefix": (wanted.prefix, described.filter.prefix),
                "suffix": (wanted.suffix, described.filter.suffix),
            }
        case HttpTrigger():
            pairs = {
                "authType": (wanted.auth, described.auth_type),
                "enableExtranet": (str(wanted.extranet), str(described.net_config.enable_extranet)),
            }
        case TimerTrigger():
            pairs = {
                "cronExpression": (wanted.cron.text, described.cron),
                "argument": (wanted.argument, deployed.custom_argument or ""),
            }
    return ", ".join(name for name, (one, other) in pairs.items() if one != other)
