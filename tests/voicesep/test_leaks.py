"""Every command, typed by somebody with secrets all around: none of them is printed."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import voicesep.local
from localcloud.credentials import Identity
from tests.leaks import (
    IN_USE,
    ROTATED,
    SETTINGS,
    TO_RECEIVER,
    TO_RECEIVER_TOKEN,
    UPLOADER,
    UPLOADERS_TOKEN,
    address,
    event_with_secrets,
    leaks,
    ring,
)
from tests.support import EVENTS, ROOT, SAMPLE
from voicesep.main import main
from voicesep.project import local_environment

OWN_KEY = "planted-key-of-whoever-types-commands"
JOB_XML = str(EVENTS / "callback-job.xml")
FORGED = json.dumps({"httpMethod": "POST", "path": address("a-secret-of-somebody-else"), "body": UPLOADER})
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("backfill", "--dry-run"),
    ("callback-url", "--dry-run"),
    ("cam-policy", "submit", "--env-file", ".env"),
    ("cam-policy", "submit", "--env-file", "missing"),
    ("cam-policy", "viewer", "--env-file", ".env"),
    ("cam-policy", "operator", "--profile", "missing"),
    ("cancel", "incoming/none.mp3"),
    ("completion", "bash"),
    ("demo", "-o", "demo"),
    ("doctor",),
    ("generate-event", "cos"),
    ("generate-event", "callback"),
    ("generate-event", "timer"),
    ("invoke", "submit", "-e", "event.json"),
    ("invoke", "submit", "-e", "forged.json"),
    ("invoke", "callback", "-e", JOB_XML),
    ("invoke", "callback", "-e", "forged.json"),
    ("invoke", "callback", "-e", "event.json"),
    ("invoke", "reconcile", "-e", str(EVENTS / "timer-reconcile.json")),
    ("invoke", "reconcile", "-e", str(EVENTS / "timer-audit.json")),
    ("jobs", "--format", "json"),
    ("live-checks",),
    ("logs", "submit"),
    ("reconcile", "--dry-run"),
    ("resend", "--undelivered", "--since", "1d"),
    ("resend", "incoming/none.mp3"),
    ("retry", "--failed", "--dry-run"),
    ("retry", "--waiting", "--verbose"),
    ("separate", str(SAMPLE), "-o", "stems"),
    ("separate", "event.json", "-o", "stems"),
    ("publish-page",),
    ("queue", "list", "--format", "json"),
    ("queue", "list", "--live", "--bucket", "none"),
    ("rebuild-index",),
    ("rebuild-index", "--live", "--profile", "missing"),
    ("show", "incoming/none.mp3"),
    ("show", "incoming/none.mp3", "--live", "--env-file", "missing"),
    ("template", "list", "--format", "json"),
    ("template", "list", "--live", "--env-file", "missing"),
    ("template", "create", "--name", "a", "--mode", "IsAudio"),
    ("template", "show", "tnone"),
    ("template", "update", "tnone", "--name", "a", "--mode", "IsAudio"),
    ("template", "delete", "tnone"),
    ("upload", str(SAMPLE)),
    ("upload", str(SAMPLE), "--mode", "MusicMode", "--codec", "wav"),
)

SERVERS = {("local",), ("ui",)}  # they end only when stopped; what they print is what the functions print


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name)


def test_every_command_is_among_those_that_are_watched() -> None:
    commands = set(every_command()) - SERVERS
    missing = [command for command in commands if not any(run[: len(command)] == command for run in COMMANDS)]
    assert missing == [], "add a line for each to COMMANDS"


@pytest.fixture
def typist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody with secrets in the environment, in .env, in events and in the settings of the local app."""
    (tmp_path / ".env").write_text(f"{(ROOT / '.env.example').read_text()}\nTENCENT_SECRET_KEY={OWN_KEY}\n")
    (tmp_path / "event.json").write_text(json.dumps(event_with_secrets()))
    (tmp_path / "forged.json").write_text(FORGED)
    for name in ("serverless.yml", "src", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)  # a project of its own, so that no state is kept in this one
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(voicesep.local, "local_environment", lambda given: {**local_environment(given), **SETTINGS})
    for name in ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN", "CALLBACK_SECRETS"):
        monkeypatch.setenv(name, OWN_KEY)
    return {
        "own key": OWN_KEY,
        "the secret that signs": IN_USE,
        "the rotated secret": ROTATED,
        "the receiver's secret": TO_RECEIVER,
        "the receiver's address": TO_RECEIVER_TOKEN,
        "uploader": UPLOADER,
        "token": UPLOADERS_TOKEN,
        "forged address": json.loads(FORGED)["path"],
        "static address": ring().static_path(),
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command).replace(str(ROOT), ""))
def test_no_command_tells_a_secret(command: tuple[str, ...], typist: dict[str, str], issued: list[Identity]) -> None:
    result = CliRunner().invoke(main, command)
    told = f"{result.output} {result.stderr} {result.exception!r}"
    secrets = typist | {f"key {n}": identity.secret_key for n, identity in enumerate(issued)}
    secrets |= {f"token {n}": identity.token for n, identity in enumerate(issued) if identity.token}
    assert result.exit_code in (0, 1, 2)
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert leaks(told, secrets) == set()


def test_a_command_that_told_a_secret_would_be_found_out(typist: dict[str, str]) -> None:
    assert leaks(f"… {json.loads(FORGED)['path']} … {OWN_KEY}", typist) == {"own key", "forged address"}
