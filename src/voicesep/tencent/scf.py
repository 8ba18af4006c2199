"""SCF, API 2018-04-16, through tencentcloud-sdk-python-scf: what is deployed, and calling it."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_pascal

from voicesep.tencent.client import AnswerT, ApiAnswer, ApiRefused, Connection, named_errors, read_answer

QUALIFIER = "$DEFAULT"  # what the triggers call
PAGE = 100
_OPEN = (True, 1, "1", "OPEN", "Enable")


class Described(BaseModel):
    """A part of what a trigger is described by."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


class Filter(Described):
    """Which keys a COS trigger looks at."""

    prefix: str = ""
    suffix: str = ""


class NetConfig(Described):
    """From where a function URL can be reached, and its address."""

    enable_extranet: bool = False
    extranet_url: str = ""


class TriggerDescription(Described):
    """`TriggerDesc`, of whatever type of trigger; what another type has is empty.

    That the address of a function URL stands in `NetConfig.ExtranetUrl`, and a timer's expression in `cron`, is seen
    in programs of others and in a sample output, not in the API's documents: UNVERIFIED.
    """

    event: str = Field("", alias="event")
    filter: Filter = Field(Filter(), alias="filter")
    cron: str = Field("", alias="cron")
    auth_type: str = ""
    net_config: NetConfig = NetConfig()


class DeployedTrigger(ApiAnswer):
    """One trigger of a function."""

    trigger_name: str
    type: str
    trigger_desc: str = ""
    enable: bool = False
    custom_argument: str | None = None

    @field_validator("enable", mode="before")
    @classmethod
    def _is_open(cls, value: object) -> bool:
        return value in _OPEN

    @property
    def described(self) -> TriggerDescription:
        """What it is described by; what cannot be read counts as not said, a bare text as a timer's expression."""
        try:
            return TriggerDescription.model_validate_json(self.trigger_desc)
        except ValidationError:
            return TriggerDescription(cron=self.trigger_desc if self.type == "timer" else "")


class _Variable(ApiAnswer):
    key: str
    value: str = Field(repr=False)


class _Environment(ApiAnswer):
    variables: tuple[_Variable, ...] | None = None


class DeployedFunction(ApiAnswer):
    """A function as SCF has it. Memory in MB, time limit in seconds."""

    function_name: str
    status: str = ""
    runtime: str = ""
    handler: str = ""
    memory_size: int = 0
    timeout: int = 0
    role: str | None = None
    environment: _Environment | None = Field(None, repr=False)
    cls_topic_id: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """Its environment variables."""
        variables = self.environment.variables if self.environment else None
        return {variable.key: variable.value for variable in variables or ()}


class _Row(ApiAnswer):
    function_name: str


class _FunctionList(ApiAnswer):
    functions: tuple[_Row, ...] = ()
    total_count: int = 0


class _TriggerList(ApiAnswer):
    triggers: tuple[DeployedTrigger, ...] = ()


class CallResult(ApiAnswer):
    """What became of a call: `ret_msg` is JSON, `log` the end of what the function printed. Milliseconds."""

    function_request_id: str = ""
    ret_msg: str = ""
    err_msg: str | None = None
    log: str = ""
    duration: float = 0.0
    invoke_result: int = 0

    @property
    def value(self) -> Any:
        """What the function returned; text that is no JSON as it is."""
        try:
            return json.loads(self.ret_msg)
        except ValueError:
            return self.ret_msg

    @property
    def failed(self) -> bool:
        """Whether the function let an exception out, ran out of time or memory, or could not be started."""
        return bool(self.err_msg) or self.invoke_result != 0


class _Called(ApiAnswer):
    result: CallResult


@dataclass(frozen=True)
class ScfApi:
    """The functions of one namespace. Everything raises ApiRefused, Unreachable, Unavailable."""

    connection: Connection
    namespace: str = "default"

    def function_names(self) -> tuple[str, ...]:
        """Return the names of all functions of the namespace."""
        names: list[str] = []
        while True:
            page = self._ask("ListFunctions", _FunctionList, Offset=len(names), Limit=PAGE)
            names += [row.function_name for row in page.functions]
            if not page.functions or len(names) >= page.total_count:
                return tuple(names)

    def function(self, name: str) -> DeployedFunction | None:
        """Return a function, None if it is not deployed."""
        try:
            return self._ask("GetFunction", DeployedFunction, FunctionName=name, Qualifier="$LATEST")
        except ApiRefused as refused:
            if refused.is_missing:
                return None
            raise

    def triggers(self, function: str) -> tuple[DeployedTrigger, ...]:
        """Return the triggers of a function."""
        return self._ask("ListTriggers", _TriggerList, FunctionName=function, Limit=PAGE).triggers

    def function_url(self, function: str) -> str | None:
        """Return the public address of a function, None if it has none."""
        described = (trigger.described for trigger in self.triggers(function) if trigger.type == "http")
        return next(
            (each.net_config.extranet_url.rstrip("/") for each in described if each.net_config.extranet_url), None
        )

    def invoke(self, function: str, event: str) -> CallResult:
        """Call a function with an event, which is JSON, and wait for its result."""
        return self._ask(
            "Invoke",
            _Called,
            FunctionName=function,
            Qualifier=QUALIFIER,
            InvocationType="RequestResponse",
            ClientContext=event,
            LogType="Tail",
        ).result

    def _ask(self, action: str, answer: type[AnswerT], **parameters: object) -> AnswerT:
        from tencentcloud.scf.v20180416 import models, scf_client  # noqa: PLC0415 - see voicesep.tencent.client

        client = scf_client.ScfClient(self.connection.keys(), self.connection.region, self.connection.profile("scf"))
        request = getattr(models, f"{action}Request")()
        for name, value in {"Namespace": self.namespace, **parameters}.items():
            setattr(request, name, value)
        target = str(parameters.get("FunctionName") or f"{self.namespace} in {self.connection.region}")
        with named_errors(action, target):
            told = getattr(client, action)(request).to_json_string()
        return read_answer(action, json.loads(told), answer, target=target)
