"""Many measurements of one thing: the median, how far they spread, and how one thing compares with another."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What was measured, in the order of measuring; at least one."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> "Figures":
        """Return the figures of these values."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between these lies the middle half."""
        return self.percentile(25), self.percentile(75)

    def percentile(self, share: float) -> float:
        """Return the value that so many per cent do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]

    def ratio(self, other: "Figures") -> float:
        """Return how many times the other's median this one is."""
        return self.median / other.median

    def told(self, scale: float = 1.0, digits: int = 1) -> str:
        """Return the median and the middle half, as text."""
        low, high = (f"{value * scale:.{digits}f}" for value in self.quartiles)
        return f"{self.median * scale:.{digits}f} ({low}–{high})"
