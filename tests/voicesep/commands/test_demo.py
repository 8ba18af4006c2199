import hashlib
import json
from pathlib import Path

import av
import pytest
from click import UsageError
from click.testing import CliRunner

from tests.support import SAMPLE
from voicesep.main import main
from voicesep.project import program


def seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        return float(samples / stream.sample_rate)


def test_the_demo_leaves_the_recording_its_stems_and_the_entry_and_names_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "-o", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    names = ["talk-over-music.mp3", "voice.mp3", "background.mp3", "entry.json"]
    assert result.stdout.split() == [str(tmp_path / name) for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert "neither Tencent's separation quality" in result.stderr
    assert "listen:" in result.stderr
    assert f"your own: {program()} separate FILE…" in result.stderr
    entry = json.loads((tmp_path / "entry.json").read_text())
    for output in entry["outputs"]:
        stem = tmp_path / f"{output['stem']}.mp3"
        assert seconds(stem) == pytest.approx(seconds(SAMPLE), abs=0.05)
        assert hashlib.md5(stem.read_bytes(), usedforsecurity=False).hexdigest() == output["md5"]
    assert (tmp_path / "voice.mp3").read_bytes() != (tmp_path / "background.mp3").read_bytes()


def test_a_project_is_found_from_below_and_missed_with_a_word_of_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voicesep import project

    root = project.find_project()
    assert project.find_project(root / "src" / "voicesep") == root
    monkeypatch.setattr(project, "__file__", str(tmp_path / "voicesep" / "project.py"))
    with pytest.raises(UsageError, match=r"no serverless\.yml here or above"):
        project.find_project(tmp_path)


def test_the_program_is_named_as_it_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.chdir(tmp_path)
    assert program() == ".venv/bin/voicesep"
    monkeypatch.chdir("/")
    assert program() == str(tmp_path / ".venv/bin/voicesep").lstrip("/")
    (tmp_path / "voicesep").touch(mode=0o755)
    assert program() == "voicesep"
