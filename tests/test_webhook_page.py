"""docs/webhook.md: its receiver is run as it stands, its message is one that is sent, its settings are the settings."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from tests.receiver import SECRET
from tests.support import ROOT, SAMPLE
from tests.voicesep.processes import printed, started
from voice_separation.index.entries import Entry
from voice_separation.index.notice import Notice
from voice_separation.notices import AT_ONCE_SECONDS, OWN_TURN, PATIENCE_SECONDS, PAUSES, Message
from voice_separation.settings import from_environment
from voice_separation.stored_ring import KEPT_FOR, USED_FOR
from voicesep.local import INDEX, LocalApp

PAGE = (ROOT / "docs" / "webhook.md").read_text(encoding="utf-8")


def fence(language: str) -> str:
    (content,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(content)


@contextmanager
def listening() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run the receiver of the page; yield its address, and the process that prints what it hears."""
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "PORT": "0"}
    program = [sys.executable, "-c", fence("python receiver")]
    with started(program, env=environment) as running:
        yield printed(running), running


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[LocalApp, "subprocess.Popen[str]"]]:
    with listening() as (url, running):
        settings = {"WEBHOOK_URL": url, "WEBHOOK_SECRETS": SECRET}
        with LocalApp(ROOT, settings, lambda _function, _request_id, _line: None) as app:
            app.deploy()
            yield app, running


def test_the_receiver_of_the_page_prints_each_job_once_and_believes_nobody_else(
    app: tuple[LocalApp, "subprocess.Popen[str]"],
) -> None:
    deployed, running = app
    url = deployed.environment["WEBHOOK_URL"]
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1795491000", "webhook-signature": "v1,Zm9yZ2Vk"}
    with urllib3.PoolManager(retries=False) as pool:
        assert pool.request("POST", url, body=b"{}", headers=headers).status == 401
    deployed.upload(SAMPLE, "incoming/talk.mp3")
    assert deployed.cloud.wait_until_idle(60)
    tell_again(deployed)
    deployed.cloud.cos.put(deployed.bucket.name, "incoming/notes.mp3", b"no media")
    assert deployed.cloud.wait_until_idle(60)
    stems = (
        "{'voice': 'separated/incoming/talk.mp3/voice.mp3', 'background': 'separated/incoming/talk.mp3/background.mp3'}"
    )
    assert printed(running) == f"Success incoming/talk.mp3 {stems}"
    assert printed(running) == "Failed incoming/notes.mp3 {}"
    assert deployed.cloud.cos.list(deployed.bucket.name, prefix=f"{INDEX}notices/").contents == ()


def tell_again(app: LocalApp) -> None:
    """Put back a notice of a job that was told, as if it had been told in vain as often as can be."""
    (stored,) = app.cloud.cos.list(app.bucket.name, prefix=f"{INDEX}jobs/").contents
    entry = Entry.model_validate_json(Path(app.cloud.cos.get(app.bucket.name, stored.key).path).read_bytes())
    assert entry.finished_at
    given_up = Notice(
        job_id=entry.job_id,
        state=entry.state,
        noted_at=entry.finished_at,
        next_attempt_at=entry.finished_at,
        attempts=len(PAUSES) + 1,
        failure="the receiver answered 500, not 2xx",
    )
    app.cloud.cos.put(app.bucket.name, f"{INDEX}notices/{entry.job_id}/{entry.state}.json", given_up.content())
    app.cloud.scf.fire_timer("every-minute")
    assert app.cloud.wait_until_idle(60)


def test_the_message_on_the_page_is_one_that_is_sent() -> None:
    shown = json.loads(fence("json message"))
    message = Message.model_validate(shown)
    assert json.loads(message.content()) == shown
    assert message.timestamp == message.data.finished_at
    page = (ROOT / "docs" / "index-format.md").read_text(encoding="utf-8")
    entries = [json.loads(each) for each in re.findall(r"^```json entry\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]
    assert shown["data"] in entries


def test_the_settings_on_the_page_are_settings() -> None:
    for name in re.findall(r"^\| `(WEBHOOK_\w+)` \|", PAGE, re.MULTILINE):
        assert name.lower() in type(from_environment({})).model_fields
    assert len(re.findall(r"WEBHOOK_URL", PAGE)) >= 2


def test_the_times_on_the_page_are_those_of_the_code() -> None:
    assert f"gives the receiver {AT_ONCE_SECONDS:.0f} seconds" in PAGE
    assert f"gives the receiver {PATIENCE_SECONDS:.0f} seconds" in PAGE
    told = re.search(r"again after (\d+) minute, then after (\d+) and (\d+) minutes, ([\d, and]+) hours", PAGE)
    assert told
    own_turn, *minutes = (int(told[n]) for n in (1, 2, 3))
    hours = [int(each) for each in re.findall(r"\d+", told[4])]
    assert own_turn * 60 == OWN_TURN.total_seconds()
    assert "wait five minutes" in PAGE
    assert "the old ring serves for an hour" in PAGE
    assert KEPT_FOR.total_seconds() == 5 * 60
    assert USED_FOR.total_seconds() == 60 * 60
    assert [*minutes, *(60 * each for each in hours)] == [pause.total_seconds() / 60 for pause in PAUSES]
