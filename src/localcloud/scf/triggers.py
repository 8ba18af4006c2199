"""Reads the triggers of a serverless.yml, and says which of them will never fire."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from localcloud.scf import keys
from localcloud.scf.problems import Problems
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger
from localcloud.scf.trigger_declarations import (
    CREATED,
    CosParameters,
    HttpParameters,
    TimerParameters,
    TriggerDeclaration,
)

_BUCKET_DOMAIN = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9-]*-\d+)\.cos\.(?P<region>[a-z0-9-]+)\.myqcloud\.com")
_ONLY_IN_THE_CLOUD = ("ckafka", "cls", "cmq", "mps", "clb")
_MOST_COS_TRIGGERS = 10  # of one function (583/11637)
_CLOSED = "is created closed and never fires; add enable: true to its parameters"


@dataclass(frozen=True)
class Declared:
    """A trigger as it stands in the file: a mapping, if all is well, at the node `where`."""

    content: object
    where: str


class TriggerReader:
    """Turns declared triggers into typed ones; what is wrong goes to `problems`."""

    def __init__(self, region: str, functions: Collection[str], problems: Problems) -> None:
        self._region = region
        self._functions = functions
        self._problems = problems

    def read(self, declared: Sequence[Declared]) -> tuple[Trigger, ...]:
        """Return the triggers that localcloud runs."""
        read = [(self._trigger(each), each.where) for each in declared]
        found = [(trigger, where) for trigger, where in read if trigger is not None]
        self._check_cos_rules([(trigger, where) for trigger, where in found if isinstance(trigger, CosTrigger)])
        self._check_function_urls([(trigger, where) for trigger, where in found if isinstance(trigger, HttpTrigger)])
        return tuple(trigger for trigger, _ in found)

    def _trigger(self, item: Declared) -> Trigger | None:
        where = item.where
        declared = self._problems.read(TriggerDeclaration, item.content, where)
        if declared is None:
            return None
        if declared.type in _ONLY_IN_THE_CLOUD:
            self._problems.warn(where, f"localcloud does not run {declared.type} triggers; it deploys without")
            return None
        if declared.type != "apigw" and declared.function not in self._functions:
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
        keys.COS.check(declared.parameters, f"{where}.parameters", self._problems)
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
            self._problems.warn(where, _CLOSED)
        if not parameters.events.startswith(CREATED):
            self._problems.warn(where, f"localcloud tells of {CREATED}* only; this one never fires here")
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
        keys.HTTP.check(declared.parameters, f"{where}.parameters", self._problems)
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
            intranet=parameters.net_config.enable_intranet,
        )

    def _timer(self, declared: TriggerDeclaration, where: str) -> TimerTrigger | None:
        keys.TIMER.check(declared.parameters, f"{where}.parameters", self._problems)
        parameters = self._problems.read(TimerParameters, declared.parameters, f"{where}.parameters")
        if parameters is None:
            return None
        if not parameters.enable:
            self._problems.warn(where, _CLOSED)
        return TimerTrigger(
            function=declared.function,
            name=parameters.name,
            cron=parameters.cron_expression,
            argument=parameters.argument,
            enabled=parameters.enable,
        )

    def _check_cos_rules(self, triggers: Sequence[tuple[CosTrigger, str]]) -> None:
        for (one, one_is_at), (other, other_is_at) in combinations(triggers, 2):
            if one.overlaps(other):
                self._problems.error(
                    other_is_at,
                    f"the cos trigger of {other.function} and that of {one.function} at {one_is_at} would both fire "
                    f"for one object of {one.bucket}, which COS refuses; part them by prefix or suffix",
                )
        for function in self._functions:
            places = [where for trigger, where in triggers if trigger.function == function]
            for where in places[_MOST_COS_TRIGGERS:]:
                self._problems.error(where, f"{function} has {_MOST_COS_TRIGGERS} cos triggers already; remove some")

    def _check_function_urls(self, triggers: Sequence[tuple[HttpTrigger, str]]) -> None:
        for (one, _), (other, where) in combinations(triggers, 2):
            if one.function == other.function:
                self._problems.error(where, f"{one.function} can have one function URL only; remove the others")
