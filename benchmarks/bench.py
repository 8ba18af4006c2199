"""All benchmarks of docs/performance.md, and the page.

    python -m benchmarks.bench [--quick] [TOPIC…]

Each topic's results are kept as JSON in build/bench/, so that one can be measured again and the page has all of them.
With --quick everything is only shown to work: from the sources, and the page goes to build/bench-quick/.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

import click
from pydantic import TypeAdapter

from benchmarks import cold_start, index_cost, memory, reconcile_scale, throughput, warm_path
from benchmarks.contenders import NoPython310
from benchmarks.machine import Machine, this_machine
from benchmarks.report import Section, targets_table
from benchmarks.scene import ROOT
from benchmarks.topic import Sizes
from tools.package.errors import PackagingError

R = TypeVar("R")
PAGE = ROOT / "docs" / "performance.md"
KEPT, QUICK = ROOT / "build" / "bench", ROOT / "build" / "bench-quick"
NOTES = Path(__file__).with_name("performance-notes.md")
IMAGES = "images"


@dataclass(frozen=True)
class Topic(Generic[R]):
    """One benchmark: what its results are, how they are got, and what the page says of them."""

    name: str
    results: type[R]
    measure: Callable[[Sizes], R]
    section: Callable[[R], Section]

    def run(self, sizes: Sizes, folder: Path) -> None:
        """Measure, and keep the results."""
        folder.mkdir(parents=True, exist_ok=True)
        text = TypeAdapter(self.results).dump_json(self.measure(sizes), indent=1)
        (folder / f"{self.name}.json").write_bytes(text + b"\n")

    def kept(self, folder: Path) -> Section | None:
        """Return what the page says of the results that are kept."""
        file = folder / f"{self.name}.json"
        return self.section(TypeAdapter(self.results).validate_json(file.read_bytes())) if file.is_file() else None


def _late(name: str) -> Topic[Any] | None:
    """Return a topic that needs the peers of the extra `bench`; None when they are not installed."""
    try:
        module = import_module(f"benchmarks.{name}")
    except ModuleNotFoundError as error:
        click.echo(f"{name} is left out: {error.name} is not installed (pip install -e '.[bench]')", err=True)
        return None
    return Topic(name, module.Results, module.measure, module.section)


TOPICS: dict[str, Callable[[], Topic[Any] | None]] = {
    "cold_start": lambda: Topic("cold_start", cold_start.Results, cold_start.measure, cold_start.section),
    "warm_path": lambda: Topic("warm_path", warm_path.Results, warm_path.measure, warm_path.section),
    "memory": lambda: Topic("memory", memory.Results, memory.measure, memory.section),
    "throughput": lambda: Topic("throughput", throughput.Results, throughput.measure, throughput.section),
    "index_cost": lambda: Topic("index_cost", index_cost.Results, index_cost.measure, index_cost.section),
    "reconcile_scale": lambda: Topic(
        "reconcile_scale", reconcile_scale.Results, reconcile_scale.measure, reconcile_scale.section
    ),
    "localcloud_speed": lambda: _late("localcloud_speed"),
    "separation_speed": lambda: _late("separation_speed"),
}


def write_page(page: Path, machine: Machine, sections: Sequence[Section], missing: Sequence[str] = ()) -> None:
    """Write the page and its plots; `missing` names the topics that were not measured."""
    parts = [
        "# Performance",
        PREFACE,
        machine.table().markdown(),
        "## Targets",
        "Set before anything was measured, as ratios within one run.",
        targets_table(sections).markdown(),
        NOTES.read_text(encoding="utf-8").strip(),
        *(section.markdown(IMAGES) for section in sections),
        *([f"## Not measured\n\nRun `make bench` for: {', '.join(missing)}."] if missing else []),
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    for section in sections:
        section.draw(page.parent / IMAGES)


PREFACE = """\
Written by `make bench`; change the benchmarks, not the page. Figures are medians, with the middle half of what was
measured in brackets. All contenders of a table were measured in one run, in turn:

- **app**: this app, from its bundle;
- **sdk**: a handler on cos-python-sdk-v5, the vendor's SDK from PyPI, that sends the same requests
  ([benchmarks/peers/sdk.py](../benchmarks/peers/sdk.py));
- **packages**: the least that can be built on the packages that the app is built on, urllib3, xmltodict and pydantic
  ([benchmarks/peers/packages.py](../benchmarks/peers/packages.py)): the limit of any app on them;
- **floor**: a handler on `http.client` and a signer, without models
  ([benchmarks/peers/floor.py](../benchmarks/peers/floor.py)).

The last two know only the straight way. A test compares the requests that the four send and the entries they write.

`CLAIM_SETTLE_SECONDS` is 0 throughout: the second that a claim settles is a wait by design, not work. The **stub** is
a server in a process of its own that repeats, byte for byte, what localcloud answered before in the same run; it takes
some 0.05 ms a request, and can wait before it answers."""


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Little of everything, from the sources; the figures mean nothing.")
@click.argument("names", metavar="[TOPIC]…", nargs=-1, type=click.Choice(tuple(TOPICS)))
def main(names: tuple[str, ...], *, quick: bool) -> None:
    """Measure the topics, and write the page from all that was ever measured."""
    folder = QUICK if quick else KEPT
    machine_file, adapter = folder / "machine.json", TypeAdapter(Machine)
    if not names or not machine_file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        machine_file.write_bytes(adapter.dump_json(this_machine(), indent=1))
    topics = [topic for make in TOPICS.values() if (topic := make())]
    for topic in topics:
        if not names or topic.name in names:
            begun = time.monotonic()
            try:
                topic.run(Sizes(quick), folder)
            except (NoPython310, PackagingError) as error:
                raise click.ClickException(str(error)) from error
            click.echo(f"{topic.name}: {time.monotonic() - begun:.0f} s", err=True)
    sections = [section for topic in topics if (section := topic.kept(folder))]
    missing = [name for name in TOPICS if not (folder / f"{name}.json").is_file()]
    page = folder / "performance.md" if quick else PAGE
    write_page(page, adapter.validate_json(machine_file.read_bytes()), sections, missing)
    for section in sections:
        click.echo("\n\n".join([f"## {section.title}", *(table.markdown() for table in section.tables)]) + "\n")
    click.echo(targets_table(sections).markdown())
    click.echo(f"wrote {page}", err=True)


if __name__ == "__main__":
    main()
