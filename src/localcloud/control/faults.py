"""What is to befall requests."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from localcloud.control.exchange import Call, Count, Document, Nothing, Operations, Probability, Seconds
from localcloud.faults import (
    Delay,
    Drop,
    Effect,
    Faults,
    KillAfter,
    KillBefore,
    LoseAnswer,
    Refuse,
    Requests,
    Rule,
)
from localcloud.faults.rules import Service

Plain = Literal["drop", "lose-answer", "kill-before", "kill-after"]

_PLAIN: dict[Plain, type[Effect]] = {
    "drop": Drop,
    "lose-answer": LoseAnswer,
    "kill-before": KillBefore,
    "kill-after": KillAfter,
}


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as broken:
        raise ValueError(f"{text!r} is no regular expression: {broken}") from broken
    return text


class Refusal(Document):
    """The answer is a vendor error."""

    kind: Literal["refuse"]
    status: int = Field(ge=400, le=599)
    code: str

    def effect(self) -> Effect:
        """Return it as it strikes."""
        return Refuse(self.status, self.code)


class Slowness(Document):
    """The answer comes later."""

    kind: Literal["delay"]
    seconds: Seconds

    def effect(self) -> Effect:
        """Return it as it strikes."""
        return Delay(self.seconds)


class Loss(Document):
    """There is no answer, and maybe no function any more."""

    kind: Plain

    def effect(self) -> Effect:
        """Return it as it strikes."""
        return _PLAIN[self.kind]()


class Struck(Document):
    """Which requests; what is left out may be anything. `path` is a regular expression."""

    service: Service | None = None
    method: str | None = None
    path: Annotated[str, AfterValidator(_regular_expression)] | None = None
    function: str | None = None


class NewFault(Document):
    """An effect on some requests, as `Faults.add` takes it."""

    effect: Annotated[Refusal | Slowness | Loss, Field(discriminator="kind")]
    requests: Struck = Struck()
    times: Count | None = None
    after: Count = 0
    probability: Probability = 1.0


class Fault(NewFault):
    """A fault, and how often it has struck; `after` counts down."""

    struck: int


class FaultList(Document):
    """The faults, in the order they are asked."""

    faults: tuple[Fault, ...]


class FaultOperations:
    """The operations on faults."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.operations: Operations = (
            Call("GET", "/faults", Nothing, self._list_faults),
            Call("POST", "/faults", NewFault, self._add_fault),
            Call("DELETE", "/faults", Nothing, self._clear_faults),
        )

    def _list_faults(self, _asked: Nothing) -> FaultList:
        """List the faults that requests meet, with how often each has struck."""
        return FaultList(faults=tuple(map(_fault, self._faults.rules)))

    def _add_fault(self, asked: NewFault) -> Fault:
        """Have an effect strike some requests."""
        wanted = asked.requests
        requests = Requests(wanted.service, wanted.method, wanted.path, wanted.function)
        rule = self._faults.add(
            asked.effect.effect(), requests, times=asked.times, after=asked.after, probability=asked.probability
        )
        return _fault(rule)

    def _clear_faults(self, asked: Nothing) -> FaultList:
        """Forget all faults, and let every event pass."""
        self._faults.clear()
        return self._list_faults(asked)


def _fault(rule: Rule) -> Fault:
    requests = rule.requests
    return Fault(
        effect=_effect(rule.effect),
        requests=Struck(
            service=requests.service, method=requests.method, path=requests.path, function=requests.function
        ),
        times=rule.times,
        after=rule.after,
        probability=rule.probability,
        struck=rule.struck,
    )


def _effect(effect: Effect) -> Refusal | Slowness | Loss:
    match effect:
        case Refuse(status, code):
            return Refusal(kind="refuse", status=status, code=code)
        case Delay(seconds):
            return Slowness(kind="delay", seconds=seconds)
        case _:
            return Loss(kind=next(kind for kind, plain in _PLAIN.items() if isinstance(effect, plain)))
