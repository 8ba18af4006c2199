"""The targets: what each is called, what its inputs may begin from, and the cases that were found and are kept.

A target's module is imported only when it runs, so that a coverage-guided engine can watch it from its first line.
"""

import importlib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent
KEPT = FOLDER / "kept"
SEEDS = FOLDER / "seeds"
WORDS = FOLDER / "words.dict"
EVENTS = ROOT / "events"

Function = Callable[[bytes], None]

TARGETS = ("xml_message", "json_message", "gateway_event", "cos_event", "serverless_yml", "authorization")

_EXAMPLES = {
    "xml_message": sorted(EVENTS.glob("*.xml")),
    "json_message": sorted(EVENTS.glob("callback-*.json")),
    "gateway_event": sorted(EVENTS.glob("function-url*.json")),
    "cos_event": sorted(EVENTS.glob("cos-*.json")),
    "serverless_yml": [ROOT / "serverless.yml"],
}


def load(target: str) -> Function:
    """Return the function of a target: it takes one input, and raises where something is not as it must be."""
    function: Function = importlib.import_module(f"fuzz.targets.{target}").target
    return function


def seeds(target: str) -> list[bytes]:
    """Return inputs to begin from: the project's own events, seeds made for the target, and the kept cases."""
    return [file.read_bytes() for file in (*_EXAMPLES.get(target, ()), *_files(SEEDS / target), *kept(target))]


def kept(target: str) -> list[Path]:
    """Return the kept cases of a target: inputs that once broke something, each named after what it is."""
    return _files(KEPT / target)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
