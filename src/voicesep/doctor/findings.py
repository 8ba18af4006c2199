"""What a look at one thing has found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel, ConfigDict

from voicesep.cloud import Cloud
from voicesep.deployment import Deployment


class State(str, Enum):
    """`warn`: it works, but not as well as it could, or it could not be judged."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(BaseModel):
    """One line of the examination: what was looked at, what was found, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    state: State
    check: str
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Examined:
    """The deployment that is looked at, the cloud it is in, and the name that findings are noted under."""

    deployment: Deployment
    cloud: Cloud
    check: str

    def ok(self, found: str) -> Finding:
        """Note that something is as it should be."""
        return Finding(state=State.OK, check=self.check, found=found)

    def warn(self, found: str, remedy: str) -> Finding:
        """Note something that works, but could be better."""
        return Finding(state=State.WARN, check=self.check, found=found, remedy=remedy)

    def fail(self, found: str, remedy: str) -> Finding:
        """Note something that does not work."""
        return Finding(state=State.FAIL, check=self.check, found=found, remedy=remedy)


Check = Callable[[Examined], Iterator[Finding]]
"""Looks at one thing. What the cloud refuses may be let through: it is noted as a failure, with its own advice."""
