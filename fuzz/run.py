"""Fuzz the targets, each for its share: `make fuzz SECONDS=60`; `ARGS="--record docs/security.md"` writes it down.

With atheris inputs are guided by coverage; where it is not installed Hypothesis draws them, and that is said.
"""

import argparse
import sys
import traceback
from datetime import date
from pathlib import Path

from fuzz import with_atheris, with_hypothesis
from fuzz.catalogue import KEPT, ROOT, TARGETS, load, seeds
from fuzz.measured import Meter
from fuzz.report import Run, record, table

FOUND = ROOT / "build" / "fuzz"


def main(arguments: list[str] | None = None) -> int:
    """Run, print the table, and return 1 if an input broke a target."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Give hostile inputs to everything that reads some.")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together (default: 60)")
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; may be repeated")
    parser.add_argument("--engine", choices=["atheris", "hypothesis"], help="default: atheris where it is installed")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the table into its marked block")
    chosen = parser.parse_args(arguments)
    engine = chosen.engine or _engine()
    targets = chosen.target or list(TARGETS)
    runs = [_run(target, engine, chosen.seconds / len(targets)) for target in targets]
    text = table(runs, date.today())  # noqa: DTZ011 - a page for people, in their own time
    print(text)  # noqa: T201 - data
    if chosen.record:
        record(chosen.record, text)
    return 1 if any(run.broke for run in runs) else 0


def _engine() -> str:
    if with_atheris.available():
        return "atheris"
    _talk(
        "ATHERIS IS NOT INSTALLED for this interpreter (pip install '.[fuzz]'; it has wheels for Linux on x86-64)."
        " Hypothesis draws the inputs instead, WITHOUT COVERAGE to guide it."
    )
    return "hypothesis"


def _run(target: str, engine: str, seconds: float) -> Run:
    _talk(f"{target}: {seconds:.0f} s with {engine}")
    found = FOUND / target
    found.mkdir(parents=True, exist_ok=True)
    run = _with_atheris(target, seconds, found) if engine == "atheris" else _with_hypothesis(target, seconds, found)
    if run.broke:
        _talk(run.broke[-4000:])
        _talk(f"{target} BROKE. The input is in {found}; correct the cause and keep it in {KEPT / target} as a test.")
    return run


def _with_atheris(target: str, seconds: float, found: Path) -> Run:
    measures, broke = with_atheris.run(target, seconds, found)
    return Run(target, "atheris", measures, broke)


def _with_hypothesis(target: str, seconds: float, found: Path) -> Run:
    meter = Meter(load(target))
    last = b""

    def each(data: bytes) -> None:
        nonlocal last
        last = data
        meter(data)

    broke = None
    try:
        with_hypothesis.run(each, seeds(target), seconds)
    except Exception:  # noqa: BLE001 - whatever a target raises is what is looked for
        (found / "broke").write_bytes(last)
        broke = traceback.format_exc()
    meter.save()
    return Run(target, "hypothesis", meter.measures, broke)


def _talk(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - talk


if __name__ == "__main__":
    sys.exit(main())
