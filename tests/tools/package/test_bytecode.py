"""Finding the Python that makes byte-code."""

import sys
from pathlib import Path

import pytest

from tools.package.bytecode import CACHE_TAG, find_python310, is_python310
from tools.package.errors import NotPython310

IS_310 = sys.implementation.cache_tag == CACHE_TAG


def program(folder: Path, name: str, prints: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{prints}\n")
    path.chmod(0o755)
    return path


def python(folder: Path, name: str = "python3.10", tag: str = CACHE_TAG) -> Path:
    """A program that says of itself what an interpreter would."""
    return program(folder, name, f"echo {tag}")


def test_an_interpreter_is_asked_what_it_is(tmp_path: Path) -> None:
    assert is_python310(python(tmp_path))
    assert is_python310(Path(sys.executable)) == IS_310
    assert not is_python310(python(tmp_path, "pypy3.10", "pypy310"))
    assert not is_python310(program(tmp_path, "shim", "exit 127"))
    assert not is_python310(tmp_path / "nothing")


def test_the_one_that_is_named_is_taken(tmp_path: Path) -> None:
    named = python(tmp_path)
    assert find_python310({"PYTHON310": str(named)}) == named
    assert find_python310({"PYTHON310": "python3.10", "PATH": str(tmp_path)}) == named


@pytest.mark.parametrize("named", ["/nowhere/python3.10", "sh"])
def test_naming_something_else_is_refused(named: str) -> None:
    with pytest.raises(NotPython310, match=f"PYTHON310 is {named}, which is no CPython 3.10"):
        find_python310({"PYTHON310": named, "PATH": "/bin:/usr/bin"})


@pytest.mark.skipif(IS_310, reason="the running interpreter comes first, and is a 3.10")
def test_one_on_the_path_comes_before_pyenv_s_and_uv_s(tmp_path: Path) -> None:
    uv = python(tmp_path / ".local/share/uv/python/cpython-3.10.19-linux-x86_64-gnu/bin")
    assert find_python310({"HOME": str(tmp_path), "PATH": ""}) == uv
    pyenv = python(tmp_path / ".pyenv/versions/3.10.13/bin", "python")
    program(tmp_path / "shims", "python3.10", "exit 127")
    assert find_python310({"HOME": str(tmp_path), "PATH": str(tmp_path / "shims")}) == pyenv
    on_path = python(tmp_path / "bin")
    assert find_python310({"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}) == on_path


@pytest.mark.skipif(IS_310, reason="the running interpreter is a 3.10")
def test_there_may_be_none(tmp_path: Path) -> None:
    assert find_python310({"HOME": str(tmp_path), "PATH": str(tmp_path)}) is None
