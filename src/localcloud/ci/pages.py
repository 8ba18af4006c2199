"""Long lists told a page at a time: by number (templates, queues, buckets, workflows), or by token (jobs, runs)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from pydantic import Field

from localcloud.ci.nodes import Nodes, Parameters, invalid_argument

ItemT = TypeVar("ItemT")


class PageParameters(Parameters):
    """Which page is asked for; the first is 1.

    At most 100 items is documented for buckets (1045/73364); for templates and queues it is UNVERIFIED.
    """

    page_number: int = Field(default=1, ge=1)
    page_size: int = Field(default=10, ge=1, le=100)

    def page_of(self, items: Sequence[ItemT]) -> "Page[ItemT]":
        """Return the page of all these items that is asked for; beyond the last one it is empty."""
        begin = (self.page_number - 1) * self.page_size
        return Page(tuple(items[begin : begin + self.page_size]), len(items), self.page_number, self.page_size)


@dataclass(frozen=True)
class Page(Generic[ItemT]):
    """Some of `total_count` items."""

    items: tuple[ItemT, ...]
    total_count: int
    page_number: int
    page_size: int

    def nodes(self) -> Nodes:
        """Return what an answer says of the page itself."""
        return {"TotalCount": self.total_count, "PageNumber": self.page_number, "PageSize": self.page_size}


def told_after(
    token: str,
    ordered: Sequence[ItemT],
    admits: Callable[[ItemT], bool],
    *,
    size: int,
    id_of: Callable[[ItemT], str],
) -> tuple[tuple[ItemT, ...], str]:
    """Return the items after the one that the token names, and the token for the next page, empty if there is none.

    The token is the id of the last item told. So whoever follows the tokens is told every item once, however many are
    added meanwhile: they go before the first page, or after the last. Raises CloudError 400 InvalidArgument.
    """
    found = tuple(islice(filter(admits, _after(token, ordered, id_of)), size + 1))
    told = found[:size]
    return told, id_of(told[-1]) if len(found) > len(told) else ""


def _after(token: str, ordered: Sequence[ItemT], id_of: Callable[[ItemT], str]) -> Sequence[ItemT]:
    if not token:
        return ordered
    for place, item in enumerate(ordered):
        if id_of(item) == token:
            return ordered[place + 1 :]
    raise invalid_argument(f"nextToken {token!r} is none that was given here. Begin without one.")
