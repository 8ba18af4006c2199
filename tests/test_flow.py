"""The whole way, over HTTP, through the functions as serverless.yml declares them: upload in, stems and entry out."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from localcloud.recorder import RecordedRequest
from tests.support import ROOT, SAMPLE
from voice_separation.index import keys
from voicesep.local import LocalApp

KEY = "incoming/talk-over-music.mp3"


def ignore_logs(_function: str, _request_id: str, _line: str) -> None:
    return


@pytest.fixture
def app() -> Iterator[LocalApp]:
    with LocalApp(ROOT, {"LOG_LEVEL": "DEBUG"}, ignore_logs) as app:
        app.deploy()
        yield app


def separated(app: LocalApp, file: Path, key: str) -> None:
    app.upload(file, key)
    assert app.cloud.wait_until_idle(60)


def seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        return float(samples / stream.sample_rate)


def requests_of_doors(app: LocalApp) -> list[RecordedRequest]:
    """The doors' own requests, in the order of their answers; the notification itself is CI's."""
    return [request for request in app.cloud.recorder.requests() if request.service != "functions"]


def test_an_upload_becomes_two_stems_and_an_entry_in_five_requests_and_three(app: LocalApp, tmp_path: Path) -> None:
    separated(app, SAMPLE, KEY)
    outcome = app.outcome(KEY)
    assert outcome.succeeded
    entry = outcome.entry
    assert entry is not None
    assert [output.stem for output in entry.outputs] == ["voice", "background"]
    told = [f"{request.service} {request.method} {request.path}" for request in requests_of_doors(app)]
    upload_id, job_id = entry.upload_id or "", entry.job_id
    claim = f"/index/{keys.claim(upload_id, 1)}"
    assert told[:4] == [f"cos HEAD /{KEY}", f"cos PUT {claim}", f"cos GET {claim}", "ci POST /jobs"]
    assert told[4].startswith("cos PUT /index/pending/")
    assert told[5:7] == [f"ci GET /jobs/{job_id}", f"cos PUT /index/{keys.job(job_id)}"]
    assert told[7].startswith("cos PUT /index/log/")
    assert len(told) == 8
    assert {request.status for request in requests_of_doors(app)} == {200}
    length = seconds(SAMPLE)
    for output in entry.outputs:
        stem = tmp_path / Path(output.key).name
        app.fetch(output.bucket or "", output.key, stem)
        assert seconds(stem) == pytest.approx(length, abs=0.05)
        assert hashlib.md5(stem.read_bytes(), usedforsecurity=False).hexdigest() == output.md5


def test_what_is_written_triggers_nothing(app: LocalApp) -> None:
    separated(app, SAMPLE, KEY)
    names = [record.result.function_name for record in app.cloud.scf.invocations]
    assert names == ["voice-dev-separation-submit", "voice-dev-separation-callback"]


def test_a_file_that_is_no_media_becomes_a_failed_entry_that_says_why(app: LocalApp, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp3"
    text.write_text("this is no recording")
    separated(app, text, "incoming/notes.mp3")
    entry = app.outcome("incoming/notes.mp3").entry
    assert entry is not None
    assert (entry.state, entry.outputs) == ("Failed", ())
    assert entry.code
    assert entry.message


def test_every_upload_has_its_own_job_and_entry(app: LocalApp) -> None:
    for n in range(3):
        app.upload(SAMPLE, f"incoming/{n}/talk 中文+%.mp3")
    assert app.cloud.wait_until_idle(60)
    outcomes = [app.outcome(f"incoming/{n}/talk 中文+%.mp3") for n in range(3)]
    assert all(outcome.succeeded for outcome in outcomes)
    assert len({outcome.entry.job_id for outcome in outcomes if outcome.entry}) == 3


def test_nothing_is_submitted_for_another_suffix_or_prefix(app: LocalApp) -> None:
    separated(app, SAMPLE, "incoming/notes.txt")
    separated(app, SAMPLE, "elsewhere/talk.mp3")
    assert [request for request in requests_of_doors(app) if request.service == "ci"] == []


def test_neither_logs_nor_results_hold_a_callback_address_a_secret_or_a_signature(app: LocalApp) -> None:
    separated(app, SAMPLE, KEY)
    told = ""
    for record in app.cloud.scf.invocations:
        told += "\n".join([*record.result.logs, repr(record.result.value), repr(record.result.error)])
    assert "job.submitted" in told
    assert "request.sent" in told
    assert app.environment["CALLBACK_SECRETS"] not in told
    assert app.environment["CALLBACK_URL"].removeprefix("https://") not in told
    assert "q-signature" not in told


def test_with_a_wrong_setting_the_function_fails_red_and_names_it() -> None:
    with LocalApp(ROOT, {"JOB_LEVEL": "9", "AUDIO_CODEC": "vorbis"}, ignore_logs) as app:
        app.deploy()
        separated(app, SAMPLE, KEY)
        records = app.cloud.scf.invocations
        assert [record.outcome for record in records] == ["retrying", "retrying", "dropped"]
        log = "\n".join(records[0].result.logs)
        assert "InvalidSettings" in log
        assert "JOB_LEVEL" in log
        assert "AUDIO_CODEC" in log
