"""What Tencent's toolkit has told the API becomes what runs in the local cloud: functions, triggers, and their code."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from localcloud import LocalCloud
from localcloud.scf.cron import Cron
from localcloud.scf.project import CosTrigger, FunctionSpec, HttpTrigger, Project, Source, TimerTrigger, Trigger
from tests.deploy.account import Account


class _Told(BaseModel):
    """Parameters of calls, in the vendor's PascalCase; numbers were text on the wire."""

    model_config = ConfigDict(  # type: ignore[pydantic-alias]  # calls are read, never made
        frozen=True, extra="ignore", alias_generator=to_pascal
    )


class _Variable(_Told):
    key: str
    value: str


class _Environment(_Told):
    variables: tuple[_Variable, ...]


class Code(_Told):
    """Where a function's zip is; the bucket without the APPID."""

    cos_bucket_name: str
    cos_object_name: str


class _Function(_Told):
    function_name: str
    namespace: str
    handler: str
    runtime: str
    memory_size: int
    timeout: int
    role: str
    environment: _Environment
    code: Code

    @property
    def key(self) -> str:
        """Its name in serverless.yml."""
        return self.function_name.rpartition("-")[2]

    def spec(self) -> FunctionSpec:
        """Return the function as the local cloud deploys it."""
        return FunctionSpec(
            key=self.key,
            name=self.function_name,
            handler=self.handler,
            runtime=self.runtime,
            memory_mb=self.memory_size,
            timeout_s=self.timeout,
            init_timeout_s=65,
            environment={each.key: each.value for each in self.environment.variables},
            role=self.role,
            namespace=self.namespace,
        )


class _Trigger(_Told):
    type: str
    trigger_name: str
    trigger_desc: str
    enable: bool
    custom_argument: str = ""

    def of(self, function: str) -> Trigger:
        """Return the trigger as the local cloud runs it."""
        described: dict[str, Any] = json.loads(self.trigger_desc)
        if self.type == "cos":
            bucket, _, region = self.trigger_name.removesuffix(".myqcloud.com").partition(".cos.")
            ends = described["filter"]
            return CosTrigger(
                function, bucket, region, described["event"], ends["Prefix"], ends["Suffix"], enabled=self.enable
            )
        if self.type == "http":
            net = described["NetConfig"]
            return HttpTrigger(
                function,
                self.trigger_name,
                described["AuthType"],
                extranet=net["EnableExtranet"],
                enabled=self.enable,
                intranet=net["EnableIntranet"],
            )
        cron = Cron.parse(described["cron"])
        return TimerTrigger(function, self.trigger_name, cron, self.custom_argument, enabled=self.enable)


def code_of(account: Account) -> Code:
    """Return where the code of the functions is, one zip for all of them."""
    (code,) = {_Function.model_validate(told).code for told in account.functions.values()}
    return code


def land(account: Account, region: str, cloud: LocalCloud, code: Path) -> None:
    """Make the local cloud run the functions of the account, and no others, from the folder `code`."""
    functions = [_Function.model_validate(told) for told in account.functions.values()]
    for gone in {each.name for each in cloud.scf.functions} - {each.function_name for each in functions}:
        cloud.scf.remove(gone)
    triggers = tuple(
        _Trigger.model_validate(told).of(each.key)
        for each in functions
        for told in account.triggers[each.function_name]
    )
    specs = tuple(each.spec() for each in functions)
    cloud.scf.deploy(Project("voice", "separation", "dev", region, Source(), specs, triggers), code)
