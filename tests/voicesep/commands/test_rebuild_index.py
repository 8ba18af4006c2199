import json
from datetime import datetime, timedelta, timezone

import pytest

from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal
from voice_separation.index import keys
from voice_separation.index.entries import entry_of
from voice_separation.jobs.detail import JobDetail


@pytest.fixture
def unpublished(terminal: Terminal) -> Terminal:
    """An app in which three jobs have entries, and there is no view of them."""
    writer = terminal.bench.invocation().writer(BUCKET)
    for job_id in ("j1", "j2", "j3"):
        entry = entry_of(JobDetail(job_id=job_id, state="Success"), bucket=BUCKET.name, region=BUCKET.region)
        writer.entry(entry, arrived_at=datetime.now(timezone.utc))
    return terminal


def test_the_index_is_rebuilt_and_the_counts_are_printed(unpublished: Terminal) -> None:
    told = json.loads(unpublished.done("rebuild-index").stdout)
    assert (told["jobs"], told["counts"], told["removed"]) == (3, {"Success": 3}, 0)
    stored = unpublished.bench.stored()
    assert "index/index.json" in stored
    assert len([key for key in stored if "/segments/" in key]) == told["segments"]


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(unpublished: Terminal) -> None:
    before = unpublished.bench.stored()
    planned = json.loads(unpublished.done("rebuild-index", "--dry-run").stdout)
    assert sum(planned.values()) == 3
    hours = {keys.segment(datetime.now(timezone.utc) - timedelta(hours=n)) for n in (0, 1)}
    assert set(planned) <= hours
    assert unpublished.bench.stored() == before


def test_what_is_no_entry_is_named_and_the_command_fails(unpublished: Terminal) -> None:
    bench = unpublished.bench
    bench.cloud.cos.put(BUCKET.name, "index/jobs/00/notes.json", b"{}")
    result = unpublished.run("rebuild-index")
    assert result.exit_code == 1
    assert "index/jobs/00/notes.json is no entry" in result.stderr
    assert json.loads(result.stdout)["jobs"] == 3


def test_without_an_entry_nothing_is_removed(terminal: Terminal) -> None:
    bench = terminal.bench
    bench.cloud.cos.put(BUCKET.name, "index/index.json", b"all that is left")
    result = terminal.run("rebuild-index")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"there is no entry in index/jobs/ of {BUCKET.name}" in result.stderr
    assert bench.read("index/index.json") == b"all that is left"
