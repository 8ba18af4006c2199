"""The table of keys in the manual is the one that the reader goes by."""

import re

import pytest

from localcloud.scf import keys
from localcloud.scf.keys import Keys
from tests.support import ROOT

TABLE = re.compile(r"<!-- scf-keys -->\n(.*?)\n<!-- /scf-keys -->", re.DOTALL)
SECTIONS = {
    "`multi-scf`, `inputs`": keys.MULTI_SCF_INPUTS,
    "`multi-scf`, a function": keys.MULTI_SCF_FUNCTION,
    "`scf`, `inputs`": keys.SCF_INPUTS,
    "`cos`": keys.COS,
    "`http`": keys.HTTP,
    "`timer`": keys.TIMER,
}


def documented() -> dict[str, list[str]]:
    found = TABLE.search((ROOT / "docs" / "localcloud.md").read_text(encoding="utf-8"))
    assert found
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()[2:]]
    return {section: cells for section, *cells in rows}


def test_every_section_is_documented() -> None:
    assert documented().keys() == SECTIONS.keys()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_documented_where_it_belongs(section: str) -> None:
    known: Keys = SECTIONS[section]

    used, idle, left_out = (sorted(re.findall(r"`(\w+)`", cell)) for cell in documented()[section])

    assert used == sorted(known.used)
    assert idle == sorted(known.idle)
    assert left_out == sorted(known.left_out)
