"""`make setup` on a machine with these Pythons: fake ones, that tell their version and note what they are to do."""

import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT

BASH = "/bin/bash"


def machine_with(folder: Path, pythons: dict[str, str], *, with_venv: bool = True) -> Path:
    """Make programs of these names, of these versions."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "rm").symlink_to("/bin/rm")
    for name, version in pythons.items():
        program = programs / name
        does = f'echo {name} > "{folder}/chosen"' if with_venv else 'echo "No module named venv" >&2; exit 1'
        program.write_text(f'#!/bin/sh\nif [ "$1" = -c ]; then echo {version}; else {does}; fi\n')
        program.chmod(0o755)
    return programs


def make_venv(programs: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [BASH, str(ROOT / "tools" / "make-venv"), str(programs.parent / "venv"), *arguments]
    return subprocess.run(command, env={"PATH": str(programs)}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3": "3.14", "python3.12": "3.12", "python3.10": "3.10"}, "python3.12"),
        ({"python3": "3.11"}, "python3"),
        ({"python3": "3.9", "python3.13": "", "python3.10": "3.10"}, "python3.10"),
    ],
    ids=["the newest that is tested", "the only one", "pyenv's shim of one that is not there"],
)
def test_the_newest_python_that_is_tested_is_taken(tmp_path: Path, pythons: dict[str, str], chosen: str) -> None:
    done = make_venv(machine_with(tmp_path, pythons))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "chosen").read_text() == f"{chosen}\n"


@pytest.mark.parametrize(
    ("pythons", "told"), [({"python3": "3.14"}, ": python3 is 3.14.\n"), ({}, " and was not found.\n")]
)
def test_where_none_is_tested_it_is_said_which_to_install(tmp_path: Path, pythons: dict[str, str], told: str) -> None:
    done = make_venv(machine_with(tmp_path, pythons))
    assert done.returncode == 1
    assert told in done.stderr
    assert "apt-get install python3" in done.stderr
    assert "brew install python@3.13" in done.stderr
    assert not (tmp_path / "chosen").exists()


def test_a_python_that_is_asked_for_is_taken_or_refused(tmp_path: Path) -> None:
    programs = machine_with(tmp_path, {"python3.13": "3.13", "python3.11": "3.11", "python3.14": "3.14"})
    assert make_venv(programs, "python3.11").returncode == 0
    assert (tmp_path / "chosen").read_text() == "python3.11\n"
    assert make_venv(programs, "python3.14").stderr == "python3.14 is no Python of the versions 3.10 to 3.13.\n"


def test_a_python_without_venv_says_what_is_missing_and_leaves_nothing(tmp_path: Path) -> None:
    done = make_venv(machine_with(tmp_path, {"python3.12": "3.12"}, with_venv=False))
    assert done.returncode == 1
    assert "No module named venv" in done.stderr
    assert "apt-get install python3.12-venv" in done.stderr
    assert not (tmp_path / "venv").exists()
