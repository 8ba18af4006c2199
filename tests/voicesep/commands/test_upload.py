import json
import os
import secrets
from pathlib import Path

import pytest

from localcloud.ci.jobs import Job
from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal
from voice_separation.uploads import ObjectCreated
from voicesep import transfer
from voicesep.commands import upload


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk ü+%.mp3"
    path.write_bytes(secrets.token_bytes(transfer.CHUNK_BYTES * 2 + 7))
    return path


def test_a_file_arrives_as_it_is_below_the_input_prefix(terminal: Terminal, talk: Path) -> None:
    result = terminal.done("upload", str(talk))
    assert result.stdout == f"incoming/{talk.name}\n"
    assert terminal.bench.read(f"incoming/{talk.name}") == talk.read_bytes()
    assert terminal.bench.cloud.cos.get(BUCKET.name, f"incoming/{talk.name}").content_type == "audio/mpeg"


def test_the_key_may_be_chosen_and_several_files_share_a_folder(terminal: Terminal, talk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.wav"
    other.write_bytes(b"")
    assert terminal.done("upload", str(talk), "--key", "incoming/a.mp3").stdout == "incoming/a.mp3\n"
    keys = terminal.done("upload", str(talk), str(other), "--key", "incoming/today/").stdout.splitlines()
    assert keys == [f"incoming/today/{talk.name}", "incoming/today/other.wav"]
    assert terminal.bench.read("incoming/today/other.wav") == b""


def test_a_dry_run_uploads_nothing(terminal: Terminal, talk: Path) -> None:
    result = terminal.done("upload", str(talk), "--dry-run")
    assert f"would upload {talk} to {BUCKET.name}/incoming/{talk.name}" in result.stderr
    assert terminal.bench.stored("") == []


def test_of_many_files_one_meter_is_shown_and_each_reason_is_said_once(terminal: Terminal, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.mp3" for n in range(4)]
    for file in files:
        file.write_bytes(b"12345")
    result = terminal.done("upload", *map(str, files), "--key", "archive/")
    assert result.stdout.splitlines() == [f"archive/{file.name}" for file in files]
    assert result.stderr.splitlines() == [
        "bytes uploaded: 20 of 20",
        "archive/0.mp3 and 3 more will not be separated: outside INPUT_PREFIX",
    ]


def test_mode_and_codec_are_those_of_the_job(terminal: Terminal, talk: Path) -> None:
    terminal.done("upload", str(talk), "--key", "incoming/a.mp3", "--mode", "MusicMode", "--codec", "wav")
    terminal.bench.submission().submit_all((ObjectCreated("cos:ObjectCreated:Put", BUCKET, ("incoming/a.mp3",)),))
    (job,) = terminal.bench.cloud.ci.jobs()
    assert isinstance(job, Job)
    voice_separate = job.request.operation.voice_separate
    assert voice_separate
    assert (voice_separate.audio_mode, voice_separate.audio_config.codec) == ("MusicMode", "wav")


def test_a_mode_that_does_not_go_with_the_codec_is_wrong_usage_and_nothing_is_written(
    terminal: Terminal, talk: Path
) -> None:
    result = terminal.run("upload", str(talk), "--mode", "MusicMode", "--codec", "flac")
    assert (result.exit_code, "MusicMode takes the codecs" in result.stderr) == (2, True), result.stderr
    assert terminal.bench.stored("") == []


def test_what_will_not_be_separated_is_said(terminal: Terminal, talk: Path) -> None:
    assert "outside INPUT_PREFIX" in terminal.done("upload", str(talk), "--key", "elsewhere/a.mp3").stderr
    assert "suffix not in INPUT_SUFFIXES" in terminal.done("upload", str(talk), "--key", "incoming/a.txt").stderr


def test_nobody_waits_for_what_will_not_be_separated(terminal: Terminal, talk: Path) -> None:
    result = terminal.run("upload", str(talk), "--key", "elsewhere/a.mp3", "--wait")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "elsewhere/a.mp3 will not be separated: outside INPUT_PREFIX" in result.stderr


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("/incoming/a.mp3", "no key of an upload begins with a slash"),
        ("index/index.json", "is where the app itself writes"),
        ("separated/", "is where the app itself writes"),
        ("incoming/" + "a" * 1016, "1 to 1024 bytes"),
    ],
    ids=["a slash in front", "the index", "the outputs", "too long"],
)
def test_a_key_that_cannot_be_meant_is_wrong_usage_and_nothing_is_written(
    terminal: Terminal, talk: Path, key: str, told: str
) -> None:
    result = terminal.run("upload", str(talk), "--key", key)
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr
    assert terminal.bench.stored("") == []


def test_a_file_name_that_is_no_utf_8_needs_a_key(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xff.mp3")
    try:
        file.write_bytes(b"content")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    result = terminal.run("upload", str(file))
    assert (result.exit_code, "a key is UTF-8" in result.stderr) == (2, True)
    assert terminal.done("upload", str(file), "--key", "incoming/a.mp3").stdout == "incoming/a.mp3\n"


def test_waiting_ends_when_it_is_separated_or_has_failed(
    terminal: Terminal, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = terminal.bench

    def pass_time(_seconds: float) -> None:
        """What event and callback would do."""
        record = ObjectCreated("cos:ObjectCreated:Put", BUCKET, (f"incoming/{talk.name}",))
        bench.submission().submit_all((record,))
        bench.reconciliation(pending_grace_seconds=0).run()

    monkeypatch.setattr(upload, "sleep", pass_time)
    result = terminal.run("upload", str(talk), "--wait")
    assert result.exit_code == 1  # it is no audio
    assert json.loads(result.stdout)["code"] == "ResourceNotSupported"
    assert f"incoming/{talk.name}: the job is Failed, ResourceNotSupported: " in result.stderr


def test_waiting_ends_when_the_time_is_over(terminal: Terminal, talk: Path) -> None:
    result = terminal.run("upload", str(talk), "--wait", "--timeout", "1")
    assert (result.exit_code, "is not separated yet: voicesep show" in result.stderr) == (1, True)


def test_a_refusal_ends_with_1_and_one_line(terminal: Terminal, talk: Path) -> None:
    terminal.bench.cloud.faults.add(Refuse(503, "ServiceUnavailable"), Requests(service="cos", method="PUT"))
    result = terminal.run("upload", str(talk))
    assert result.exit_code == 1
    assert "PutObject media-1250000000/incoming/" in result.stderr
    assert "Traceback" not in result.output


def test_a_file_too_large_for_one_request_is_refused_before_anything_is_sent(
    terminal: Terminal, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MOST_BYTES", 10)
    result = terminal.run("upload", str(talk))
    assert result.exit_code == 1, result.output
    assert "COS takes 10 in one request" in result.stderr
    assert terminal.bench.asked() == []


def test_wrong_usage_is_told(terminal: Terminal, talk: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin" / talk.name
    twin.parent.mkdir()
    twin.write_bytes(b"")
    for arguments in ([], ["none.mp3"], [str(talk), str(twin)], [str(talk), str(twin), "--key", "a.mp3"]):
        result = terminal.run("upload", *arguments)
        assert (result.exit_code, "Traceback" in result.output) == (2, False)
