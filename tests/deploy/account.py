"""What has been deployed into an account, and what Tencent Cloud API answers accordingly, as far as deploying goes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call of the API; `params` is what the action itself takes, every leaf the text that was on the wire."""

    service: str  # scf, tag
    version: str
    action: str
    region: str
    params: dict[str, Any]


class Refused(Exception):
    """The API answers with an error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Account:
    """What has been deployed so far: functions by name, their triggers, tags."""

    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    attached: dict[str, dict[str, str]] = field(default_factory=dict)
    takes_its_time: bool = False  # a function that was changed is not active when it is asked for the first time
    still_busy: dict[str, str] = field(default_factory=dict)

    def answer(self, call: Call) -> dict[str, Any]:
        """Return the response to a call; raises Refused."""
        actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "GetFunction": self._get_function,
            "CreateFunction": self._create_function,
            "UpdateFunctionCode": self._update_function,
            "UpdateFunctionConfiguration": self._update_function,
            "DeleteFunction": self._delete_function,
            "UpdateFunctionEventInvokeConfig": lambda _: {},
            "GetAlias": lambda params: {"Name": params.get("Name"), "FunctionVersion": "$LATEST"},
            "ListTriggers": self._list_triggers,
            "CreateTrigger": self._create_trigger,
            "UpdateTrigger": lambda _: {},
            "DeleteTrigger": self._delete_trigger,
            "DescribeTags": self._describe_tags,
            "CreateTag": self._create_tag,
            "DescribeResourceTagsByResourceIds": self._describe_resource_tags,
            "AttachResourcesTag": self._attach_tag,
        }
        if call.action not in actions:
            raise Refused("InvalidAction", f"{call.service} has no action {call.action} here")
        return actions[call.action](call.params)

    def _get_function(self, params: dict[str, Any]) -> dict[str, Any]:
        name = self._existing(params)
        status = self.still_busy.pop(name, "Active")
        return {**self.functions[name], "Status": status, "StatusReasons": [], "Qualifier": "$LATEST"}

    def _create_function(self, params: dict[str, Any]) -> dict[str, Any]:
        name = params["FunctionName"]
        if name in self.functions:
            raise Refused("ResourceInUse.Function", f"{name} exists")
        self.functions[name] = params
        self.triggers[name] = []
        self._begin(name, "Creating")
        return {}

    def _update_function(self, params: dict[str, Any]) -> dict[str, Any]:
        name = self._existing(params)
        self.functions[name] = {**self.functions[name], **params}
        self._begin(name, "Updating")
        return {}

    def _delete_function(self, params: dict[str, Any]) -> dict[str, Any]:
        del self.functions[self._existing(params)]
        return {}

    def _list_triggers(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.triggers[self._existing(params)]
        for wanted in params.get("Filters", []):
            found = [trigger for trigger in found if trigger[wanted["Name"]] in wanted["Values"]]
        return {"Triggers": found, "TotalCount": len(found)}

    def _create_trigger(self, params: dict[str, Any]) -> dict[str, Any]:
        described = params["TriggerDesc"]
        trigger = {
            "Type": params["Type"],
            "TriggerName": params["TriggerName"],
            # Listed otherwise than sent, as the sample output in the vendor's manual of multi-scf shows.
            "TriggerDesc": json.dumps({"cron": described}, separators=(",", ":"))
            if params["Type"] == "timer"
            else described,
            "Enable": int(params["Enable"] == "OPEN"),
            "Qualifier": params["Qualifier"],
            "CustomArgument": params.get("CustomArgument", ""),
        }
        self.triggers[self._existing(params)].append(trigger)
        return {"TriggerInfo": trigger}

    def _delete_trigger(self, params: dict[str, Any]) -> dict[str, Any]:
        name = self._existing(params)
        self.triggers[name] = [
            trigger
            for trigger in self.triggers[name]
            if (trigger["Type"], trigger["TriggerName"]) != (params["Type"], params["TriggerName"])
        ]
        return {}

    def _describe_tags(self, params: dict[str, Any]) -> dict[str, Any]:
        found = [
            {"TagKey": key, "TagValue": value}
            for key, value in self.tags.items()
            if (key, value) == (params["TagKey"], params["TagValue"])
        ]
        return {"Tags": found, "TotalCount": len(found)}

    def _create_tag(self, params: dict[str, Any]) -> dict[str, Any]:
        self.tags[params["TagKey"]] = params["TagValue"]
        return {}

    def _describe_resource_tags(self, params: dict[str, Any]) -> dict[str, Any]:
        (resource,) = params["ResourceIds"]
        found = [{"TagKey": key, "TagValue": value} for key, value in self.attached.get(resource, {}).items()]
        return {"Tags": found, "TotalCount": len(found)}

    def _attach_tag(self, params: dict[str, Any]) -> dict[str, Any]:
        for resource in params["ResourceIds"]:
            self.attached.setdefault(resource, {})[params["TagKey"]] = params["TagValue"]
        return {}

    def _begin(self, name: str, status: str) -> None:
        if self.takes_its_time:
            self.still_busy[name] = status

    def _existing(self, params: dict[str, Any]) -> str:
        name = str(params["FunctionName"])
        if name not in self.functions:
            raise Refused("ResourceNotFound.Function", f"there is no function {name}")
        return name
