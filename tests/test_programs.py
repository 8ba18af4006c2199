"""What is said of a program that is missing has the command that brings it, on Debian and on macOS."""

import re
from collections.abc import Iterator

import pytest

from tests import programs
from tests.programs import how_to_install, missing, needs
from tests.support import ROOT


def test_missing_programs_are_named_with_one_command_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert missing("jq", "basenc") == (
        "there is no jq and no basenc on this machine. "
        "Debian: apt-get install -y jq coreutils; macOS: brew install jq coreutils"
    )
    assert needs("jq").mark.args == (True,)


def test_of_programs_that_are_there_nothing_is_said() -> None:
    assert missing("sh") == ""
    assert needs("sh").mark.args == (False,)


def named() -> Iterator[str]:
    """Every program that a test says it needs."""
    for test in (ROOT / "tests").rglob("*.py"):
        for arguments in re.findall(
            r"\b(?:needs|missing|how_to_install)\(((?:[\"'][\w.]+[\"'](?:, )?)+)\)", test.read_text()
        ):
            yield from re.findall(r"[\w.]+", arguments)


def test_every_program_that_tests_need_has_its_command() -> None:
    needed = set(named()) - {"sh"}
    assert {"jq", "curl", "node", "terraform"} <= needed
    assert [program for program in needed if not how_to_install(program)] == []
    assert needed <= {*programs._PACKAGES, *programs._ELSEWHERE}
