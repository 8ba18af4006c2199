"""Two kinds of plot as SVG, written by hand: bars in groups, and lines over logarithmic axes.

A plotting library would be 60 MB for two pictures; these are text, so a change of a figure shows in a diff.
Colours are those of Okabe and Ito, which people who see colours differently can tell apart.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 60, 50
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_FONT = 'font-family="system-ui, sans-serif" font-size="12"'


class Plot(Protocol):
    """A picture of some figures."""

    @property
    def title(self) -> str:
        """What it shows."""

    @property
    def file_name(self) -> str:
        """What its file is called."""

    def svg(self) -> str:
        """Return the picture."""


@dataclass(frozen=True)
class Bars:
    """For each group one bar of each series; linear, from zero."""

    name: str
    title: str
    unit: str
    groups: tuple[str, ...]
    series: Mapping[str, Sequence[float]]

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"performance-{self.name}.svg"

    def svg(self) -> str:
        """Return the picture."""
        ticks = list(_round_steps(max(max(values) for values in self.series.values())))
        across = (WIDTH - LEFT - RIGHT) / len(self.groups)
        wide = across * 0.8 / len(self.series)
        shapes = list(_grid(ticks, [tick / ticks[-1] for tick in ticks]))
        for index, group in enumerate(self.groups):
            start = LEFT + index * across + across * 0.1
            shapes.append(_text(start + across * 0.4, HEIGHT - BOTTOM + 18, group, "middle"))
            for number, values in enumerate(self.series.values()):
                tall = values[index] / ticks[-1] * (HEIGHT - TOP - BOTTOM)
                left, top = start + number * wide, HEIGHT - BOTTOM - tall
                size = f'width="{wide * 0.92:.1f}" height="{tall:.1f}"'
                shapes.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{COLOURS[number]}"/>')
                shapes.append(_text(left + wide * 0.46, top - 4, f"{values[index]:.3g}", "middle"))
        return _picture(self.title, self.unit, tuple(self.series), shapes)


@dataclass(frozen=True)
class Lines:
    """One line for each series through its points (x, y); both axes are logarithmic."""

    name: str
    title: str
    unit: str
    across: str
    series: Mapping[str, Sequence[tuple[float, float]]]

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"performance-{self.name}.svg"

    def svg(self) -> str:
        """Return the picture."""
        points = [point for line in self.series.values() for point in line]
        low, high = _decades([y for _, y in points])
        first, last = _decades([x for x, _ in points])
        ticks = [10.0**power for power in range(low, high + 1)]
        shapes = list(_grid(ticks, [(math.log10(tick) - low) / (high - low) for tick in ticks]))
        for power in range(first, last + 1):
            place = LEFT + (power - first) / (last - first) * (WIDTH - LEFT - RIGHT)
            shapes.append(_text(place, HEIGHT - BOTTOM + 18, _short(10.0**power), "middle"))
        shapes.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, self.across, "middle"))
        for number, line in enumerate(self.series.values()):
            placed = [
                (
                    LEFT + (math.log10(x) - first) / (last - first) * (WIDTH - LEFT - RIGHT),
                    HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM),
                )
                for x, y in line
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
            shapes.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2.5"/>')
            shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[number]}"/>' for x, y in placed]
        return _picture(self.title, self.unit, tuple(self.series), shapes)


def _picture(title: str, unit: str, names: tuple[str, ...], shapes: Sequence[str]) -> str:
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" {_FONT}>'
    frame = [f"<title>{escape(title)}</title>", f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
    heading = _text(LEFT, 22, f"{title} ({unit})", "start", weight="bold")
    legend = list(_legend(names))
    return "\n".join([opening, *frame, heading, *legend, *shapes, "</svg>"]) + "\n"


def _legend(names: tuple[str, ...]) -> Iterator[str]:
    left = float(LEFT)
    for number, name in enumerate(names):
        yield f'<rect x="{left:.0f}" y="33" width="11" height="11" fill="{COLOURS[number]}"/>'
        yield _text(left + 16, 43, name, "start")
        left += 36 + 6.6 * len(name)


def _grid(ticks: Sequence[float], places: Sequence[float]) -> Iterator[str]:
    """Yield a line and a number for each tick; places go from 0, the bottom, to 1."""
    for tick, place in zip(ticks, places, strict=True):
        y = HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield _text(LEFT - 8, y + 4, _short(tick), "end")


def _text(x: float, y: float, text: str, anchor: str, weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text {place} fill="#222222">{escape(text)}</text>'


def _round_steps(most: float) -> Iterator[float]:
    """Yield round numbers from 0 to what holds `most`."""
    step = 10.0 ** math.floor(math.log10(most / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step * 5 >= most)
    for number in range(math.ceil(most / step) + 1):
        yield number * step


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _short(number: float) -> str:
    """Write a number with a prefix for thousands."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{sign}"
    return f"{number:g}"
