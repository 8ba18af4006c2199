"""The real cloud's bad days, on demand: requests refused or lost, instances killed, events that go astray.

    cloud.faults.add(LoseAnswer(), Requests(service="ci", method="POST"), times=1)
    cloud.faults.add(KillBefore(), Requests(function="submit"), after=2, times=1)
    cloud.faults.events.lose(0.1)
    cloud.faults.events.ci.befall(Next(lose=1))

How weak storage itself is to be, is told to `cloud.cos.weaknesses`.
"""

from localcloud.faults.effects import Delay, Drop, Effect, KillAfter, KillBefore, LoseAnswer, Refuse
from localcloud.faults.events import Counts, EventFaults, LossyChannel, Next, Odds
from localcloud.faults.models import Faults
from localcloud.faults.rules import Requests, Rule

__all__ = [
    "Counts",
    "Delay",
    "Drop",
    "Effect",
    "EventFaults",
    "Faults",
    "KillAfter",
    "KillBefore",
    "LoseAnswer",
    "LossyChannel",
    "Next",
    "Odds",
    "Refuse",
    "Requests",
    "Rule",
]
