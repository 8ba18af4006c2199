"""All that can go wrong, in one place."""

import threading
from random import Random
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from localcloud.faults.effects import Effect, Sent
from localcloud.faults.events import EventFaults
from localcloud.faults.rules import Asked, Requests, Rule, Service
from localcloud.front import Handler

HostT = TypeVar("HostT")
ANY = Requests()


class Faults:
    """What is to go wrong: rules for requests, and `events`. Nothing, until it is told. Thread-safe."""

    def __init__(self, chance: Random) -> None:
        """`chance` decides; the same seed makes the same draws, threads permitting."""
        self.events = EventFaults(chance)
        self._chance = chance
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(
        self,
        effect: Effect,
        requests: Requests = ANY,
        *,
        times: int | None = None,
        after: int = 0,
        probability: float = 1.0,
    ) -> Rule:
        """Have `effect` strike such requests: `times` of them, once `after` have passed, each with `probability`.

        Rules are asked in the order they were added; the first that strikes keeps a request from the others, which
        do not count it. `struck` of the rule returned tells how often it did.
        """
        rule = Rule(effect, requests, times, after, probability)
        with self._lock:
            self._rules.append(rule)
        return rule

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule as it is now, in the order they are asked."""
        with self._lock:
            return tuple(self._rules)

    def clear(self) -> None:
        """Forget every rule, and let every event pass."""
        with self._lock:
            self._rules.clear()
        self.events.clear()

    def around(self, service: Service, handler: Handler[HostT]) -> Handler[HostT]:
        """Return a handler that answers as `handler` does, save for what befalls the requests.

        `request.state.caller` tells who sends one; `request.state.fault` tells afterwards what struck it.
        """

        async def handle(request: Request, host: HostT) -> Response:
            caller = request.state.caller
            effect = self._effect_on(Asked(service, request.method, request.scope["path"], caller))
            if effect is None:
                return await handler(request, host)
            request.state.fault = type(effect).__name__
            return await effect.strike(Sent(request, caller, lambda: handler(request, host)))

        return handle

    def _effect_on(self, asked: Asked) -> Effect | None:
        with self._lock:
            return next((rule.effect for rule in self._rules if rule.strikes(asked, self._chance)), None)
