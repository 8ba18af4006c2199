"""docs/security.md names for every threat the tests that show how it is stopped."""

import re
import subprocess
from itertools import takewhile

import pytest

from tests.pages import Page
from tests.programs import needs
from tests.support import ROOT
from voice_separation.capability import KeyRing

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def threats() -> list[tuple[str, ...]]:
    """The rows of the threat model."""
    lines = PAGE[PAGE.index("## Threat model") :].splitlines()[4:]
    return [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in takewhile(str.strip, lines)]


def test_the_threat_model_has_rows_of_who_what_how_and_test() -> None:
    assert len(threats()) >= 15
    assert {len(row) for row in threats()} == {4}


@pytest.mark.parametrize("row", threats(), ids=lambda row: row[1][:40])
def test_every_threat_names_tests_that_exist(row: tuple[str, ...]) -> None:
    named = re.findall(r"`([^`]+)`", row[3])
    assert named
    for name in named:
        path = ROOT / name
        modules = list(path.glob("**/test_*.py")) if path.is_dir() else [path]
        assert modules, name
        assert all(re.search(r"^def test_", module.read_text(encoding="utf-8"), re.MULTILINE) for module in modules), (
            name
        )


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_way_to_report_leads_to_the_page_and_back() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md)" in policy
    assert "(../SECURITY.md)" in PAGE
    anchor = re.search(r"security\.md#([a-z-]+)", policy)
    assert anchor
    assert anchor[1] in {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}


@needs("basenc", "openssl")
def test_the_signature_is_made_by_other_means_as_the_page_shows() -> None:
    page = Page(ROOT / "docs" / "security.md")
    (command,) = page.commands_below("Capability")
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=True)
    *_, addresses, printed = (fence.content for fence in page.below("Capability") if fence.language == "text")
    assert done.stdout == printed
    assert f"/{done.stdout}" in addresses
    assert KeyRing(("new-secret-new-secret",)).static_path() in addresses
