import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localcloud import LocalCloud, Options
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.index import keys
from voice_separation.index.entries import entry_of
from voice_separation.jobs.detail import JobDetail
from voicesep import target
from voicesep.main import main
from voicesep.running import STATE

HERE = ("--bucket", BUCKET.name, "--region", BUCKET.region)


def rebuild(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rebuild-index", *HERE, *arguments])


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local cloud's state, between commands, in which three jobs have entries and there is no view of them."""
    monkeypatch.setattr(target, "find_project", lambda: tmp_path)
    monkeypatch.delenv("TENCENTCLOUD_SECRETID", raising=False)
    state = tmp_path / STATE
    with LocalCloud(Options(directory=state)) as cloud:
        cloud.cos.create_bucket(BUCKET.name, BUCKET.region)
        writer = Workbench(cloud).invocation().writer(BUCKET)
        for job_id in ("j1", "j2", "j3"):
            detail = JobDetail(job_id=job_id, state="Success")
            entry = entry_of(detail, bucket=BUCKET.name, region=BUCKET.region)
            writer.entry(entry, arrived_at=datetime.now(timezone.utc))
    return state


def stored(state: Path) -> list[str]:
    with LocalCloud(Options(directory=state)) as cloud:
        return Workbench(cloud).stored()


def test_the_index_is_rebuilt_and_the_counts_are_printed(state: Path) -> None:
    result = rebuild()
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["jobs"], told["counts"], told["removed"]) == (3, {"Success": 3}, 0)
    assert "index/index.json" in stored(state)
    assert len([key for key in stored(state) if "/segments/" in key]) == told["segments"]


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(state: Path) -> None:
    before = stored(state)
    result = rebuild("--dry-run")
    assert result.exit_code == 0, result.stderr
    planned = json.loads(result.stdout)
    assert sum(planned.values()) == 3
    hours = {keys.segment(datetime.now(timezone.utc) - timedelta(hours=n)) for n in (0, 1)}
    assert set(planned) <= hours
    assert stored(state) == before


def test_what_is_no_entry_is_named_and_the_command_fails(state: Path) -> None:
    with LocalCloud(Options(directory=state)) as cloud:
        cloud.cos.put(BUCKET.name, "index/jobs/00/notes.json", b"{}")
    result = rebuild()
    assert result.exit_code == 1
    assert "index/jobs/00/notes.json is no entry" in result.stderr
    assert json.loads(result.stdout)["jobs"] == 3


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--prefix", "elsewhere/"], 1, "there is no entry in elsewhere/jobs/ of media-1250000000"),
        (["--prefix", "/index"], 2, "ends with a slash and begins with none"),
        (["--parallel", "0"], 2, "--parallel"),
        (["--live"], 2, "TENCENTCLOUD_SECRETID"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    state: Path, arguments: list[str], status: int, told: str
) -> None:
    before = stored(state)
    result = rebuild(*arguments)
    assert (result.exit_code, told in result.stderr) == (status, True), result.stderr
    assert "Traceback" not in result.stderr
    assert stored(state) == before
