import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_mock import MockerFixture

from localcloud import LocalCloud, Options
from localcloud.ci.pretending import Pretended
from localcloud.faults import Refuse, Requests
from localcloud.faults.later import Later
from tests.voicesep.terminal import Terminal
from voice_separation import backfill
from voicesep.main import main

FAST = ("--yes", "--rate", "100000")


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A local cloud whose jobs only pretend, so that there may be a thousand."""
    with LocalCloud(Options(pretended=Pretended(Later().call, lambda _job: 0.0))) as cloud:
        yield cloud


def fill(terminal: Terminal, uploads: int) -> None:
    for number in range(uploads):
        terminal.bench.upload(f"incoming/{number:04}.mp3", str(number).encode())


def billed(terminal: Terminal) -> int:
    return len(terminal.bench.cloud.ci.jobs())


def printed(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_thousand_objects_are_submitted_once_each_and_the_second_time_none(terminal: Terminal) -> None:
    fill(terminal, 1000)
    result = terminal.done("backfill", *FAST, "--parallel", "4")
    assert printed(result) == {"submitted": 1000, "stopped": None}
    assert (billed(terminal), "submitted: 1000 of 1000" in result.stderr) == (1000, True)
    assert printed(terminal.done("backfill", *FAST)) == {"uploads": 0, "size_bytes": 0, "seen": 1000}


def test_a_dry_run_counts_and_submits_nothing(terminal: Terminal) -> None:
    fill(terminal, 3)
    assert printed(terminal.done("backfill", "--dry-run")) == {"uploads": 3, "size_bytes": 3, "seen": 0}
    assert billed(terminal) == 0


@pytest.mark.parametrize(("answer", "status", "jobs"), [("y\n", 0, 2), ("n\n", 1, 0), ("", 1, 0)])
def test_it_asks_before_it_submits(terminal: Terminal, answer: str, status: int, jobs: int) -> None:
    fill(terminal, 2)
    result = terminal.run("backfill", stdin=answer)
    assert (result.exit_code, billed(terminal)) == (status, jobs)
    assert "Submit 2 uploads?" in result.stderr


def test_what_is_left_without_room_is_told_and_ends_with_1(terminal: Terminal) -> None:
    fill(terminal, 4)
    terminal.bench.cloud.faults.add(Refuse(403, "QueueSaturated"), Requests(service="ci", method="POST"), after=1)
    result = terminal.run("backfill", *FAST, "--parallel", "1", "--wait", "0")
    assert result.exit_code == 1
    assert printed(result) == {"submitted": 1, "waiting": 1, "stopped": "CI has no room for more"}
    assert "the same command goes on" in result.stderr


def test_options_narrow_what_is_submitted(terminal: Terminal) -> None:
    fill(terminal, 3)
    terminal.bench.upload("archive/old.mp3")
    assert printed(terminal.done("backfill", *FAST, "--limit", "1"))["submitted"] == 1
    assert printed(terminal.done("backfill", *FAST, "--prefix", "archive/"))["submitted"] == 1
    assert printed(terminal.done("backfill", "--dry-run", "--since", "2999-01-01"))["uploads"] == 0


def test_ctrl_c_ends_what_is_under_way_and_the_same_command_goes_on(terminal: Terminal, mocker: MockerFixture) -> None:
    fill(terminal, 60)
    submit = backfill.Backfill._submit
    begun = threading.Event()

    def slowly(task: backfill.Backfill, upload: Any) -> Any:
        if not begun.is_set():
            begun.set()
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
        return submit(task, upload)

    mocker.patch.object(backfill.Backfill, "_submit", slowly)
    before = signal.getsignal(signal.SIGINT)
    result = terminal.run("backfill", *FAST, "--parallel", "2")
    assert signal.getsignal(signal.SIGINT) == before
    assert result.exit_code == 130
    told = printed(result)
    assert (told["stopped"], told["submitted"]) == ("interrupted", billed(terminal))
    assert 0 < billed(terminal) < 60
    assert "Ctrl-C again" in result.stderr
    mocker.stopall()
    assert printed(terminal.done("backfill", *FAST))["submitted"] == 60 - told["submitted"]
    assert billed(terminal) == 60


# What it may cost, which is said where something is billed --------------------------------------------------------


@pytest.fixture
def live(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` of an app in the real cloud, which lies elsewhere only in that it names another endpoint."""
    cloud = terminal.bench.cloud
    monkeypatch.setenv("TENCENTCLOUD_SECRETID", cloud.credentials.access_key_id)
    monkeypatch.setenv("TENCENTCLOUD_SECRETKEY", cloud.credentials.secret_key)
    path = terminal.project / ".env.staging"
    settings = {
        "REGION": "ap-guangzhou",
        "INPUT_BUCKET": "media-1250000000",
        "CLAIM_SETTLE_SECONDS": "0",
        "COS_ENDPOINT": cloud.endpoint,
        "CI_ENDPOINT": cloud.endpoint,
    }
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    return path


def test_live_the_cost_is_estimated_from_size_and_price(terminal: Terminal, live: Path) -> None:
    terminal.bench.upload("incoming/hour.mp3", b"x" * 16_000 * 60)  # a minute at 128 kbit/s
    result = terminal.done("backfill", "--live", "--env-file", str(live), "--dry-run", "--price", "3")
    assert "some 3.00 at 3.0 a minute, or 6.00 if CI bills each of 2 stems (not documented)" in result.stderr
    local = terminal.done("backfill", "--dry-run")
    assert "nothing is billed in the local cloud" in local.stderr


def test_live_it_submits_with_the_settings_of_a_profile(terminal: Terminal, live: Path) -> None:
    fill(terminal, 2)
    assert printed(terminal.done("backfill", "--live", "--profile", "staging", *FAST))["submitted"] == 2
    assert billed(terminal) == 2


def test_wrong_usage_is_told(terminal: Terminal, live: Path) -> None:
    for arguments in (
        ["--parallel", "0"],
        ["--rate", "0"],
        ["--env-file", str(live)],
        ["--live"],
        ["--live", "--profile", "none"],
        ["--live", "--profile", "staging", "--env-file", str(live)],
    ):
        result = CliRunner().invoke(main, ["backfill", *arguments])
        assert (result.exit_code, "Traceback" in result.output) == (2, False), arguments
