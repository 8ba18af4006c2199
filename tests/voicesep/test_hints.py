"""Commands that somebody is told to type are told as they work where he is: `.venv/bin/voicesep`, perhaps."""

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT
from voicesep import project
from voicesep.where import Where

SOURCES = ROOT / "src" / "voicesep"
COMMAND = re.compile(r"\bvoicesep [a-z]")
COMMENT = re.compile(r"//.*")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def texts_in(source: str) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings; what help tells is generated into a page, for everybody."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def bare_commands(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    texts = texts_in(source) if path.suffix == ".py" else [COMMENT.sub("", source)]
    return [f"{path}: {text}" for text in texts if COMMAND.search(text)]


def test_no_hint_names_the_program_as_somebody_else_would_type_it() -> None:
    sources = [*SOURCES.rglob("*.py"), *SOURCES.rglob("*.js"), *SOURCES.rglob("*.html")]
    assert len(sources) > 90
    assert [bare for path in sources for bare in bare_commands(path)] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("hint.py", '"""A module."""\nHINT = "start it with `voicesep local`"\n'),
        ("hint.py", 'def hint(key):\n    return f"voicesep show {key}"\n'),
        ("hint.js", "say(`voicesep retry ${key}`); // tell\n"),
    ],
    ids=["a text", "a text with a field", "the page"],
)
def test_one_that_does_is_found(name: str, source: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(source)
    assert bare_commands(tmp_path / name)


def test_docstrings_may_name_it() -> None:
    assert list(texts_in('"""`voicesep local`."""\n\ndef show() -> None:\n    """`voicesep show`."""\n')) == []


def test_a_command_about_the_same_app_names_where_its_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicesep.where.program", lambda: "bin/voicesep")
    assert Where(live=False, env_file=None).typed("reconcile") == "bin/voicesep reconcile"
    told = Where(live=True, env_file=Path("my settings.env")).typed("show", "incoming/a b.mp3")
    assert told == "bin/voicesep show --live --env-file 'my settings.env' 'incoming/a b.mp3'"


def test_a_place_with_a_space_in_it_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my checkout" / ".venv" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    monkeypatch.chdir(tmp_path)
    assert project.program() == "'my checkout/.venv/bin/voicesep'"
