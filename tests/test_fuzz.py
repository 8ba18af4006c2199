"""The fuzz targets: the kept cases break nothing, a short run finds nothing, and what is broken is noticed."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from fuzz import run, with_atheris, with_hypothesis
from fuzz.catalogue import KEPT, SEEDS, TARGETS, kept, load, seeds
from fuzz.measured import Measures, Meter
from fuzz.report import Run, record, table

MOST_BYTES = 64 * 1024 * 1024
CASES = [pytest.param(target, case, id=f"{target}/{case.name}") for target in TARGETS for case in kept(target)]


@pytest.mark.parametrize(("target", "case"), CASES)
def test_a_kept_case_breaks_nothing_in_bounded_memory(target: str, case: Path) -> None:
    function, data = load(target), case.read_bytes()
    function(data)  # once before: what is made at the first call and kept is not its
    tracemalloc.start()
    try:
        function(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_breaks_nothing(target: str) -> None:
    known = seeds(target)
    assert known
    with_hypothesis.examples(load(target), known, 120, repeatable=True)


def test_every_folder_of_cases_and_seeds_belongs_to_a_target() -> None:
    folders = {folder.name for place in (KEPT, SEEDS) for folder in place.iterdir()}
    assert folders <= set(TARGETS)


def breaks_on_a_bracket(data: bytes) -> None:
    if b"[" in data:
        raise AssertionError("a bracket")


def test_an_engine_finds_what_breaks_a_target_and_keeps_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "load", lambda _target: breaks_on_a_bracket)
    monkeypatch.setattr(run, "FOUND", tmp_path)
    monkeypatch.setattr(run, "seeds", lambda _target: [b"no bracket"])
    assert run.main(["--engine", "hypothesis", "--seconds", "20", "--target", "json_message"]) == 1
    assert (tmp_path / "json_message" / "broke").read_bytes() == b"["
    told = capsys.readouterr()
    assert "| yes |" in told.out
    assert "AssertionError: a bracket" in told.err
    assert "json_message BROKE" in told.err


def test_without_atheris_it_is_said_loudly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(with_atheris, "available", lambda: False)
    assert run.main(["--seconds", "0.1", "--target", "json_message"]) == 0
    told = capsys.readouterr()
    assert "ATHERIS IS NOT INSTALLED" in told.err
    assert ", hypothesis, Python" in told.out


@pytest.mark.skipif(not with_atheris.available(), reason="atheris is not installed: pip install '.[fuzz]'")
def test_atheris_sees_coverage(tmp_path: Path) -> None:
    measures, broke = with_atheris.run("json_message", 1, tmp_path)
    assert broke is None
    assert measures.inputs > 0
    assert measures.features is not None
    assert measures.features > 50


def test_a_meter_counts_inputs_and_keeps_the_slowest_even_when_the_target_raises(tmp_path: Path) -> None:
    meter = Meter(breaks_on_a_bracket, tmp_path / "measures.json")
    meter(b"fine")
    with pytest.raises(AssertionError):
        meter(b"[")
    meter.save()
    saved = Measures.model_validate_json((tmp_path / "measures.json").read_bytes())
    assert (saved.inputs, saved.peak_bytes > 0, saved.slowest_seconds > 0) == (2, True, True)


def test_a_run_is_recorded_in_its_block_and_nowhere_else(tmp_path: Path) -> None:
    measures = Measures(inputs=3000, seconds=2, slowest_seconds=0.0312, peak_bytes=50 << 20, features=123)
    text = table([Run("json_message", "atheris", measures, None)], date(2026, 11, 21))
    assert "| json_message | 2 | 3,000 | 1,500 | 123 | 31 ms | 50 MiB | no |" in text
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- fuzz -->\nold\n<!-- /fuzz -->\nafter\n")
    record(page, text)
    assert page.read_text() == f"before\n<!-- fuzz -->\n{text}\n<!-- /fuzz -->\nafter\n"
    page.write_text("no block")
    with pytest.raises(ValueError, match="Add one"):
        record(page, text)
