import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from localcloud.ci.jobs import Job
from localcloud.faults import Refuse, Requests
from tests.voice_separation.conftest import BUCKET
from tests.voicesep.terminal import Terminal
from voice_separation.uploads import ObjectCreated
from voicesep import transfer
from voicesep.commands import upload
from voicesep.interrupt import EXIT_INTERRUPTED
from voicesep.project import program
from voicesep.transfer import Transfer

PATIENCE = 30.0


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk ü+%.mp3"
    path.write_bytes(secrets.token_bytes(transfer.CHUNK_BYTES * 2 + 7))
    return path


@pytest.fixture
def five(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{n}.mp3" for n in range(5)]
    for file in files:
        file.write_bytes(b"12345")
    return files


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


def test_as_many_as_wanted_are_sent_at_once_and_their_keys_are_printed_in_the_order_of_the_files(
    terminal: Terminal, five: list[Path], mocker: MockerFixture
) -> None:
    put, together, last = Transfer._put, threading.Barrier(5), threading.Event()

    def first_waits_for_the_last(transfer: Transfer, key: str, file: Path, count: Callable[[int], None]) -> None:
        together.wait(PATIENCE)
        assert file != five[0] or last.wait(PATIENCE)
        put(transfer, key, file, count)
        if file == five[-1]:
            last.set()

    mocker.patch.object(Transfer, "_put", first_waits_for_the_last)
    result = terminal.done("upload", *map(str, five), "--parallel", "5")
    assert result.stdout.splitlines() == [f"incoming/{n}.mp3" for n in range(5)]
    assert result.stderr.splitlines() == ["bytes uploaded: 25 of 25"]


def test_on_a_slow_line_a_chunk_is_sent_before_the_connection_is_given_up() -> None:
    slow = 10_000  # bytes a second, for each of the files that are sent at once
    assert slow * transfer.SEND_SECONDS > transfer.CHUNK_BYTES


def test_no_more_than_wanted_are_sent_at_once(terminal: Terminal, five: list[Path], mocker: MockerFixture) -> None:
    put, under_way, most, lock = Transfer._put, 0, 0, threading.Lock()

    def counted(*arguments: object) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        put(*arguments)  # type: ignore[arg-type]  # as they came
        with lock:
            under_way -= 1

    mocker.patch.object(Transfer, "_put", counted)
    terminal.done("upload", *map(str, five), "--parallel", "2")
    assert 1 <= most <= 2
    assert len(terminal.bench.stored("incoming/")) == 5


def test_one_that_cannot_be_uploaded_stops_no_other(terminal: Terminal, five: list[Path]) -> None:
    refused = Requests(service="cos", method="PUT", path="/1.mp3$")
    terminal.bench.cloud.faults.add(Refuse(503, "ServiceUnavailable"), refused)
    result = terminal.run("upload", *map(str, five), "--key", "archive/")
    stored = [f"archive/{n}.mp3" for n in (0, 2, 3, 4)]
    assert (result.exit_code, result.stdout.splitlines(), terminal.bench.stored("archive/")) == (1, stored, stored)
    refusal, total, count, idle = result.stderr.splitlines()
    assert refusal.startswith(f"PutObject {BUCKET.name}/archive/1.mp3 – 503 ServiceUnavailable")
    assert (total, count) == ("bytes uploaded: 20 of 25", "1 of 5 could not be uploaded")
    assert idle == "archive/0.mp3 and 3 more will not be separated: outside INPUT_PREFIX"


def test_ctrl_c_gives_up_what_is_not_wholly_sent_and_begins_no_more(
    terminal: Terminal, five: list[Path], talk: Path, mocker: MockerFixture
) -> None:
    chunks, main = Transfer._chunks, threading.main_thread().ident
    assert main

    def interrupted_at_the_second_chunk(
        transfer: Transfer, file: Path, size: int, count: Callable[[int], None]
    ) -> Iterator[bytes]:
        for number, chunk in enumerate(chunks(transfer, file, size, count)):
            yield chunk
            if file == talk and number == 0:
                signal.pthread_kill(main, signal.SIGINT)
                seen = threading.Event()
                while not (transfer.interrupted() or seen.wait(0.01)):
                    pass

    mocker.patch.object(Transfer, "_chunks", interrupted_at_the_second_chunk)
    result = terminal.run("upload", str(five[0]), str(talk), *map(str, five[1:]), "--parallel", "1")
    assert result.exit_code == EXIT_INTERRUPTED
    assert result.stdout == "incoming/0.mp3\n"
    assert terminal.bench.stored("incoming/") == ["incoming/0.mp3"]
    assert "giving up what is not wholly sent" in result.stderr
    assert "1 of 6 were uploaded; the same command sends them all again" in result.stderr
    assert f"bytes uploaded: 5 of {5 * 5 + talk.stat().st_size}" in result.stderr


@pytest.mark.parametrize("size", [-1, 1], ids=["shorter", "longer"])
def test_a_file_that_changes_while_it_is_read_is_not_stored(
    terminal: Terminal, talk: Path, mocker: MockerFixture, size: int
) -> None:
    chunks = Transfer._chunks
    mocker.patch.object(
        Transfer, "_chunks", lambda transfer, file, was, count: chunks(transfer, file, was - size, count)
    )
    result = terminal.run("upload", str(talk))
    assert (result.exit_code, "was changed while it was read; upload it again" in result.stderr) == (1, True)
    assert terminal.bench.stored("") == []


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
    assert result.exit_code == 1
    assert f"is not separated yet: {program()} show 'incoming/{talk.name}'" in result.stderr


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
