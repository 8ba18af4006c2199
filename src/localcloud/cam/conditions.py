"""Conditions of a statement, as far as they can be evaluated here (436/46206); the others are refused."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from localcloud.cam.access import Access
from localcloud.cam.patterns import matches

PREFIX = "cos:prefix"
"""The parameter `prefix` of a listing, percent-encoded, slashes too: written plainly, no request has it."""

KEYS = frozenset({PREFIX})
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {"string_equal": operator.eq, "string_like": matches}


@dataclass(frozen=True)
class Condition:
    """One operator on one condition key; any of the values will do.

    Raises ValueError for an operator or a key that is not evaluated here.
    """

    operator: str
    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise ValueError(f"the operator {self.operator!r} cannot be evaluated here; known: {_listed(OPERATORS)}")
        if self.key not in KEYS:
            raise ValueError(f"the condition key {self.key!r} cannot be evaluated here; known: {_listed(KEYS)}")

    def holds(self, access: Access) -> bool:
        """Tell whether the request carries the key with one of the values."""
        fact = access.fact(self.key)
        return fact is not None and any(OPERATORS[self.operator](value, fact) for value in self.values)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
