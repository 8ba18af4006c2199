"""The project's own files agree with each other."""

import importlib.util
import re

import pytest
from packaging.requirements import Requirement

from tests.support import ROOT
from voice_separation.settings import NAMES, Settings

PINS = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in PINS.findall((ROOT / name).read_text()):
        found.setdefault(package.lower(), set()).add(version)
    return found


def declared() -> list[Requirement]:
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert block
    return [Requirement(requirement) for requirement in re.findall(r'"([^"]+)"', block[1])]


def test_requirements_txt_pins_what_pyproject_declares_exactly_and_with_hashes() -> None:
    pinned = pins("requirements.txt")
    for requirement in declared():
        (version,) = pinned[requirement.name]
        assert requirement.specifier.contains(version), requirement
    text = (ROOT / "requirements.txt").read_text()
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text)[1:])


def test_the_functions_are_developed_against_the_versions_that_they_run_with() -> None:
    constraints = pins("constraints.txt")
    assert {name: constraints[name] for name in pins("requirements.txt")} == pins("requirements.txt")


@pytest.mark.parametrize("name", NAMES)
def test_docs_list_every_setting_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| (.*?) \| .+ \|$", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert row, f"docs/settings.md has no row for {name}"
    default = Settings.model_fields[name.lower()].default
    if default not in (None, ()) and name != "INPUT_SUFFIXES":
        told = str(getattr(default, "value", default))
        assert row[1] == f"`{told.lower() if isinstance(default, bool) else told}`"


def test_the_protocol_page_is_what_the_models_say() -> None:
    spec = importlib.util.spec_from_file_location("protocol_page", ROOT / "tools" / "protocol_page.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), "run `make docs`"


def test_nothing_in_the_project_reads_or_names_what_lies_outside_of_it() -> None:
    outside = ["/".join(("", "work", "")), "/".join(("..", "shared"))]
    for folder in ("src", "tests", "docs", "tools", "events"):
        for path in (ROOT / folder).rglob("*"):
            if "node_modules" in path.parts:
                continue  # not the project's
            if path.is_file() and path.suffix in {".py", ".md", ".json", ".xml", ".yml", ""}:
                text = path.read_text(encoding="utf-8")
                assert not any(name in text for name in outside), path
