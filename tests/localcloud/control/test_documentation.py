"""docs/localcloud.md tells of every operation of the control API, and of no other."""

import re

import pytest

from localcloud import LocalCloud
from localcloud.command import main
from localcloud.control.exchange import PREFIX
from tests.support import ROOT

TEXT = (ROOT / "docs" / "localcloud.md").read_text(encoding="utf-8")


def rows(cloud: LocalCloud) -> list[str]:
    """The rows of the table, from what the operations say of themselves."""
    return [
        f"| {each.method} `{each.path}` | {', '.join(f'`{name}`' for name in each.fields) or '–'} | {each.summary} |"
        for each in cloud._control()._operations.values()
    ]


def test_the_table_of_the_page_is_what_the_operations_say_of_themselves(cloud: LocalCloud) -> None:
    written = re.findall(r"^\| (?:GET|POST|PUT|DELETE) `/.*\|$", TEXT, re.MULTILINE)
    assert written == rows(cloud)
    assert PREFIX in TEXT


@pytest.mark.parametrize("option", [name for option in main.params for name in option.opts if name != "--version"])
def test_every_option_of_the_command_is_told_of(option: str) -> None:
    assert re.search(rf"^\| `{option}[ `]", TEXT, re.MULTILINE)


def test_no_option_is_told_of_that_the_command_does_not_take() -> None:
    taken = {name for option in main.params for name in option.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)", TEXT, re.MULTILINE)) <= taken
