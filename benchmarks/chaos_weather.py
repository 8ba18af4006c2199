"""What goes wrong in a chaos run, and how often; every draw is from one seeded source."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.virtual_time import VirtualTime
from localcloud.faults import Drop, Faults, LoseAnswer, Refuse, Requests, Rule


class Crash(BaseException):
    """The instance is dead. No handler catches it, as none outlives its process."""


@dataclass(frozen=True)
class Odds:
    """How probable each misfortune is (of every message, invocation or request), and how long things last (seconds)."""

    event_lost: float = 0.02
    event_twice: float = 0.10
    event_late: float = 0.05
    callback_lost: float = 0.05
    callback_twice: float = 0.10
    callback_late: float = 0.20
    at_once: float = 0.2  # of the copies; the others come up to five seconds after
    latest: float = 600.0
    crash: float = 0.03
    two_timers: float = 0.05
    refused: float = 0.01
    dropped: float = 0.002
    answer_lost: float = 0.003
    in_a_burst: float = 0.5
    burst_every: float = 900.0
    burst_lasts: float = 30.0
    check_to_commit: float = 0.05
    list_lag: float = 30.0
    job_list_lag: float = 10.0


CALM = Odds(**dict.fromkeys((field for field in Odds.__dataclass_fields__), 0.0))
"""Nothing goes wrong."""


@dataclass
class Mail:
    """Passes messages on: late, twice, or not at all."""

    time: VirtualTime
    chance: Random
    at_once: float
    latest: float
    on_the_way: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether no message is on its way."""
        return not self.on_the_way

    def send(self, task: Callable[[], object], *, lost: float, twice: float, late: float) -> None:
        """Have `task` begin when the message comes, if it does."""
        if self.chance.random() < lost:
            return
        delay = self.chance.uniform(0, self.latest) if self.chance.random() < late else self.chance.uniform(0.05, 1)
        self._post(delay, task)
        if self.chance.random() < twice:
            behind = 0.0 if self.chance.random() < self.at_once else self.chance.uniform(0, 5)
            self._post(delay + behind, task)

    def _post(self, delay: float, task: Callable[[], object]) -> None:
        def arrive() -> None:
            self.on_the_way -= 1
            task()

        self.on_the_way += 1
        self.time.begin(delay, arrive)


@dataclass
class Fate:
    """Whether and where one invocation dies: before or after its request number `at`."""

    at: int
    after: bool
    sent: int = 0

    @classmethod
    def draw(cls, chance: Random, probability: float) -> "Fate":
        """Return a fate; most are to live."""
        dies = chance.random() < probability
        return cls(chance.randint(1, 8) if dies else 0, after=chance.random() < 0.5)

    def before_request(self) -> None:
        """Count a request. Raises Crash."""
        self.sent += 1
        if self.sent == self.at and not self.after:
            raise Crash

    def after_request(self) -> None:
        """Raise Crash if this was the last request of the invocation's life."""
        if self.sent == self.at and self.after:
            raise Crash


def brew(faults: Faults, odds: Odds, time: VirtualTime) -> None:
    """Tell the local cloud what to do to requests: now and then always, and much in bursts."""
    kinds = (Refuse(503, "ServiceUnavailable"), Refuse(429, "RequestLimitExceeded"))
    rules = [faults.add(kind, probability=odds.refused / len(kinds)) for kind in kinds]
    faults.add(Drop(), probability=odds.dropped)
    faults.add(LoseAnswer(), probability=odds.answer_lost)
    faults.add(LoseAnswer(), Requests(service="ci", method="POST"), probability=odds.answer_lost)
    if odds.burst_every:
        _burst_again(rules, odds, time)


def _burst_again(rules: list[Rule], odds: Odds, time: VirtualTime) -> None:
    def begin() -> None:
        for rule in rules:
            rule.probability = odds.in_a_burst / len(rules)

    def end() -> None:
        for rule in rules:
            rule.probability = odds.refused / len(rules)

    for n in range(1, 17):  # four hours of weather; what is left after that has only the ordinary faults
        time.call(odds.burst_every * n, begin)
        time.call(odds.burst_every * n + odds.burst_lasts, end)
