import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support import ROOT
from tests.voicesep.terminal import Terminal
from voicesep.main import main


@pytest.fixture
def busy(terminal: Terminal) -> Terminal:
    """One upload has failed, one is refused, one is pending because nobody has asked for it yet."""
    bench = terminal.bench
    bench.submission().submit_all((bench.upload("incoming/bad.mp3"),))
    assert bench.cloud.wait_until_idle(60)
    bench.reconciliation(pending_grace_seconds=0).run()
    bench.publication().publish()
    bench.submission().submit_all((bench.upload("incoming/empty.mp3", b""),))
    bench.submission().submit_all((bench.upload("incoming/new [1].mp3"),))
    return terminal


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """Be in a time zone, in POSIX's words."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", name)
            time.tzset()
            yield
    finally:
        time.tzset()


def test_a_pipe_gets_a_plain_table_and_the_talk_goes_elsewhere(busy: Terminal) -> None:
    result = busy.done("jobs")
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == ["state", "key", "at", "seconds", "job", "reason"]
    assert [row.split()[0] for row in rows] == ["Pending", "Failed", "Refused"]
    assert "incoming/new [1].mp3" in rows[0]
    assert all(row == row.rstrip() for row in rows)
    assert "1 Failed" in result.stderr
    assert "\x1b[" not in result.output


def test_rows_are_data_for_programs(busy: Terminal) -> None:
    rows = json.loads(busy.done("jobs", "--format", "json").stdout)
    assert [(row["state"], row["key"]) for row in rows] == [
        ("Pending", "incoming/new [1].mp3"),
        ("Failed", "incoming/bad.mp3"),
        ("Refused", "incoming/empty.mp3"),
    ]
    lines = busy.done("jobs", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert json.loads(busy.done("jobs", "--format", "json", "--key", "none").stdout) == []
    assert busy.done("jobs", "--format", "jsonl", "--key", "none").stdout == ""


def test_rows_are_filtered_by_state_key_and_time(busy: Terminal) -> None:
    def keys(*arguments: str) -> list[str]:
        return [
            json.loads(line)["key"] for line in busy.done("jobs", "--format", "jsonl", *arguments).stdout.splitlines()
        ]

    assert keys("--state", "failed") == ["incoming/bad.mp3"]
    assert keys("--key", "*/empty*") == ["incoming/empty.mp3"]
    assert len(keys("--since", "1h")) == 3
    assert keys("--since", "2999-01-01") == []


def test_more_rows_than_the_limit_are_announced(busy: Terminal) -> None:
    result = busy.done("jobs", "--limit", "1")
    assert len(result.stdout.splitlines()) == 2
    assert "there are more" in result.stderr
    assert "there are more" not in busy.done("jobs", "--limit", "3").stderr


@pytest.mark.parametrize("columns", ["110", "40"])
def test_on_a_terminal_a_row_is_one_line_and_only_the_reason_is_cut(
    busy: Terminal, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    rows = json.loads(busy.done("jobs", "--format", "json").stdout)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    _, *lines = busy.done("jobs").stdout.splitlines()
    for line, row in zip(lines, rows, strict=True):
        assert all(row[name] in line for name in ("state", "key", "job_id") if row[name])
        assert len(line) <= 110
    (reason,) = (row["reason"] for row in rows if row["state"] == "Failed")
    (failed,) = (line for line in lines if line.startswith("Failed"))
    assert failed.endswith("…")
    assert failed.rpartition("  ")[2][:-1] in reason


def test_people_read_all_times_in_their_own_zone(busy: Terminal) -> None:
    rows = json.loads(busy.done("jobs", "--format", "json").stdout)
    at = [datetime.fromisoformat(row["at"].replace("Z", "+00:00")) for row in rows]
    assert len({moment.utcoffset() for moment in at}) == 2  # CI's, and ours
    here = timezone(timedelta(hours=5, minutes=45))
    with in_zone("UTC-05:45"):
        table, told = busy.done("jobs"), busy.done("show", "incoming/bad.mp3").stdout
    shown = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", table.stdout)
    assert shown == [f"{moment.astimezone(here):%Y-%m-%d %H:%M:%S}" for moment in at]
    offsets = re.findall(r"T\d\d:\d\d:\d\d(\S\d\d:\d\d)", table.stderr + told)
    assert len(offsets) >= 4
    assert set(offsets) == {"+05:45"}


def test_before_the_first_publication_it_says_how_to_publish(terminal: Terminal) -> None:
    assert "voicesep reconcile" in terminal.done("jobs").stderr


def test_a_damaged_segment_is_named_with_the_remedy(busy: Terminal) -> None:
    (segment,) = busy.bench.stored("index/segments/")
    busy.bench.cloud.cos.delete("media-1250000000", segment)
    assert "voicesep rebuild-index" in busy.done("jobs").stderr


def test_wrong_usage_is_told(terminal: Terminal) -> None:
    for arguments in (["--state", "Lost"], ["--since", "yesterday"], ["--limit", "0"], ["--format", "csv"]):
        result = terminal.run("jobs", *arguments)
        assert (result.exit_code, "Traceback" in result.output) == (2, False)


def test_without_a_local_app_it_says_how_to_start_one(empty_project: Path) -> None:
    result = CliRunner().invoke(main, ["jobs"])
    assert (result.exit_code, "voicesep local" in result.stderr) == (1, True)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_switches_colours_off(no_color: str, *, coloured: bool) -> None:
    code = "from voicesep.console import talk; talk().print('stopped', style='red')"
    environment = {"FORCE_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(ROOT / "src")}
    if no_color:
        environment["NO_COLOR"] = no_color
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert ("\x1b[31m" in done.stderr) is coloured
