import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicesep.running import FILE, STATE, RunningApp, announced, find_running


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def told(port: int, pid: int) -> RunningApp:
    return RunningApp(
        pid=pid, endpoint=f"http://127.0.0.1:{port}", secret_id="id", secret_key="hidden", environment={"A": "hidden"}
    )


def test_an_app_is_found_as_long_as_it_runs(tmp_path: Path, listening: int) -> None:
    app = told(listening, os.getpid())
    assert find_running(tmp_path) is None
    with announced(tmp_path, app):
        assert find_running(tmp_path) == app
    assert find_running(tmp_path) is None
    assert list((tmp_path / STATE).iterdir()) == []


def test_one_that_was_killed_is_not_found(tmp_path: Path, listening: int) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with announced(tmp_path, told(listening, gone.pid)):
        assert find_running(tmp_path) is None
    with announced(tmp_path, told(1, os.getpid())):
        assert find_running(tmp_path) is None


def test_what_is_no_such_file_is_no_app(tmp_path: Path) -> None:
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / FILE).write_text("{}")
    assert find_running(tmp_path) is None


def test_only_its_owner_may_read_it_and_its_secrets_are_not_shown(tmp_path: Path, listening: int) -> None:
    app = told(listening, 1)
    with announced(tmp_path, app):
        assert stat.S_IMODE((tmp_path / STATE / FILE).stat().st_mode) == 0o600
    assert "hidden" not in repr(app)
