"""The benchmark of the index measures what it says, and finds what it looks for."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import index_scale
from benchmarks.index_scale import Scale

SIZES = (100, 2500)


@pytest.fixture(scope="module")
def scales() -> list[Scale]:
    return [replace(index_scale._measure(jobs), peer=index_scale._measure_peer(jobs)) for jobs in SIZES]


def test_a_callback_writes_two_documents_and_reads_none_whatever_the_size_of_the_index(scales: list[Scale]) -> None:
    assert [(scale.callback.requests, scale.callback.received) for scale in scales] == [(2, 0), (2, 0)]
    assert scales[0].callback.sent == scales[1].callback.sent
    assert index_scale.is_flat(scales)


def test_the_peer_moves_the_whole_index_twice(scales: list[Scale]) -> None:
    small, large = (scale.peer for scale in scales)
    assert small
    assert large
    assert large.sent + large.received == pytest.approx(25 * (small.sent + small.received), rel=0.05)


def test_a_publication_asks_the_same_whatever_the_size_of_the_index(scales: list[Scale]) -> None:
    small, large = (scale.publication.requests for scale in scales)
    assert small == large
    assert 4 * index_scale.CALLBACKS < large < 4 * index_scale.CALLBACKS + 10, (
        "each callback's copy read and filed by its upload, its job's note read and removed"
    )


def test_a_rebuild_reads_every_entry_once_and_files_it_by_its_upload(scales: list[Scale]) -> None:
    for scale in scales:
        hours = -(-scale.jobs // index_scale.JOBS_AN_HOUR)
        pages = -(-scale.jobs // 1000)
        views = hours + 1  # segments, index.json
        began_at = 1  # asked of the index.json that is there
        lists = pages + 2  # of jobs; of segments and uploads
        assert scale.rebuild.requests == 2 * scale.jobs + views + began_at + lists


def test_growing_cost_is_told(scales: list[Scale]) -> None:
    first, last = scales
    assert not index_scale.is_flat([first, replace(last, callback=replace(last.callback, requests=3))])
    assert not index_scale.is_flat([first, replace(last, callback=replace(last.callback, received=50_000))])


def test_the_table_goes_between_its_marks_and_nowhere_else(
    scales: list[Scale], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- benchmark -->\nold\n<!-- /benchmark -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(index_scale, "PAGE", page)
    index_scale.record(index_scale.table(scales))
    index_scale.record(index_scale.table(scales))
    text = page.read_text(encoding="utf-8")
    assert re.match(r"before\n<!-- benchmark -->\n\n\| jobs", text)
    assert text.endswith("MB |\n\n<!-- /benchmark -->\nafter\n")
    assert (text.count("| 2,500 | a callback |"), "old" in text) == (1, False)


def test_the_page_has_the_table() -> None:
    text = index_scale.PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^\| ([\d,]+) \| a full rebuild", text, re.MULTILINE)[:2] == ["1,000", "100,000"]
