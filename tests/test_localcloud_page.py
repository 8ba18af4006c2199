"""What docs/localcloud.md shows is what happens: its commands are typed, and what they print is compared."""

import shutil
from pathlib import Path

import pytest

from tests.newcomer import Newcomer, checkout
from tests.pages import Page
from tests.programs import needs
from tests.support import ROOT, SAMPLE
from voicesep.local import LocalApp

PAGE = Page(ROOT / "docs" / "localcloud.md")
CONTROL, COMMAND, FILES = "Control API", "Command", "SCF"
QUIET_CURL = 'curl() { command curl -sS --fail-with-body "$@"; }'

SOMEBODY_S = """
component: multi-scf
app: theirs
stage: dev
name: {function}
inputs:
  region: ap-guangzhou
  functions:
    {function}: {{runtime: Python3.10, handler: index.main_handler, timeout: {timeout}, memorySize: {memory}}}
  triggers:
    - type: cos
      function: {function}
      parameters:
        {{bucket: media-1250000000.cos.ap-guangzhou.myqcloud.com, events: 'cos:ObjectCreated:*', enable: true}}
"""


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return checkout(tmp_path)


def test_every_command_of_the_page_is_typed_here() -> None:
    assert PAGE.commands_below(COMMAND) + PAGE.commands_below(CONTROL) == PAGE.commands


@needs("curl")
def test_what_the_page_asks_of_the_control_api_is_done(newcomer: Newcomer) -> None:
    shutil.copyfile(SAMPLE, newcomer.folder / "talk.mp3")
    with LocalApp(ROOT, {}, ignore_logs) as app:
        app.deploy()
        newcomer.port = app.cloud.endpoint.rpartition(":")[2]
        at, *calls = PAGE.commands_below(CONTROL)
        assert at.startswith("at=")
        for call in calls:
            newcomer.type("\n".join((QUIET_CURL, at, call)))
        assert app.cloud.faults.rules == ()  # the last one was a reset


def test_the_local_cloud_is_started_as_the_page_says(newcomer: Newcomer) -> None:
    install, *starts = PAGE.commands_below(COMMAND)
    assert install == "pip install 'voice-separation[local]'"  # not published; `make setup` installs it from here
    theirs = SOMEBODY_S.format(function="resize", timeout=10, memory=128)
    (newcomer.folder / "serverless.yml").write_text(theirs)
    (newcomer.folder / ".env").touch()
    for command in starts:
        with newcomer.running(f"{command} --port 0", until="It listens on") as told:
            assert "http://127.0.0.1:" in told
    assert (newcomer.folder / ".localcloud").is_dir()


@pytest.mark.parametrize(
    ("shown", "timeout", "memory"), [(0, 901, 100), (1, 10, 128)], ids=["within the files", "in each other's way"]
)
def test_what_is_wrong_with_files_is_told_as_the_page_shows(
    newcomer: Newcomer, shown: int, timeout: int, memory: int
) -> None:
    one = SOMEBODY_S.format(function="submit", timeout=timeout, memory=128)
    two = SOMEBODY_S.format(function="resize", timeout=10, memory=memory)
    for name, text in (("one", one), ("two", two)):
        (newcomer.folder / name).mkdir()
        (newcomer.folder / name / "serverless.yml").write_text(text)
    command = "localcloud --serverless one/serverless.yml --serverless two/serverless.yml --port 0"
    told = newcomer.type(f"{command} 2>&1 || test $? = 1")
    assert told == [fence.content for fence in PAGE.below(FILES) if fence.language == "text"][shown]
