"""Choosing the code and the Python that commands run."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import EVENTS, ROOT
from voicesep.main import main

RECONCILE = ["invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json")]


@pytest.fixture
def lonely(tmp_path: Path) -> Path:
    """A bundle without its dependencies."""
    for source in (ROOT / "src").glob("*.py"):
        shutil.copy(source, tmp_path)
    shutil.copytree(ROOT / "src" / "voice_separation", tmp_path / "voice_separation")
    return tmp_path


def test_a_bundle_has_to_bring_all_that_its_functions_import(lonely: Path) -> None:
    result = CliRunner().invoke(main, [*RECONCILE, "--bundle", str(lonely)])
    assert result.exit_code == 1
    assert "ModuleNotFoundError" in json.loads(result.stdout)["stackTrace"]


def test_a_bundle_that_is_not_there_is_a_wrong_usage() -> None:
    result = CliRunner().invoke(main, [*RECONCILE, "--bundle", "nowhere.zip"])
    assert result.exit_code == 2
    assert "nowhere.zip" in result.stderr


def test_a_bundle_that_is_no_zip_is_a_wrong_usage() -> None:
    result = CliRunner().invoke(main, [*RECONCILE, "--bundle", str(EVENTS / "timer-reconcile.json")])
    assert result.exit_code == 2
    assert "timer-reconcile.json is neither a zip nor a folder" in result.stderr


def test_a_python_that_is_not_there_is_a_wrong_usage() -> None:
    result = CliRunner().invoke(main, [*RECONCILE, "--python", "python0.1"])
    assert result.exit_code == 2
    assert "there is no program python0.1" in result.stderr


def test_a_python_may_be_named_as_in_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other-python"
    other.write_text("#!/bin/sh\necho the other python ran\nexit 3\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    result = CliRunner().invoke(main, [*RECONCILE, "--python", "other-python"])
    assert result.exit_code == 1
    assert "the other python ran" in result.stderr


@pytest.mark.parametrize("command", ["demo", "invoke", "separate"])
def test_every_command_that_runs_functions_can_run_a_bundle(command: str) -> None:
    told = CliRunner().invoke(main, [command, "--help"]).stdout
    assert "--bundle" in told
    assert "--python" in told
