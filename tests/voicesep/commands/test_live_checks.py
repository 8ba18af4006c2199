"""`voicesep live-checks`, asked of a local cloud: whose answers prove nothing, but that the questions can be asked."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_mock import MockerFixture

from localcloud.cos.weaknesses import Weaknesses
from localcloud.faults import Drop, LoseAnswer, Refuse, Requests
from tests.voicesep.live_asking import asked, objects
from tests.voicesep.site import BUCKET, SECRET, Found, Site
from voicesep.live_checks.bench import Bench
from voicesep.live_checks.catalogue import QUESTIONS
from voicesep.live_checks.questions import Question
from voicesep.live_checks.redaction import Redaction
from voicesep.main import main

APPID = BUCKET.rpartition("-")[2]
NAMES = [question.name for question in QUESTIONS]
OF_STORAGE = ["put-if-absent", "conditional-put", "append-conflict", "list-lag", "freshness"]


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
    assert report.count("## ") == 5 + 1  # the clean-up


# The report


def test_nothing_is_left_behind_and_nothing_secret_reported(site: Site) -> None:
    report = asked(site, "music-placeholders", "keys-in-events")
    assert objects(site) == []
    assert SECRET not in report
    assert APPID not in report
    assert "a local cloud, which proves nothing" in report


def test_what_cannot_be_asked_is_said_and_does_not_stop_the_others(new_site: Found) -> None:
    report = asked(new_site(deployed=False), "keys-in-events", "before-the-function", "append-conflict")
    assert "- could not be asked to the end: NoLog, voice-dev-separation-submit is not deployed" in report
    assert "- could not be asked to the end: ApiRefused" in report
    assert "- position 0: 200" in report


def test_the_report_goes_into_a_file_where_one_is_named(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    told = site.run("live-checks", "--yes", "--only", "append-conflict", "-o", str(file))
    assert (told.exit_code, told.stdout) == (0, "")
    assert file.read_text().startswith("# What was observed\n")
    assert str(file) in told.stderr


def test_a_report_that_cannot_be_written_is_told_before_anything_is_asked(site: Site, tmp_path: Path) -> None:
    site.cloud.recorder.clear()
    told = site.run("live-checks", "--yes", "--only", "append-conflict", "-o", str(tmp_path / "nowhere" / "report.md"))
    assert told.exit_code == 2
    assert "No such file or directory; name a file that can be written" in told.stderr
    assert len(site.cloud.recorder.requests()) == 0


def test_what_cannot_be_deleted_is_a_line_of_the_report_and_does_not_keep_the_rest(site: Site) -> None:
    site.cloud.faults.add(Refuse(403, "AccessDenied"), Requests(service="cos", method="DELETE"), times=1)
    told = site.run("live-checks", "--yes", "--only", "append-conflict", "--only", "freshness")
    assert told.exit_code == 1
    assert "- position 999: 409 `" in told.stdout
    assert (
        "- deleted 1 objects\n- 1 requests failed; the first: DeleteObject BUCKET/voicesep-live-checks/" in told.stdout
    )
    assert "not all was deleted; look below voicesep-live-checks/" in told.stderr
    assert [key.rpartition("/")[2] for key in objects(site)] == ["appended"]


def test_what_a_listing_does_not_show_yet_is_deleted_too(site: Site) -> None:
    site.cloud.cos.weaknesses = Weaknesses(list_lag_seconds=60)
    asked(site, "append-conflict", "freshness")
    site.cloud.cos.weaknesses = Weaknesses()
    assert objects(site) == []


def test_who_interrupts_has_the_answers_so_far_and_leaves_nothing_behind(
    site: Site, tmp_path: Path, mocker: MockerFixture
) -> None:
    def interrupted(bench: Bench) -> Iterator[str]:
        yield f"wrote {bench.put('something', b'')}"
        raise KeyboardInterrupt

    question = Question("interrupted", "Does it last?", "nobody says", "is interrupted", "nothing", interrupted)
    mocker.patch("voicesep.commands.live_checks.QUESTIONS", (question,))
    file = tmp_path / "report.md"
    assert site.run("live-checks", "--yes", "-o", str(file)).exit_code == 130
    assert "- wrote voicesep-live-checks/" in file.read_text()
    assert "- deleted 1 objects" in file.read_text()
    assert objects(site) == []


def test_when_the_questions_have_used_up_the_time_there_is_some_left_to_clean_up(
    site: Site, mocker: MockerFixture
) -> None:
    def slow(bench: Bench) -> Iterator[str]:
        bench.put("something", b"")
        time.sleep(2.1)
        yield f"wrote {bench.put('too late', b'')}"

    mocker.patch("voicesep.commands.live_checks.COMMAND_SECONDS", 2.0)
    question = Question("slow", "Does it end?", "nobody says", "takes its time", "nothing", slow)
    mocker.patch("voicesep.commands.live_checks.QUESTIONS", (question,))
    told = site.run("live-checks", "--yes")
    assert "- could not be asked to the end: NoTimeLeft" in told.stdout
    assert objects(site) == []


# What is no answer


@pytest.mark.parametrize("effect", [Drop(), Refuse(503, "ServiceUnavailable"), Refuse(429, "SlowDown")], ids=repr)
def test_a_fault_for_now_is_not_taken_for_an_answer_of_ci(site: Site, effect: Any) -> None:
    site.cloud.faults.add(effect, Requests(service="ci", method="POST"))
    report = asked(site, "missing-input")
    assert "- refused at once" not in report
    assert "- could not be asked to the end: " in report
    assert "CreateMediaJobs BUCKET – " in report


@pytest.mark.parametrize(("name", "method"), [("conditional-put", "PUT"), ("append-conflict", "POST")])
def test_a_fault_for_now_is_not_taken_for_an_answer_of_cos(site: Site, name: str, method: str) -> None:
    site.cloud.faults.add(Drop(), Requests(service="cos", method=method), after=1)
    assert "- could not be asked to the end: Unreachable" in asked(site, name)


def test_a_writer_whose_answer_is_lost_does_not_try_again_and_lose_against_itself(site: Site) -> None:
    site.cloud.faults.add(LoseAnswer(), Requests(service="cos", method="PUT"), times=1)
    report = asked(site, "put-if-absent")
    assert re.search(r"- the others were told: .*nothing \(\w+\) 1 times", report)


def test_a_late_listing_is_timed_to_the_tenth_of_a_second(site: Site) -> None:
    site.cloud.cos.weaknesses = Weaknesses(list_lag_seconds=0.2)
    told = site.run("live-checks", "--yes", "--only", "list-lag")
    (median,) = re.findall(r"- 20 objects: shown after ([0-9.]+) s \(median\)", told.stdout)
    assert 0.2 <= float(median) < 10
    assert re.search(r"- \d+ LISTs, 50 ms between two; one took \d+ ms \(median\), which is in it", told.stdout)


def test_what_is_never_listed_is_told(site: Site) -> None:
    site.cloud.cos.weaknesses = Weaknesses(list_lag_seconds=3600)
    report = site.run("live-checks", "--yes", "--patience", "1", "--only", "list-lag").stdout
    assert "- object 1 of 20: not shown within 1 s, so no other was written" in report
    assert "shown after" not in report


def test_names_are_hidden_the_longest_first_and_owners_too() -> None:
    redaction = Redaction.replacing({"1250000000": "APPID", "media-1250000000": "BUCKET"})
    assert redaction.hide("media-1250000000/a of qcs::cam::uin/100000000001:uin/1, uid/1250000000") == (
        "BUCKET/a of qcs::cam::uin/UIN:uin/UIN, uid/APPID"
    )


def test_where_it_would_trigger_the_app_nothing_is_written(site: Site) -> None:
    site.set(INPUT_PREFIX="voicesep")
    site.cloud.recorder.clear()
    told = site.run("live-checks", "--yes", "--only", "append-conflict")
    assert told.exit_code == 2
    assert "INPUT_PREFIX covers voicesep-live-checks/" in told.stderr
    assert len(site.cloud.recorder.requests()) == 0
