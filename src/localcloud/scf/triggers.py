"""Reads the triggers of a serverless.yml, and says which of them will never fire."""

import re
from collections.abc import Collection, Sequence
from itertools import combinations

from localcloud.scf.declarations import (
    CosParameters,
    HttpParameters,
    TimerParameters,
    TriggerDeclaration,
)
from localcloud.scf.problems import Problems
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger

_BUCKET_DOMAIN = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9-]*-\d+)\.cos\.(?P<region>[a-z0-9-]+)\.myqcloud\.com")
_ONLY_IN_THE_CLOUD = ("ckafka", "cls", "cmq", "mps", "clb")
_MOST_COS_TRIGGERS = 10  # of one function (583/11637)


class TriggerReader:
    """Turns declared triggers into typed ones; what is wrong goes to `problems`."""

    def __init__(self, region: str, functions: Collection[str], problems: Problems) -> None:
        self._region = region
        self._functions = functions
        self._problems = problems

    def read(self, declared: Sequence[object], where: str) -> tuple[Trigger, ...]:
        """Return the triggers that localcloud runs; `where` is the path of `declared` within the file."""
        triggers = [self._trigger(item, f"{where}[{index}]") for index, item in enumerate(declared)]
        found = tuple(trigger for trigger in triggers if trigger is not None)
        self._check_cos_rules([trigger for trigger in found if isinstance(trigger, CosTrigger)], where)
        self._check_function_urls([trigger for trigger in found if isinstance(trigger, HttpTrigger)], where)
        return found

    def _trigger(self, item: object, where: str) -> Trigger | None:
        declared = self._problems.read(TriggerDeclaration, item, where)
        if declared is None:
            return None
        if declared.type in _ONLY_IN_THE_CLOUD:
            self._problems.warn(where, f"localcloud does not run {declared.type} triggers; it deploys without")
            return None
        if declared.function not in self._functions:
            known = ", ".join(self._functions) or "none"
            self._problems.error(where, f"function {declared.function} is not in this file; it has {known}")
        match declared.type:
            case "cos":
                return self._cos(declared, where)
            case "http":
                return self._http(declared, where)
            case "timer":
                return self._timer(declared, where)
            case "apigw":
                self._problems.error(where, "API Gateway is closed (628/106651); use type http, a function URL")
            case unknown:
                self._problems.error(where, f"{unknown} is no type of trigger; use cos, http or timer")
        return None

    def _cos(self, declared: TriggerDeclaration, where: str) -> CosTrigger | None:
        parameters = self._problems.read(CosParameters, declared.parameters, f"{where}.parameters")
        if parameters is None:
            return None
        domain = _BUCKET_DOMAIN.fullmatch(parameters.bucket)
        if domain is None or domain["region"] != self._region:
            self._problems.error(
                f"{where}.parameters.bucket",
                f"{parameters.bucket} is no bucket of this region; "
                f"write <name>-<appid>.cos.{self._region}.myqcloud.com",
            )
            return None
        if not parameters.enable:
            self._problems.warn(where, "is created closed and never fires; add enable: true to its parameters")
        return CosTrigger(
            function=declared.function,
            bucket=domain["bucket"],
            region=domain["region"],
            event=parameters.events,
            prefix=parameters.filter.prefix,
            suffix=parameters.filter.suffix,
            enabled=parameters.enable,
            qualifier=parameters.qualifier,
        )

    def _http(self, declared: TriggerDeclaration, where: str) -> HttpTrigger | None:
        parameters = self._problems.read(HttpParameters, declared.parameters, f"{where}.parameters")
        if parameters is None:
            return None
        if not parameters.net_config.enable_extranet:
            self._problems.warn(where, "cannot be reached from the internet; add netConfig: {enableExtranet: true}")
        return HttpTrigger(
            function=declared.function,
            name=parameters.name,
            auth=parameters.auth_type,
            extranet=parameters.net_config.enable_extranet,
            enabled=parameters.enable,
        )

    def _timer(self, declared: TriggerDeclaration, where: str) -> TimerTrigger | None:
        parameters = self._problems.read(TimerParameters, declared.parameters, f"{where}.parameters")
        if parameters is None:
            return None
        if not parameters.enable:
            self._problems.warn(where, "is created closed and never fires; add enable: true to its parameters")
        return TimerTrigger(
            function=declared.function,
            name=parameters.name,
            cron=parameters.cron_expression,
            argument=parameters.argument,
            enabled=parameters.enable,
        )

    def _check_cos_rules(self, triggers: Sequence[CosTrigger], where: str) -> None:
        for one, other in combinations(triggers, 2):
            if _overlap(one, other):
                self._problems.error(
                    where,
                    f"cos triggers of {one.function} and {other.function} would both fire for one object of "
                    f"{one.bucket}, which COS refuses; part them by prefix or suffix",
                )
        for function in self._functions:
            if sum(trigger.function == function for trigger in triggers) > _MOST_COS_TRIGGERS:
                self._problems.error(where, f"{function} has more than {_MOST_COS_TRIGGERS} cos triggers; remove some")

    def _check_function_urls(self, triggers: Sequence[HttpTrigger], where: str) -> None:
        for one, other in combinations(triggers, 2):
            if one.function == other.function:
                self._problems.error(where, f"{one.function} can have one function URL only; remove the others")


def _overlap(one: CosTrigger, other: CosTrigger) -> bool:
    return (
        one.bucket == other.bucket
        and (one.listens_to(other.event) or other.listens_to(one.event))
        and (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix))
        and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))
    )
