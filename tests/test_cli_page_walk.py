"""The afternoon with which docs/cli.md begins: its commands are typed as they stand."""

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newcomer import Newcomer, checkout
from tests.pages import Page
from tests.programs import needs
from tests.support import ROOT, SAMPLE
from tests.voicesep.conftest import new_site  # noqa: F401 - a fixture
from tests.voicesep.site import BUCKET, Found

PAGE = Page(ROOT / "docs" / "cli.md")
HERE, THERE = [fence.commands for fence in PAGE.below("An afternoon with it")]
TALK = "incoming/talk.mp3"

pytestmark = needs("jq")


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[Newcomer]:
    """With the app left running, and two talks to upload."""
    newcomer = checkout(tmp_path)
    (newcomer.folder / "talks").mkdir()
    for name in ("talk.mp3", "other.mp3"):
        shutil.copyfile(SAMPLE, newcomer.folder / "talks" / name)
    with newcomer.running(f"{HERE[0]} --port 0"):
        yield newcomer


def test_an_afternoon_on_this_machine(at_home: Newcomer) -> None:
    local, upload, went_wrong, show, retry, keys = HERE
    assert local == "voicesep local"
    assert at_home.type(upload).count('"state": "Success"') == 2
    at_home.type("voicesep reconcile")  # as the timer does within a minute
    assert TALK not in at_home.type(went_wrong)
    assert at_home.type(show).startswith(f"{TALK}: Success")
    assert json.loads(at_home.type(retry)) == {}
    assert sorted(at_home.type(keys).split()) == ["incoming/other.mp3", TALK]


def test_an_existing_bucket_of_a_deployed_app(new_site: Found) -> None:  # noqa: F811
    site = new_site()
    site.cloud.faults.events.cos.lose(1.0)
    site.cloud.cos.put(BUCKET, TALK, b"no media, so that the job ends at once")
    look, submit = ([word for word in shlex.split(command)[1:] if word != "--live"] for command in THERE)
    assert json.loads(site.run(*look).stdout)["uploads"] == 1
    done = site.run(*submit, answer="y\n")
    assert "Submit 1 uploads?" in done.output
    assert json.loads(done.stdout)["submitted"] == 1
