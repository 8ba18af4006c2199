"""What all benchmarks of the page have in common: how much to measure, and how to run one alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import click

from benchmarks.report import Section, targets_table

R = TypeVar("R")


@dataclass(frozen=True)
class Sizes:
    """How much to measure; `quick` shows that everything works, and its figures mean nothing."""

    quick: bool = False

    def pick(self, full: int, quick: int) -> int:
        """Return one of two sizes."""
        return quick if self.quick else full

    def pick_all(self, full: tuple[int, ...], quick: tuple[int, ...]) -> tuple[int, ...]:
        """Return one of two series of sizes."""
        return quick if self.quick else full


def run_alone(measure: Callable[[Sizes], R], section: Callable[[R], Section]) -> None:
    """Be the command of one benchmark: measure, and print what the page would say."""

    @click.command()
    @click.option("--quick", is_flag=True, help="Little of everything, from the sources; the figures mean nothing.")
    def command(*, quick: bool) -> None:
        """Measure and print."""
        found = section(measure(Sizes(quick)))
        click.echo(found.markdown("images"))
        if found.targets:
            click.echo("\n" + targets_table([found]).markdown())

    command()
