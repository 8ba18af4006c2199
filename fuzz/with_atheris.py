"""The coverage-guided engine: atheris, which is libFuzzer for Python. It never returns, so it has its own process.

python -m fuzz.with_atheris TARGET MEASURES [libFuzzer's options and folders]
"""

import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.catalogue import ROOT, WORDS, load, seeds
from fuzz.measured import Measures, Meter

WATCHED = ["voice_separation", "localcloud", "callback", "submit", "xmltodict", "yaml"]
LONGEST_INPUT = 16 * 1024
LIMIT_SECONDS = 5
LIMIT_MEGABYTES = 1024
_FEATURES = re.compile(r"\bft: (\d+)")
_INPUTS = re.compile(r"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)


def available() -> bool:
    """Tell whether atheris is installed for this interpreter."""
    return importlib.util.find_spec("atheris") is not None


def run(target: str, seconds: float, found: Path) -> tuple[Measures, str | None]:
    """Fuzz a target for that many seconds; return what was measured, and the report if it broke.

    The input that broke it is then in the folder `found`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        corpus, known, told = Path(scratch) / "corpus", Path(scratch) / "known", Path(scratch) / "measures.json"
        corpus.mkdir()
        known.mkdir()
        for number, seed in enumerate(seeds(target)):
            (known / str(number)).write_bytes(seed)
        options = {
            "max_total_time": int(seconds),
            "max_len": LONGEST_INPUT,
            "timeout": LIMIT_SECONDS,
            "rss_limit_mb": LIMIT_MEGABYTES,
            "print_final_stats": 1,
            "dict": WORDS,
            "artifact_prefix": f"{found}/",
        }
        command = [sys.executable, "-m", "fuzz.with_atheris", target, str(told)]
        command += [f"-{name}={value}" for name, value in options.items()] + [str(corpus), str(known)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own arguments
        report = (done.stdout + done.stderr).decode("utf-8", "replace")
        measures = Measures.model_validate_json(told.read_bytes()) if told.exists() else Measures()
    features, inputs = _FEATURES.findall(report), _INPUTS.search(report)
    measures.features = int(features[-1]) if features else None
    measures.inputs = int(inputs[1]) if inputs else measures.inputs
    return measures, _without_progress(report) if done.returncode else None


def _without_progress(report: str) -> str:
    return "\n".join(line for line in report.splitlines() if not line.startswith(("#", "INFO:")))


def _main() -> None:
    import atheris  # noqa: PLC0415 - not installed everywhere

    target, told, *options = sys.argv[1:]
    with atheris.instrument_imports(include=WATCHED):
        function = load(target)
    atheris.Setup([sys.argv[0], *options], Meter(function, Path(told)))
    atheris.Fuzz()


if __name__ == "__main__":
    _main()
