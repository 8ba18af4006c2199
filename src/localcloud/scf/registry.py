"""What is deployed: functions with their triggers, found by key, name, URL or event."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from localcloud.scf.function import Function
from localcloud.scf.project import CosTrigger, HttpTrigger, TimerTrigger, Trigger
from localcloud.scf.regions import short_code

_URL_ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_URL_ID_LENGTH = 10


class FunctionNotDeployedError(LookupError):
    """No function of this key or name is deployed."""


class NoFunctionUrlError(LookupError):
    """The function has no http trigger, hence no URL."""


class NoTimerError(LookupError):
    """No function has this timer, or several have one of this name."""


@dataclass(frozen=True)
class Deployment:
    """A deployed function, its region and its triggers."""

    function: Function
    region: str
    triggers: tuple[Trigger, ...]
    at: datetime

    @property
    def cos_triggers(self) -> tuple[CosTrigger, ...]:
        """Those of its triggers that listen to a bucket."""
        return tuple(trigger for trigger in self.triggers if isinstance(trigger, CosTrigger))

    @property
    def timers(self) -> tuple[TimerTrigger, ...]:
        """Those of its triggers that fire by the clock."""
        return tuple(trigger for trigger in self.triggers if isinstance(trigger, TimerTrigger))

    @property
    def http_trigger(self) -> HttpTrigger | None:
        """Its function URL, if it has one."""
        return next((trigger for trigger in self.triggers if isinstance(trigger, HttpTrigger)), None)


def url_id(function_name: str) -> str:
    """Return the part of a function URL that tells functions apart: made up by the cloud, here from the name."""
    number = int.from_bytes(hashlib.sha256(function_name.encode()).digest(), "big")
    characters = []
    for _ in range(_URL_ID_LENGTH):
        number, digit = divmod(number, len(_URL_ID_CHARACTERS))
        characters.append(_URL_ID_CHARACTERS[digit])
    return "".join(characters)


class Registry:
    """All deployments. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Deployment] = {}

    def replace(self, deployments: Sequence[Deployment]) -> tuple[Function, ...]:
        """Put `deployments` in place of those with the same function names, and return the replaced functions."""
        with self._lock:
            names = [deployment.function.name for deployment in deployments]
            replaced = tuple(self._by_name.pop(name).function for name in names if name in self._by_name)
            self._by_name.update(zip(names, deployments, strict=True))
            return replaced

    def remove(self, key_or_name: str) -> Function:
        """Forget the deployment that `find` finds, and return its function. Raises FunctionNotDeployedError."""
        with self._lock:
            function = self._found(key_or_name).function
            del self._by_name[function.name]
            return function

    def all(self) -> tuple[Deployment, ...]:
        """Return every deployment, oldest first."""
        with self._lock:
            return tuple(self._by_name.values())

    def find(self, key_or_name: str) -> Deployment:
        """Return the deployment of this function name, else the latest of this key.

        Raises FunctionNotDeployedError.
        """
        with self._lock:
            return self._found(key_or_name)

    def timer(self, name: str, function: str | None) -> tuple[Deployment, TimerTrigger]:
        """Return the timer of this name, of this function (key or name) if one is given.

        Raises FunctionNotDeployedError, NoTimerError.
        """
        deployments = self.all() if function is None else (self.find(function),)
        timers = [(deployment, timer) for deployment in deployments for timer in deployment.timers]
        found = [(deployment, timer) for deployment, timer in timers if timer.name == name]
        if len(found) != 1:
            known = ", ".join(f"{timer.name} of {deployment.function.name}" for deployment, timer in timers) or "none"
            raise NoTimerError(f"{len(found)} timers are called {name}; name one, and its function. Known: {known}.")
        return found[0]

    def at_url(self, wanted: str, region: str) -> tuple[Deployment, HttpTrigger]:
        """Return the deployment whose function URL has this id, and the trigger. Raises NoFunctionUrlError."""
        for deployment in self.all():
            trigger = deployment.http_trigger
            if trigger and deployment.region == region and url_id(deployment.function.name) == wanted:
                return deployment, trigger
        raise NoFunctionUrlError(
            f"No function has the URL {wanted} in {region}; ask for its function_url again after a deployment."
        )

    def at_api_gateway(self, wanted: str, region_code: str) -> Deployment:
        """Return the deployment that API Gateway's service of this id would call. Raises NoFunctionUrlError."""
        for deployment in self.all():
            if short_code(deployment.region) == region_code and url_id(deployment.function.name) == wanted:
                return deployment
        raise NoFunctionUrlError(
            f"API Gateway has no service-{wanted} in {region_code}; ask for the function's api_gateway_url."
        )

    def _found(self, key_or_name: str) -> Deployment:
        if key_or_name in self._by_name:
            return self._by_name[key_or_name]
        for deployment in reversed(self._by_name.values()):
            if deployment.function.spec.key == key_or_name:
                return deployment
        known = ", ".join(self._by_name) or "none"
        raise FunctionNotDeployedError(f"Function {key_or_name} is not deployed; deployed: {known}.")
