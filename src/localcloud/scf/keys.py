"""What localcloud makes of each key that the two components know (1154/129052, 1154/39271 and their public manuals)."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel

from localcloud.scf.declarations import FunctionDeclaration, Section
from localcloud.scf.problems import Problems
from localcloud.scf.trigger_declarations import CosParameters, HttpParameters, TimerParameters

_LITTLE: tuple[object, ...] = (None, False, [], {}, "")  # a key that asks for nothing
_RETRIES = "does nothing without asyncRunEnable, which forbids retries; the local cloud has Options(retry=...)"


@dataclass(frozen=True)
class Keys:
    """The keys of one section.

    `used` do here what they do there; `idle` matter in the cloud only (accounts, networks, logs, labels); `left_out`
    would matter, and say why they do not.
    """

    used: frozenset[str]
    idle: frozenset[str]
    left_out: dict[str, str]

    def check(self, section: Section, where: str, problems: Problems) -> None:
        """Warn of what is left out, and of what is no key at all."""
        for key, value in section.items():
            if key in self.left_out:
                if value not in _LITTLE:
                    problems.warn(f"{where}.{key}", self.left_out[key])
            elif key not in self.used | self.idle:
                problems.warn(f"{where}.{key}", "localcloud knows no such key; mind the spelling")


def _of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _keys(used: Iterable[str], idle: str = "", left_out: dict[str, str] | None = None) -> Keys:
    return Keys(frozenset(used), frozenset(idle.split()), left_out or {})


_IDLE = "cls description eip enableRoleAuth publicAccess tags traceEnable vpc vpcConfig"
_LEFT_OUT = {
    "asyncRunEnable": "localcloud runs it like any other function: within its timeout, and with retries",
    "cfs": "localcloud mounts no file system",
    "image": "localcloud runs no images; the code must lie in src",
    "installDependency": "it is for Node.js only; install packages with a hook",
    "instanceConcurrencyConfig": "it is for web functions, which localcloud does not run",
    "layers": "localcloud has no layers; the code must bring all it needs",
    "msgTTL": _RETRIES,
    "protocolType": "it is for web functions, which localcloud does not run",
    "retryNum": _RETRIES,
}
MULTI_SCF_FUNCTION = _keys(_of(FunctionDeclaration), _IDLE, _LEFT_OUT)
MULTI_SCF_INPUTS = _keys(
    {*_of(FunctionDeclaration) - {"name"}, "region", "functions", "triggers", "src"},
    f"{_IDLE} ignoreTriggers",
    _LEFT_OUT,
)
SCF_INPUTS = _keys(
    {*_of(FunctionDeclaration) - {"environments"}, "region", "environment", "events"},
    f"{_IDLE} publish traffic lastVersion",
    {**_LEFT_OUT, "autoCreateApi": "API Gateway is closed (628/106651); use an http event"},
)
COS = _keys(_of(CosParameters), "name")
HTTP = _keys(
    _of(HttpParameters),
    "qualifier",
    {"corsConfig": "localcloud sends no CORS headers but the function's own"},
)
TIMER = _keys(_of(TimerParameters), "qualifier")
