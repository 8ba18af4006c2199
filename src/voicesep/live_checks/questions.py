"""A question to the real cloud."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from voicesep.live_checks.bench import Bench

Observe = Callable[[Bench], Iterator[str]]
"""Does what answers a question, and yields what it saw, one Markdown line each; refusals may be let through."""


@dataclass(frozen=True)
class Question:
    """What nobody documents, where that is said, what is done to find out, and what it costs."""

    name: str
    asks: str
    source: str
    does: str
    cost: str
    observe: Observe = field(repr=False)
