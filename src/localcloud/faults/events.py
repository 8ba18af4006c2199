"""Events that go astray: neither COS nor CI promises that a message arrives, arrives once, or arrives in order."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from localcloud.faults.later import Later

Deliver = Callable[[], object]


@dataclass(frozen=True)
class Counts:
    """How many messages came, and what befell them; a doubled and delayed one counts in both."""

    messages: int = 0
    lost: int = 0
    duplicated: int = 0
    delayed: int = 0


@dataclass(frozen=True)
class Odds:
    """How probable each misfortune is, from 0 to 1; `seconds` is the longest delay."""

    lose: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Next:
    """How many of the next messages are certain to vanish, and how many after them to come twice."""

    lose: int = 0
    duplicate: int = 0


class LossyChannel:
    """Passes messages on, and loses, doubles or delays some. Thread-safe; does no harm until it is told to."""

    def __init__(self, chance: Random, later: Later) -> None:
        self._chance = chance
        self._later = later
        self._odds = Odds()
        self._next = Next()
        self._counts = Counts()
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counts:
        """What happened so far."""
        with self._lock:
            return self._counts

    @property
    def odds(self) -> Odds:
        """What it was told to do by chance."""
        with self._lock:
            return self._odds

    @property
    def next(self) -> Next:
        """What is certain to befall the next messages."""
        with self._lock:
            return self._next

    def befall(self, upcoming: Next) -> None:
        """Have this befall the next messages instead of chance, and instead of what was still to befall them."""
        with self._lock:
            self._next = upcoming

    def lose(self, probability: float) -> None:
        """Have this part of the messages vanish."""
        self._change(lose=_checked(probability))

    def duplicate(self, probability: float) -> None:
        """Have this part of the messages come twice, the copy at the same time on another thread."""
        self._change(duplicate=_checked(probability))

    def delay(self, probability: float, seconds: float) -> None:
        """Have this part of the messages come up to so many real seconds late, overtaken by later ones."""
        self._change(delay=_checked(probability), seconds=seconds)

    def clear(self) -> None:
        """Do no more harm; the counts stay, and what is delayed still comes."""
        with self._lock:
            self._odds = Odds()
            self._next = Next()

    def pass_on(self, deliver: Deliver) -> None:
        """Deliver a message, as luck has it. Raises what `deliver` raises, if it is done at once."""
        with self._lock:
            lost, duplicated, delay = self._draw()
        if duplicated:
            self._later.call(0.0, deliver)
        if delay is not None:
            self._later.call(delay, deliver)
        elif not lost:
            deliver()

    def _draw(self) -> tuple[bool, bool, float | None]:
        odds = self._odds
        lost, duplicated, delayed = (
            self._chance.random() < probability for probability in (odds.lose, odds.duplicate, odds.delay)
        )
        if self._next.lose:
            lost, self._next = True, replace(self._next, lose=self._next.lose - 1)
        elif self._next.duplicate:
            lost, duplicated = False, True
            self._next = replace(self._next, duplicate=self._next.duplicate - 1)
        if lost:
            duplicated = delayed = False
        self._counts = Counts(
            messages=self._counts.messages + 1,
            lost=self._counts.lost + lost,
            duplicated=self._counts.duplicated + duplicated,
            delayed=self._counts.delayed + delayed,
        )
        return lost, duplicated, self._chance.uniform(0.0, odds.seconds) if delayed else None

    def _change(self, **odds: float) -> None:
        with self._lock:
            self._odds = replace(self._odds, **odds)


class EventFaults:
    """The ways that messages go: `cos` from buckets to functions, `ci` from jobs to their callback addresses."""

    def __init__(self, chance: Random) -> None:
        self._later = Later()
        self.cos = LossyChannel(chance, self._later)
        self.ci = LossyChannel(chance, self._later)

    def lose(self, probability: float) -> None:
        """Have this part of all messages vanish."""
        for channel in (self.cos, self.ci):
            channel.lose(probability)

    def duplicate(self, probability: float) -> None:
        """Have this part of all messages come twice."""
        for channel in (self.cos, self.ci):
            channel.duplicate(probability)

    def delay(self, probability: float, seconds: float) -> None:
        """Have this part of all messages come up to so many real seconds late."""
        for channel in (self.cos, self.ci):
            channel.delay(probability, seconds)

    def clear(self) -> None:
        """Do no more harm; the counts stay, and what is delayed still comes."""
        for channel in (self.cos, self.ci):
            channel.clear()

    def is_idle(self) -> bool:
        """Return whether no message is on its way."""
        return self._later.is_idle()

    def stop(self) -> None:
        """Drop what is delayed."""
        self._later.stop()


def _checked(probability: float) -> float:
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability. Give one from 0 to 1.")
    return probability
