"""SCF, API 2018-04-16, through tencentcloud-sdk-python-scf: what is deployed, and calling it."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from voicesep.tencent.client import AnswerT, ApiAnswer, ApiRefused, Connection, named_errors, read_answer
from voicesep.tencent.scf_triggers import DeployedTrigger, FunctionUrlUntold

INVOKE_SECONDS = 300.0  # a synchronous Invoke may take as long (583/17243)
QUALIFIER = "$DEFAULT"  # what the triggers call
PAGE = 100


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
        """Return the public address of a function, None if it has no trigger of type http.

        Raises FunctionUrlUntold besides.
        """
        urls = [trigger.described.net_config.extranet_url for trigger in self.triggers(function) if trigger.is_url]
        if not urls:
            return None
        told = [url.rstrip("/") for url in urls if url]
        if not told:
            raise FunctionUrlUntold(function)
        return told[0]

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
            seconds=INVOKE_SECONDS,
        ).result

    def _ask(
        self, action: str, answer: type[AnswerT], *, seconds: float | None = None, **parameters: object
    ) -> AnswerT:
        from tencentcloud.scf.v20180416 import models, scf_client  # noqa: PLC0415 - see voicesep.tencent.client

        profile = self.connection.profile("scf", seconds)
        client = scf_client.ScfClient(self.connection.keys(), self.connection.region, profile)
        request = getattr(models, f"{action}Request")()
        for name, value in {"Namespace": self.namespace, **parameters}.items():
            setattr(request, name, value)
        target = str(parameters.get("FunctionName") or f"{self.namespace} in {self.connection.region}")
        with named_errors(action, target):
            told = getattr(client, action)(request).to_json_string()
        return read_answer(action, json.loads(told), answer, target=target)
