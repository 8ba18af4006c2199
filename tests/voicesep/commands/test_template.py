import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from voicesep import ci_bucket, where
from voicesep.main import main


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the local cloud's state apart from the project's."""
    for module in (ci_bucket, where):
        monkeypatch.setattr(module, "find_project", lambda: tmp_path)
    for name in ("SECRETID", "SECRETKEY", "SESSIONTOKEN"):
        monkeypatch.delenv(f"TENCENTCLOUD_{name}", raising=False)


def voicesep(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def created(name: str, *more: str) -> dict[str, Any]:
    result = voicesep("template", "create", "--name", name, "--mode", "IsAudio", "--codec", "mp3", *more)
    assert result.exit_code == 0, result.stderr
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def test_a_template_lasts_from_command_to_command() -> None:
    made = created("voice", "--samplerate", "44100", "--bitrate", "128", "--channels", "2")
    shown = json.loads(voicesep("template", "show", made["template_id"]).stdout)
    assert shown == made
    assert shown["voice_separate"]["audio_config"] == {
        "codec": "mp3",
        "samplerate": "44100",
        "bitrate": "128",
        "channels": "2",
    }
    changed = voicesep("template", "update", made["template_id"], "--name", "both", "--mode", "AudioAndBackground")
    assert json.loads(changed.stdout)["name"] == "both"
    assert voicesep("template", "delete", made["template_id"]).exit_code == 0
    gone = voicesep("template", "show", made["template_id"])
    assert gone.exit_code == 1
    assert "has no template" in gone.stderr


def test_templates_are_listed_as_a_table_as_json_and_line_by_line() -> None:
    made = created("voice")
    table = voicesep("template", "list").stdout
    assert made["template_id"] in table
    assert table.split()[:2] == ["id", "name"]
    assert json.loads(voicesep("template", "list", "--format", "json").stdout) == [made]
    assert json.loads(voicesep("template", "list", "--format", "jsonl").stdout) == made
    assert json.loads(voicesep("template", "list", "--format", "json", "--name", "other").stdout) == []


def test_a_dry_run_says_what_would_be_and_does_nothing() -> None:
    would = voicesep("template", "create", "--name", "voice", "--mode", "IsAudio", "--dry-run")
    assert would.stdout.startswith("<Request><Tag>VoiceSeparate</Tag><Name>voice</Name>")
    assert json.loads(voicesep("template", "list", "--format", "json").stdout) == []
    made = created("voice")
    assert voicesep("template", "delete", made["template_id"], "--dry-run").exit_code == 0
    assert len(json.loads(voicesep("template", "list", "--format", "json").stdout)) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["template", "create", "--name", "a b", "--mode", "IsAudio"], 2, "1 to 64"),
        (
            ["template", "create", "--name", "a", "--mode", "IsAudio", "--codec", "amr", "--channels", "2"],
            2,
            "amr takes",
        ),
        (["template", "list", "--bucket", "media"], 2, "--bucket"),
        (["template", "list", "--region", "gz"], 2, "--region"),
        (["template", "list", "--live"], 2, "copy .env.example"),
        (["template", "delete", "tnone", "--dry-run"], 1, "has no template tnone"),
        (["template", "update", "tnone", "--name", "a", "--mode", "IsAudio"], 1, "TemplateNotFound"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments: list[str], status: int, told: str) -> None:
    result = voicesep(*arguments)
    assert (result.exit_code, told in result.stderr) == (status, True), result.stderr
    assert "Traceback" not in result.stderr


def test_queues_are_listed_without_the_address_that_they_report_to() -> None:
    result = voicesep("queue", "list", "--format", "json")
    assert result.exit_code == 0, result.stderr
    queues = json.loads(result.stdout)
    assert [queue["name"] for queue in queues] == ["queue-smart-audio-1", "queue-1"]
    assert all("url" not in (queue["notify_config"] or {}) for queue in queues)
    assert "queue-smart-audio-1" in voicesep("queue", "list", "--state", "Active").stdout
