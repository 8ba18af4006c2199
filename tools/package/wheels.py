"""The functions' dependencies: the wheels that requirements.txt pins by hash, for the Python and the Linux of SCF.

`python -m tools.package.wheels` downloads them once; everything after that works offline.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.package.errors import PackagingError, WheelsUnavailable

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
WHEELS = ROOT / "build" / "wheels"

# Python 3.10 is the newest that SCF's API names (583/11061); it runs on CentOS 7, whose glibc manylinux2014 stands for.
FOR_SCF = ("--implementation=cp", "--python-version=3.10", "--platform=manylinux2014_x86_64", "--only-binary=:all:")
PINNED = ("--require-hashes", "--no-deps", "-r", str(REQUIREMENTS))


def fetch(into: Path = WHEELS) -> None:
    """Download the wheels, unless those of the present requirements.txt are there. Raises WheelsUnavailable."""
    if are_there(into):
        return
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    _pip("download", "--dest", str(into), *FOR_SCF, *PINNED)
    shutil.copyfile(REQUIREMENTS, _note(into))


def are_there(wheels: Path = WHEELS) -> bool:
    """Whether the wheels are those of the present requirements.txt."""
    note = _note(wheels)
    return note.is_file() and note.read_bytes() == REQUIREMENTS.read_bytes()


def unpack(into: Path, wheels: Path = WHEELS) -> None:
    """Install the wheels into a new folder, offline; pip compares the hashes again. Raises WheelsUnavailable."""
    if not are_there(wheels):
        raise WheelsUnavailable(f"{wheels} does not hold the wheels of requirements.txt; run `make setup` online.")
    offline = ("--no-index", "--find-links", str(wheels))
    _pip("install", "--no-compile", "--root-user-action=ignore", "--target", str(into), *offline, *FOR_SCF, *PINNED)


def _note(wheels: Path) -> Path:
    """Return where the requirements are written down that the wheels were downloaded for."""
    return wheels / "requirements.txt"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the words are this file's
    if done.returncode:
        raise WheelsUnavailable(f"pip {arguments[0]} failed; see what it says:\n{done.stderr.strip()}")


if __name__ == "__main__":
    try:
        fetch()
    except PackagingError as error:
        sys.exit(str(error))
