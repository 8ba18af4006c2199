"""Small chaos runs: everything goes wrong at once, and in the end nothing is missing and nothing is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chaos import run
from benchmarks.chaos_course import Plan
from benchmarks.chaos_report import Outcome, record, table
from benchmarks.chaos_weather import CALM, Odds

FEW = 60


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_goes_wrong_nothing_is_missing_and_nothing_is_wrong(seed: int) -> None:
    outcome = run(Plan(FEW, seed))
    assert outcome.counts.died > 0, "nothing went wrong, so nothing was shown"
    assert outcome.verdict.passed, outcome.verdict.problems
    assert (outcome.jobs, outcome.verdict.billed_twice, outcome.verdict.unfiled) == (FEW, 0, 0)


def test_in_a_bucket_that_once_had_versioning_too() -> None:
    outcome = run(Plan(FEW, 3, once_versioned=True))
    assert outcome.verdict.passed, outcome.verdict.problems
    assert outcome.jobs == FEW


def test_a_job_billed_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: claims that are not read back let two through."""
    monkeypatch.setattr("voice_separation.claims.Claims.confirm", lambda _self, _claim: None)
    twice_at_once = replace(Odds(), event_twice=1.0, at_once=1.0)
    assert run(Plan(FEW, 4, odds=twice_at_once)).verdict.billed_twice > 0


def test_the_same_seed_is_the_same_run() -> None:
    one, other = (run(Plan(20, 5)) for _ in range(2))
    assert _facts(one) == _facts(other)


def test_on_a_calm_day_each_upload_is_one_job_and_nobody_dies() -> None:
    outcome = run(Plan(20, 6, odds=CALM))
    assert (outcome.jobs, outcome.counts.died, outcome.waited) == (20, 0, 0)
    assert outcome.verdict.passed, outcome.verdict.problems


def test_a_lost_entry_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: without callbacks' and reconcile's work there is no entry."""
    monkeypatch.setattr("voice_separation.completion.Completion.store", lambda _self, _detail: None)
    monkeypatch.setattr("benchmarks.chaos_course.MOST_AUDITS", 1)
    outcome = run(Plan(3, 7, odds=CALM))
    assert outcome.verdict.missing == 3
    assert not outcome.verdict.passed


def test_the_table_takes_its_place_in_the_document(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text("before\n<!-- chaos -->\nold\n<!-- /chaos -->\nafter\n")
    rows = table(run(Plan(2, 8, odds=CALM)))
    record(document, rows, Plan(2, 8))
    assert document.read_text() == f"before\n<!-- chaos -->\n{rows}\n<!-- /chaos -->\nafter\n"
    with pytest.raises(ValueError, match="has no block"):
        record(document, rows, Plan(2, 8, once_versioned=True))


def _facts(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.verdict, outcome.jobs, outcome.requests, outcome.seconds_to_quiet, outcome.counts)
