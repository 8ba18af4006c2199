"""Doing the same to many things, one after the other or several at once; passed in, so that a simulation can decide."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

HEARD_SECONDS = 0.5  # the longest that Ctrl-C is not heard

T = TypeVar("T")
R = TypeVar("R")


class Map(Protocol):
    """What `map` is, and `map` itself is one. The results come in the order of the items, unless told otherwise."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Call the function with each item."""


def in_threads(most: int) -> Map:
    """Return a `map` that makes up to so many calls at once, and returns when all are done."""

    def many(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        things = list(items)
        if len(things) < 2:  # nothing to gain from a thread
            return iter([function(thing) for thing in things])
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(most, len(things))) as threads:
            return iter(list(threads.map(function, things)))

    return many


def in_flight(most: int) -> Map:
    """Return a `map` for endless items: no more than `most` are taken and not done, and results come as they end.

    Whoever stops reading, or fails, waits for those that have begun.
    """

    def many(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(most) as threads:
            begun: set[Future[R]] = set()
            for item in items:
                begun.add(threads.submit(function, item))
                ended, begun = _ended(begun, may_wait=len(begun) == most)
                for each in ended:
                    yield each.result()
            while begun:
                ended, begun = _ended(begun, may_wait=True)
                for each in ended:
                    yield each.result()

    return many


def _ended(begun: "set[Future[R]]", *, may_wait: bool) -> "tuple[set[Future[R]], set[Future[R]]]":
    """Return what has ended, at least one if it may wait, and what has not."""
    from concurrent.futures import FIRST_COMPLETED, wait

    while True:
        # A signal that comes just before a wait begins is heard when the wait ends, so that no wait is long.
        ended, rest = wait(begun, timeout=HEARD_SECONDS if may_wait else 0, return_when=FIRST_COMPLETED)
        if ended or not may_wait:
            return ended, rest


def ever_more(items: Iterable[T], most: int) -> Iterator[Sequence[T]]:
    """Yield slices, each double the last up to a limit: little is begun in vain when the first is refused.

    No more items are taken than have been yielded.
    """
    left, size = iter(items), 1
    while some := tuple(islice(left, size)):
        yield some
        size = min(2 * size, most)
