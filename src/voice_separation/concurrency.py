"""Doing the same to many things, one after the other or several at once; passed in, so that a simulation can decide."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Map(Protocol):
    """What `map` is: the results come in the order of the items. `map` itself is one."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Call the function with each item."""


def in_threads(most: int) -> Map:
    """Return a `map` that makes up to so many calls at once, and returns when all are done."""

    def many(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        things = list(items)
        if len(things) < 2:  # nothing to gain from a thread
            return iter([function(thing) for thing in things])
        with ThreadPoolExecutor(min(most, len(things))) as threads:
            return iter(list(threads.map(function, things)))

    return many
