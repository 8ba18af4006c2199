"""Byte-code for SCF, whose code directory is read-only: without it every cold start compiles every module anew."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.package.errors import NotPython310

CACHE_TAG = "cpython-310"  # byte-code is good for one version of Python only
CODE_FOLDER = "/var/user"  # where SCF unpacks a zip (USER_CODE_ROOT, 583/14570)


def find_python310(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return a CPython 3.10: the one that `PYTHON310` names, else one that this machine has, or None.

    Raises NotPython310 when PYTHON310 names another.
    """
    named = environment.get("PYTHON310")
    if not named:
        return next(filter(is_python310, _candidates(environment)), None)
    found = shutil.which(named, path=environment.get("PATH"))
    if found is None or not is_python310(Path(found)):
        raise NotPython310(f"PYTHON310 is {named}, which is no CPython 3.10; name one, or leave it unset.")
    return Path(found)


def is_python310(python: Path) -> bool:
    """Whether this is an interpreter whose byte-code SCF's Python 3.10 takes."""
    told = [str(python), "-S", "-c", "import sys; print(sys.implementation.cache_tag)"]
    try:
        tag = subprocess.check_output(told, text=True, stderr=subprocess.DEVNULL)  # noqa: S603 - the word is this file's
    except (OSError, subprocess.CalledProcessError):  # pyenv puts a python3.10 on the path that only says no
        return False
    return tag.strip() == CACHE_TAG


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable)
    if on_path := shutil.which("python3.10", path=environment.get("PATH")):
        yield Path(on_path)
    home = Path(environment.get("HOME", "/"))
    yield from sorted((home / ".pyenv" / "versions").glob("3.10.*/bin/python"))
    yield from sorted((home / ".local" / "share" / "uv" / "python").glob("cpython-3.10.*/bin/python3.10"))


def compile_tree(tree: Path, python310: Path) -> None:
    """Put byte-code beside every module below `tree`.

    It is taken without a look at its source (PEP 552, unchecked), so the times that a zip gives files do not matter,
    and it names files as they will lie in SCF. The seed and the bare start make the same bytes from the same source.
    """
    names = ["-s", str(tree), "-p", CODE_FOLDER]
    how = ["-q", "--invalidation-mode", "unchecked-hash"]
    command = [str(python310), "-S", "-m", "compileall", *how, *names, str(tree)]
    subprocess.run(command, env={"PYTHONHASHSEED": "0"}, check=True)  # noqa: S603 - the words are this file's
