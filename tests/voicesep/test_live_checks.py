"""`voicesep live-checks`, asked of a local cloud: whose answers prove nothing, but that the questions can be asked."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from localcloud.cos.weaknesses import Weaknesses
from tests.support import ROOT
from tests.voicesep.site import BUCKET, SECRET, Found, Site
from voicesep.live_checks.catalogue import QUESTIONS
from voicesep.main import main

NAMES = [question.name for question in QUESTIONS]
OF_STORAGE = ["put-if-absent", "conditional-put", "append-conflict", "list-lag", "freshness"]


def asked(site: Site, *names: str) -> str:
    """Return the report on these questions."""
    chosen = [argument for name in names for argument in ("--only", name)]
    told = site.run("live-checks", "--yes", "--patience", "20", *chosen)
    assert told.exit_code == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("flags", [[], ["--yes"], ["--live"]], ids=["neither", "no --live", "no --yes"])
def test_without_both_flags_it_tells_what_it_would_do_and_asks_nothing(site: Site, flags: list[str]) -> None:
    site.cloud.recorder.clear()
    where = [*flags, *(["--env-file", str(site.env_file)] if "--live" in flags else [])]
    told = CliRunner().invoke(main, ["live-checks", *where, "--only", "repetition"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "nothing was asked; add --live and --yes" in told.stderr
    assert "repetition: submits the very same job twice (2 jobs of 14 s of audio)" in told.stderr
    assert len(site.cloud.recorder.requests()) == 0


def test_every_question_says_what_it_does_and_costs() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for question in QUESTIONS:
        assert question.asks.endswith("?")
        assert all([question.source, question.does, question.cost])


def test_questions_to_storage_are_answered(site: Site) -> None:
    report = asked(site, *OF_STORAGE)
    assert "- 20 races had 1 writer(s) who were told that they created the object" in report
    assert "- `If-Match`: 200, and the object is overwritten" in report
    assert "- position 0: 200\n- position 999: 409 `" in report
    assert "- 20 objects: shown after " in report
    assert "- 0 of 20 reads right after an overwrite were stale" in report


def test_weaknesses_of_storage_would_be_seen(site: Site) -> None:
    site.cloud.cos.weaknesses = Weaknesses(check_to_commit_seconds=0.05)
    assert "- 20 races had 1 writer(s)" not in asked(site, "put-if-absent")


def test_questions_to_cloud_infinite_are_answered(site: Site) -> None:
    report = asked(site, "two-stems", "one-stem-with-the-other-key", "repetition", "missing-input", "no-recording")
    assert "- its queue is one of category `Speeching`" in report
    assert "- wrote `two-stems/voice.mp3`" in report
    assert "and it is overwritten" in report
    assert "- two jobs, each of them billed" in report
    assert "<MediaResult>" in report
    assert report.count("## ") == 5


def test_questions_to_functions_are_answered(site: Site) -> None:
    report = asked(site, "keys-in-events", "before-the-function")
    assert report.count("arrived as it was written") == 7
    assert "- GET : 405, headers " in report
    assert site.cloud.ci.jobs() == ()


def test_nothing_is_left_behind_and_nothing_secret_reported(site: Site) -> None:
    report = asked(site, "music-placeholders", "keys-in-events")
    assert [stored.key for stored in site.cloud.cos.list(BUCKET).contents if not stored.key.startswith("index/")] == []
    assert SECRET not in report
    assert BUCKET not in report
    assert "a local cloud, which proves nothing" in report


def test_what_cannot_be_asked_is_said_and_does_not_stop_the_others(new_site: Found) -> None:
    report = asked(new_site(deployed=False), "keys-in-events", "before-the-function", "append-conflict")
    assert "- voice-dev-separation-submit is not deployed, or has no log: deploy first" in report
    assert "- could not be asked to the end: ApiRefused" in report
    assert "- position 0: 200" in report


def test_the_report_goes_into_a_file_where_one_is_named(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    told = site.run("live-checks", "--yes", "--only", "append-conflict", "-o", str(file))
    assert (told.exit_code, told.stdout) == (0, "")
    assert file.read_text().startswith("# What was observed\n")
    assert str(file) in told.stderr


def test_where_it_would_trigger_the_app_nothing_is_written(site: Site) -> None:
    site.set(INPUT_PREFIX="voicesep")
    site.cloud.recorder.clear()
    told = site.run("live-checks", "--yes", "--only", "append-conflict")
    assert told.exit_code == 2
    assert "INPUT_PREFIX covers voicesep-live-checks/" in told.stderr
    assert len(site.cloud.recorder.requests()) == 0


def test_the_page_lists_every_question_as_the_script_asks_it() -> None:
    page = (ROOT / "docs" / "live-checks.md").read_text(encoding="utf-8")
    for question in QUESTIONS:
        assert f"| `{question.name}` | {question.asks} | {question.cost} |\n" in page
