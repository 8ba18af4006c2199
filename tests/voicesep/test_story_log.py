"""What `show --live` tells of the log: lines of CLS that are about the upload, and what forbade to look."""

import json
from typing import Any

import pytest

from localcloud.cam.policy import Policy
from tests.support import EVENTS
from tests.voicesep.people import held_to, own_policy
from tests.voicesep.site import BUCKET, Found, Site
from voicesep import story_log

KEY = "incoming/talk.mp3"


def put(site: Site, key: str, content: bytes) -> None:
    site.cloud.cos.put(BUCKET, key, content)
    assert site.cloud.wait_until_idle(60)


@pytest.fixture
def busy(site: Site) -> Site:
    """A site where the upload has a neighbour, and a timer has fired."""
    put(site, KEY, b"no media")
    put(site, "incoming/neighbour.mp3", b"no media either")
    site.cloud.scf.invoke("reconcile", json.loads((EVENTS / "timer-reconcile.json").read_text()))
    return site


def story(site: Site, *arguments: str) -> Any:
    told = site.run("show", KEY, "--format", "json", *arguments)
    assert told.exit_code == 0, told.stderr
    return json.loads(told.stdout)


def test_the_lines_about_the_upload_are_told_oldest_first_and_no_other(busy: Site) -> None:
    told = story(busy)
    lines = [json.loads(line["line"]) for line in told["log"]]
    assert [line["event"] for line in lines] == ["job.submitted", "entry.stored"]
    assert {line["upload_id"] for line in lines} == {told["upload"]["upload_id"]}
    assert [line["function"].rpartition("-")[2] for line in told["log"]] == ["submit", "callback"]
    assert told["log"][0]["request_id"] == told["claims"][0]["request_id"]
    assert told["log_notes"] == []


def test_as_text_and_as_one_line_they_are_told_as_those_of_the_local_app_are(busy: Site) -> None:
    text = busy.run("show", KEY).stdout
    assert "log       " in text
    assert "voice-dev-separation-submit: job.submitted job_id=" in text
    (line,) = busy.run("show", KEY, "--format", "jsonl").stdout.splitlines()
    assert json.loads(line) == story(busy)


def test_a_key_that_may_not_read_the_log_is_a_note_in_the_story(new_site: Found) -> None:
    statements = own_policy("viewer").statements
    less = Policy(tuple(each for each in statements if each.actions[0].pattern != "cls:SearchLog"))
    site = held_to(new_site, less).site
    put(site, KEY, b"no media")
    told = story(site)
    assert (told["state"], told["log"]) == ("Failed", [])
    assert told["log_notes"]
    assert all("UnauthorizedOperation" in note for note in told["log_notes"])
    assert "log       not all: SearchLog " in site.run("show", KEY).stdout


def test_a_function_without_a_log_is_a_note_in_the_story(busy: Site) -> None:
    busy.cloud.scf.remove("callback")
    told = story(busy)
    assert [line["function"].rpartition("-")[2] for line in told["log"]] == ["submit"]
    (note,) = told["log_notes"]
    assert note.startswith("voice-dev-separation-callback is not deployed in ap-guangzhou")


def test_where_a_function_prints_more_than_is_searched_it_is_said(busy: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_log, "MOST", 1)
    notes = story(busy)["log_notes"]
    assert any("only the newest 1 lines before" in note for note in notes)
