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
    if path.relative_to(ROOT / "src").parts[0] in {"voice_separation", "submit.py", "callback.py", "reconcile.py"}
]
PACKAGE = ROOT / "src" / "voice_separation"
READERS_OF_THE_ENVIRONMENT = {PACKAGE / "settings.py", PACKAGE / "tencent" / "credentials.py"}
KEEPERS_OF_TIME_AND_CHANCE = {PACKAGE / "clock.py", PACKAGE / "instance.py"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported_by(path: Path) -> set[str]:
    """Every module that a module imports, and every name that it imports from one."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def names_in(path: Path) -> set[str]:
    """Every name that a module imports or looks up on another."""
    return imported_by(path) | {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def test_the_contracts_of_pyproject_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CLOUD, ids=lambda path: path.name)
def test_only_the_settings_and_the_credentials_read_the_environment(path: Path) -> None:
    if path not in READERS_OF_THE_ENVIRONMENT:
        assert not names_in(path) & {"environ", "environb", "getenv", "getenvb"}


@pytest.mark.parametrize("path", CLOUD, ids=lambda path: path.name)
def test_only_the_clock_tells_the_time_and_only_the_instance_throws_dice(path: Path) -> None:
    if path not in KEEPERS_OF_TIME_AND_CHANCE:
        assert not imported_by(path) & {"time", "random", "secrets", "uuid"}
        called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
        assert not called & {"datetime.now", "datetime.utcnow", "date.today", "os.urandom"}


@pytest.mark.parametrize("door", ["submit.py", "callback.py", "reconcile.py"])
def test_a_door_stays_under_sixty_lines(door: str) -> None:
    assert len((ROOT / "src" / door).read_text().splitlines()) < 60


@pytest.mark.parametrize("door", ["submit", "callback", "reconcile"])
def test_a_door_imports_nothing_but_the_cloud_s_packages(door: str) -> None:
    code = f"import sys; sys.path.insert(0, 'src'); import {door}; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in listed.stdout.split()}
    assert "voice_separation" in imported
    assert not imported & {"localcloud", "voicesep", "click", "rich", "av", "numpy", "requests", "qcloud_cos", "yaml"}
