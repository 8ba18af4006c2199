"""Write requirements.txt (what goes into the functions) and constraints.txt (all extras) from pyproject.toml.

Both pin exactly, for every Python that the project supports, by uv's resolver.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS: dict[str, list[str]] = {
    "requirements.txt": ["--generate-hashes"],
    "constraints.txt": ["--all-extras"],
}


def resolve(name: str, options: list[str]) -> None:
    """Run uv for one file; uv keeps the versions that the file already pins unless pyproject forbids them."""
    uv = Path(sys.executable).with_name("uv")
    fixed = ["--universal", "--python-version", "3.10", "--no-emit-index-url", "--no-emit-find-links"]
    quiet = ["--quiet", "--custom-compile-command", "make requirements"]
    command = [str(uv), "pip", "compile", "pyproject.toml", "-o", name, *fixed, *quiet, *options]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - the arguments are this file's own


if __name__ == "__main__":
    for file_name, extra in OUTPUTS.items():
        resolve(file_name, extra)
