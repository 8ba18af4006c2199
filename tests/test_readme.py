"""Whoever has only the README gets there: its commands are typed as they stand, in a folder like a fresh checkout.

`make local` is `voicesep local`, here on a free port instead of 9000, and `make demo` has been run.
"""

import json
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.newcomer import SECONDS, Newcomer, checkout
from tests.pages import README
from tests.programs import needs
from tests.support import ROOT, SAMPLE
from tests.voicesep.conftest import new_site  # noqa: F401 - a fixture
from tests.voicesep.site import BUCKET, Found

TALK = "incoming/talk-over-music.mp3"

pytestmark = needs("curl")


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return checkout(tmp_path)


@pytest.fixture
def at_home(newcomer: Newcomer) -> Iterator[Newcomer]:
    """With the app left running."""
    (told,) = [fence.commands for fence in README.below("See and hear it")][:1]
    assert told == ["make local"]
    assert re.search(r"^local:.*\n\t@\$\(BIN\)/voicesep local$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    with newcomer.running(".venv/bin/voicesep local --port 0") as address:
        newcomer.port = address.rpartition(":")[2]
        yield newcomer


commands = README.commands_below


TYPED = (
    "voice-separation",
    "Separate your own files",
    "See and hear it",
    "Let something fail, and repair it",
    "What was there before",
    "What the local engine is, and is not",
    "Deploy",
    "Operate",
)


def test_every_command_of_the_readme_is_typed_here() -> None:
    """Each test below takes all commands of its section, so that one more is one too many."""
    assert [command for title in TYPED for command in commands(title)] == README.commands


def test_the_sample_is_separated_by_the_first_command(newcomer: Newcomer) -> None:
    demo, tests = commands("voice-separation")
    assert (demo, tests) == ("make demo", "make test")  # the second is this very run
    assert re.search(r"^demo:.*\n\t@\$\(BIN\)/voicesep demo$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shutil.rmtree(newcomer.folder / "demo")
    newcomer.type(".venv/bin/voicesep demo")
    made = {path.name for path in (newcomer.folder / "demo").iterdir()}
    assert made == {SAMPLE.name, "voice.mp3", "background.mp3", "entry.json"}
    assert json.loads((newcomer.folder / "demo" / "entry.json").read_text())["state"] == "Success"


def test_a_file_of_ones_own_is_separated(newcomer: Newcomer) -> None:
    for name in ("talk.mp3", "film.mp4"):
        shutil.copyfile(SAMPLE, newcomer.folder / name)
    (command,) = commands("Separate your own files")
    newcomer.type(command)
    stems = {path.name for path in (newcomer.folder / "stems").iterdir()}
    assert stems == {f"{name}.{stem}.mp3" for name in ("talk", "film") for stem in ("voice", "background")}


def test_what_was_separated_is_seen_and_heard_in_the_page(at_home: Newcomer) -> None:
    _, upload, upload_for_four, jobs, show, ui = commands("See and hear it")
    entry, with_four = (json.loads(at_home.type(command)) for command in (upload, upload_for_four))
    assert (entry["state"], with_four["state"]) == ("Success", "Success")
    assert [output["stem"] for output in with_four["outputs"]] == ["voice", "background", "bass", "drum"]
    at_home.type_until(jobs, TALK)
    assert at_home.type(show).startswith(f"{TALK}: Success")
    with at_home.running(f"{ui} --no-browser") as address:
        assert b"<html" in urllib3.request("GET", address).data
        voice = urllib3.request("GET", f"{address}media/{entry['job_id']}/0")
        (stem,) = [output for output in entry["outputs"] if output["stem"] == "voice"]
        assert (voice.status, voice.headers["content-type"]) == (200, "audio/mpeg")
        assert stem["key"] == f"separated/{TALK}/voice.mp3"


def test_a_failure_is_provoked_and_repaired(at_home: Newcomer) -> None:
    break_it, upload, waiting, mend_it, reconcile, separated = commands("Let something fail, and repair it")[:6]
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


def test_a_job_fails_and_the_upload_is_separated_after_all(at_home: Newcomer) -> None:
    break_it, upload, failed, retry, separated = commands("Let something fail, and repair it")[6:]
    at_home.type(break_it)
    at_home.type(upload)
    at_home.type_until(failed, "incoming/background.mp3: Failed")
    assert "InternalError" in at_home.type(failed)
    assert json.loads(at_home.type(retry)) == {"submitted": 1}
    at_home.type_until(separated, "incoming/background.mp3: Success")
    assert "separated/incoming/background.mp3/voice.mp3" in at_home.type(separated)


def test_a_thousand_objects_that_were_there_are_submitted(at_home: Newcomer) -> None:
    make, upload, look, backfill, count, clear = commands("What was there before")
    at_home.type(make)
    at_home.type(upload)
    assert json.loads(at_home.type(look)) == {"uploads": 1000, "size_bytes": 20893, "seen": 0}
    assert json.loads(at_home.type(backfill)) == {"submitted": 1000, "stopped": None}
    assert at_home.type(count).strip() == "1000"
    assert json.loads(at_home.type(look))["uploads"] == 0
    at_home.type(clear)
    assert not (at_home.folder / "archive").exists()


def test_how_to_deploy_is_found_and_is_what_the_project_does(newcomer: Newcomer, new_site: Found) -> None:  # noqa: F811
    copy, policy, deploy, callback_url, again, doctor = commands("Deploy")
    newcomer.type(copy)
    assert (newcomer.folder / ".env").read_text() == (ROOT / ".env.example").read_text()
    assert json.loads(newcomer.type(policy))["version"] == "2.0"
    newcomer.type(f"{deploy} --dry-run --no-print-directory -o .venv/.app")  # for real: tests/deploy/test_walk.py
    assert again == deploy
    assert "docs/deploy.md" in [link.partition("#")[0] for link in README.links]
    site = new_site()
    for command in (callback_url, doctor):
        assert site.run(*of_the_deployed(command)).exit_code == 0


def test_a_deployed_app_is_looked_after_by_the_same_commands(new_site: Found) -> None:  # noqa: F811
    site = new_site()
    site.cloud.cos.put(BUCKET, "incoming/notes.mp3", b"no media, so that the job ends at once")
    assert site.cloud.wait_until_idle(60)
    site.cloud.scf.fire_timer("every-minute")
    assert site.cloud.wait_until_idle(60)
    failed, logs = (site.run(*of_the_deployed(command)) for command in commands("Operate"))
    assert (failed.exit_code, logs.exit_code) == (0, 0)
    assert "incoming/notes.mp3" in failed.stdout
    assert "job.submitted" in logs.stdout


def of_the_deployed(command: str) -> list[str]:
    """Return the arguments of a command for the deployed app, which `Site` types with --live."""
    program, *arguments = shlex.split(command, comments=True)
    assert program == ".venv/bin/voicesep"
    arguments.remove("--live")
    return arguments


SOMEBODY_S = """
component: multi-scf
app: theirs
stage: dev
name: theirs
inputs:
  region: ap-guangzhou
  environments: [{key: GREETING, value: '${env:GREETING}'}]
  functions: {hello: {runtime: Python3.10, handler: index.main_handler, timeout: 10, memorySize: 128}}
"""


def test_the_local_cloud_runs_functions_of_others(newcomer: Newcomer) -> None:
    theirs = newcomer.folder / "their"
    (theirs / "src").mkdir(parents=True)
    (theirs / "serverless.yml").write_text(SOMEBODY_S)
    (theirs / ".env").write_text("GREETING=hello\n")
    (theirs / "src" / "index.py").write_text("def main_handler(event, context):\n    return {}\n")
    for command in commands("What the local engine is, and is not"):
        with newcomer.running(f"{command} --port 0", until="It listens on") as told:
            assert "http://127.0.0.1:" in told
    assert (newcomer.folder / "kept").is_dir()
