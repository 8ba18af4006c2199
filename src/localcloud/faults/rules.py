"""Which requests something befalls, and how often."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from localcloud.callers import Caller
from localcloud.faults.effects import Effect

Service = Literal["cos", "ci", "functions", "api"]


@dataclass(frozen=True)
class Asked:
    """What a rule looks at of a request."""

    service: Service
    method: str
    path: str  # decoded
    caller: Caller | None


@dataclass(frozen=True)
class Requests:
    """Requests of one kind; what is None may be anything.

    `path` is a regular expression, searched for in the decoded path; `function` is the key or the name of the
    function whose credentials signed. Raises re.error for a `path` that is no regular expression.
    """

    service: Service | None = None
    method: str | None = None
    path: str | None = None
    function: str | None = None

    def __post_init__(self) -> None:
        re.compile(self.path or "")

    def include(self, asked: Asked) -> bool:
        """Whether this is one of them."""
        return (
            self.service in (None, asked.service)
            and self.method in (None, asked.method)
            and (self.path is None or re.search(self.path, asked.path) is not None)
            and (self.function is None or (asked.caller is not None and asked.caller.is_of(self.function)))
        )


@dataclass
class Rule:
    """An effect on some requests. Not safe to share between threads without a lock."""

    effect: Effect
    requests: Requests
    times: int | None  # how often it strikes before it is gone, None for always
    after: int  # how many of the requests it lets pass first
    probability: float
    struck: int = field(default=0, init=False)

    @property
    def is_spent(self) -> bool:
        """Whether it will never strike again."""
        return self.times is not None and self.struck >= self.times

    def strikes(self, asked: Asked, chance: Random) -> bool:
        """Whether it strikes this request; counts it either way."""
        if self.is_spent or not self._concerns(asked):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if chance.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def _concerns(self, asked: Asked) -> bool:
        return self.requests.include(asked) and not (self.effect.only_functions and asked.caller is None)
