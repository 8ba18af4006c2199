"""Who makes asynchronous events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.scf.execution_environment import FUNCTION_VERSION


@dataclass(frozen=True)
class Source:
    """One kind of sender; `name` as dead letters have it, `variables` what the function finds in its environment.

    Documented are TRIGGER_TIMER (583/51666) and TRIGGER_SRC=timer (583/14570); the other names are UNVERIFIED.
    """

    name: str
    qualifier: str = "$DEFAULT"
    variables: Mapping[str, str] = field(default_factory=dict)


TIMER = Source("TRIGGER_TIMER", variables={"TRIGGER_SRC": "timer"})
COS = Source("TRIGGER_COS")
INVOKE = Source("API", qualifier=FUNCTION_VERSION)
