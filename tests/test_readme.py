"""Whoever has only the README gets there: its commands are typed as they stand, in a folder like a fresh checkout.

`make local` is `voicesep local`, here on a free port instead of 9000, and `make demo` has been run.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from tests.pages import README
from tests.support import ROOT, SAMPLE

SECONDS = 120
SHELL = ("/bin/bash", "-euo", "pipefail", "-c")  # the Makefile's
TALK = "incoming/talk-over-music.mp3"

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands need curl")


@dataclass
class Newcomer:
    """Somebody in a checkout, who types what the README says."""

    folder: Path
    port: str = "9000"

    @contextmanager
    def running(self, command: str) -> Iterator[str]:
        """Type a command that stays until Ctrl-C, and hand out the first line that it prints."""
        shell = [*SHELL, f"exec {command}"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            shell, cwd=self.folder, env=self._environment(), stdout=pipe, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stdout
                yield process.stdout.readline().strip()
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(SECONDS)
                finally:
                    process.kill()

    def type(self, command: str) -> str:
        """Type a command; return what it prints on standard output."""
        here = command.replace("127.0.0.1:9000", f"127.0.0.1:{self.port}")
        done = subprocess.run(
            [*SHELL, here],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def type_until(self, command: str, expected: str) -> None:
        """Type a command again and again, until it prints what is expected."""
        until = time.monotonic() + SECONDS
        while expected not in (told := self.type(command)):
            assert time.monotonic() < until, told
            time.sleep(0.2)

    @staticmethod
    def _environment() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith(("TENCENT", "LOCALCLOUD"))}


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    for name in ("serverless.yml", ".env.example", "Makefile"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    demo = tmp_path / "demo"
    demo.mkdir()
    for name in (SAMPLE.name, "voice.mp3"):
        shutil.copyfile(SAMPLE, demo / name)
    return Newcomer(tmp_path)


@pytest.fixture
def at_home(newcomer: Newcomer) -> Iterator[Newcomer]:
    """With the app left running."""
    (told,) = [fence.commands for fence in README.below("See and hear it")][:1]
    assert told == ["make local"]
    assert re.search(r"^local:.*\n\t@\$\(BIN\)/voicesep local$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    with newcomer.running(".venv/bin/voicesep local --port 0") as address:
        newcomer.port = address.rpartition(":")[2]
        yield newcomer


def commands(title: str) -> list[str]:
    return [command for fence in README.below(title) for command in fence.commands]


def test_a_file_of_ones_own_is_separated(newcomer: Newcomer) -> None:
    for name in ("talk.mp3", "film.mp4"):
        shutil.copyfile(SAMPLE, newcomer.folder / name)
    (command,) = commands("Separate your own files")
    newcomer.type(command)
    stems = {path.name for path in (newcomer.folder / "stems").iterdir()}
    assert stems == {f"{name}.{stem}.mp3" for name in ("talk", "film") for stem in ("voice", "background")}


def test_what_was_separated_is_seen_and_heard_in_the_page(at_home: Newcomer) -> None:
    _, upload, jobs, show, ui = commands("See and hear it")
    entry = json.loads(at_home.type(upload))
    assert entry["state"] == "Success"
    at_home.type_until(jobs, TALK)
    assert at_home.type(show).startswith(f"{TALK}: Success")
    with at_home.running(f"{ui} --no-browser") as address:
        assert b"<html" in urllib3.request("GET", address).data
        voice = urllib3.request("GET", f"{address}media/{entry['job_id']}/0")
        (stem,) = [output for output in entry["outputs"] if output["stem"] == "voice"]
        assert (voice.status, voice.headers["content-type"]) == (200, "audio/mpeg")
        assert stem["key"] == f"separated/{TALK}/voice.mp3"


def test_a_failure_is_provoked_and_repaired(at_home: Newcomer) -> None:
    break_it, upload, waiting, mend_it, reconcile, separated = commands("Let something fail, and repair it")
    at_home.type(break_it)
    at_home.type(upload)
    at_home.type_until(waiting, "incoming/voice.mp3")
    assert "QueueSaturated" in at_home.type(waiting)
    at_home.type(mend_it)
    assert json.loads(at_home.type(reconcile))["waiting"] == 0
    until = time.monotonic() + SECONDS
    while "incoming/voice.mp3" not in at_home.type(separated):
        assert time.monotonic() < until
        at_home.type(reconcile)  # as the timer does
        time.sleep(0.2)


def test_a_thousand_objects_that_were_there_are_submitted(at_home: Newcomer) -> None:
    make, upload, look, backfill, count = commands("What was there before")
    at_home.type(make)
    at_home.type(upload)
    assert json.loads(at_home.type(look)) == {"uploads": 1000, "size_bytes": 20893, "seen": 0}
    assert json.loads(at_home.type(backfill)) == {"submitted": 1000, "stopped": None}
    assert at_home.type(count).strip() == "1000"
    assert json.loads(at_home.type(look))["uploads"] == 0


def test_how_to_deploy_is_found_and_is_what_the_project_does(newcomer: Newcomer) -> None:
    copy, deploy, callback_url, again, doctor = commands("Deploy")
    newcomer.type(copy)
    assert (newcomer.folder / ".env").read_text() == (ROOT / ".env.example").read_text()
    newcomer.type(f"{deploy} --dry-run --no-print-directory -o .venv/.app")
    assert again == deploy
    for command in (callback_url, doctor):
        newcomer.type(f"{command} --help")
    assert "docs/deploy.md" in [link.partition("#")[0] for link in README.links]
