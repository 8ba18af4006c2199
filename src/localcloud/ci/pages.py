"""Long lists told a numbered page at a time: templates, queues, buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import Field

from localcloud.ci.nodes import Nodes, Parameters

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
