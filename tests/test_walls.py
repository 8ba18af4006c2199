"""The house has walls: who may import whom, and who may read the environment."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

SOURCES = sorted((ROOT / "src").rglob("*.py"))
CLOUD = [
    path
    for path in SOURCES
    if path.relative_to(ROOT / "src").parts[0] in {"voice_separation", "submit.py", "callback.py"}
]
READERS_OF_THE_ENVIRONMENT = {"settings.py", "credentials.py"}


def test_the_contracts_of_pyproject_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CLOUD, ids=lambda path: path.name)
def test_only_the_settings_and_the_credentials_read_the_environment(path: Path) -> None:
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    if path.name not in READERS_OF_THE_ENVIRONMENT:
        assert not names & {"environ", "getenv"}


@pytest.mark.parametrize("door", ["submit.py", "callback.py"])
def test_a_door_stays_under_sixty_lines(door: str) -> None:
    assert len((ROOT / "src" / door).read_text().splitlines()) < 60


@pytest.mark.parametrize("door", ["submit", "callback"])
def test_a_door_imports_nothing_but_the_cloud_s_packages(door: str) -> None:
    code = f"import sys; sys.path.insert(0, 'src'); import {door}; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in listed.stdout.split()}
    assert "voice_separation" in imported
    assert not imported & {"localcloud", "voicesep", "click", "rich", "av", "numpy", "requests", "qcloud_cos", "yaml"}
