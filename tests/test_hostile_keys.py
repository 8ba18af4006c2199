"""Uploaders as attackers: whatever an object is called, and whatever it says, everything stays where it belongs.

The objects are uploaded to a local cloud whose trigger calls the real function `submit`.
"""

import io
import json
import wave
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.ci.jobs import Job
from tests.support import ROOT, load_event
from voice_separation.index.documents import Refused
from voice_separation.index.entries import Entry
from voicesep.local import LocalApp

LONGEST = "incoming/" + "x" * (1024 - len("incoming/.wav")) + ".wav"
# Each is a legal key of COS. What is to become of them is the same: a job, its stems, its entry.
SEPARATED = [
    "incoming/../index/jobs/00/j1.json.wav",
    "incoming/../../../etc/cron.d/x.wav",
    "incoming/./a/.././b.wav",
    "incoming//double.wav",
    "incoming/%2e%2e/%2e%2e/index/a.wav",
    "incoming/..%2F..%2Findex/a.wav",
    "incoming/index/jobs/00/j1.json.wav",
    "incoming/separated/incoming/a.wav/voice.mp3.wav",
    "incoming/<Object>&lt;]]>\"'<!--.wav",
    "incoming/</Object></Input><CallBack>http://evil.example</CallBack>.wav",
    'incoming/{"key": ["a", null]}\\".wav',
    "incoming/${jobid}/${ext}.wav",
    "incoming/$%7Bjobid%7D.wav",
    "incoming/{stem}{0}{key.__class__}%s%(key)s.wav",
    "incoming/a?x=1&y=2#z.wav",
    "incoming/a;b=c,d|e>f`g$(h).wav",
    "incoming/ space at both ends .wav",
    "incoming/line\nand\ttab.wav",
    "incoming/\x7f\u0085\u2028\u202egpj.wav",
    "incoming/\N{PILE OF POO}\U0010fffd中文.wav",
    "incoming/http://evil.example/a.wav",
    LONGEST,
]
# No request to CI can carry these characters, so these are refused with the reason.
REFUSED = ["incoming/nul\0.wav", "incoming/\x1b[31mred.wav", "incoming/return\r.wav", "incoming/\ufffe.wav"]
# And these are no uploads, however much they look like some.
LEFT_ALONE = [
    "index/jobs/00/j1.json.wav",
    "separated/incoming/a.wav/voice.wav",
    "incoming",
    "incoming/.wav/",
    "Incoming/a.wav",
    "/incoming/a.wav",
    "incoming/a.wav.json",
    "../incoming/a.wav",
]


def tone() -> bytes:
    """A tenth of a second of something, quickly separated."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(bytes(range(256)) * 35)
    return file.getvalue()


@pytest.fixture(scope="module")
def app() -> Iterator[LocalApp]:
    """The app, after all these objects were uploaded and everything has come to rest."""
    with LocalApp(ROOT, {}, lambda *_: None) as app:
        app.deploy()
        for number, key in enumerate([*SEPARATED, *REFUSED, *LEFT_ALONE]):
            content = tone() + bytes([number])  # each its own content
            app.cloud.cos.put(app.bucket.name, key, content, content_type="audio/wav")
        assert app.cloud.wait_until_idle(120)
        yield app


def written(app: LocalApp, prefix: str = "") -> list[str]:
    """The keys that the app and CI have written."""
    listing = app.cloud.cos.list(app.bucket.name, prefix=prefix).contents
    return [stored.key for stored in listing if stored.key not in (*SEPARATED, *REFUSED, *LEFT_ALONE)]


def documents(app: LocalApp, folder: str) -> list[Any]:
    stored = [app.cloud.cos.get(app.bucket.name, key) for key in written(app, f"index/{folder}/")]
    return [json.loads(each.path.read_bytes()) for each in stored]


def jobs(app: LocalApp) -> list[Job]:
    return [job for job in app.cloud.ci.jobs() if isinstance(job, Job)]


def test_each_upload_has_its_job_its_stems_and_its_entry_under_its_very_key(app: LocalApp) -> None:
    entries = [Entry.model_validate(document) for document in documents(app, "jobs")]
    assert sorted(str(entry.input.key) for entry in entries) == sorted(SEPARATED)
    assert {entry.state for entry in entries} == {"Success"}
    for entry in entries:
        assert [output.stem for output in entry.outputs] == ["voice", "background"], entry.input.key
        assert {output.key for output in entry.outputs} <= set(written(app, "separated/"))


def test_what_no_request_can_name_is_refused_with_the_reason(app: LocalApp) -> None:
    refused = [Refused.model_validate(document) for document in documents(app, "refused")]
    assert sorted(each.upload.key for each in refused) == sorted(REFUSED)
    assert all("rename it" in each.reason.message for each in refused)


def test_nothing_else_is_submitted(app: LocalApp) -> None:
    assert sorted(job.request.input.object for job in jobs(app)) == sorted(SEPARATED)


def test_everything_that_is_written_lies_below_the_output_or_the_index_prefix(app: LocalApp) -> None:
    assert len(written(app)) > 4 * len(SEPARATED)
    for key in written(app):
        assert key.startswith(("separated/", "index/")), key
        assert not {".", ".."} & set(key.split("/")), key
        assert len(key.encode()) <= 1024


def test_no_document_of_the_index_is_named_after_a_key(app: LocalApp) -> None:
    documents = written(app, "index/")
    assert "".join(documents).isascii()
    assert not any("incoming" in key for key in documents)
    assert {key.split("/")[1] for key in documents} == {"claims", "jobs", "log", "pending", "refused"}


def test_placeholders_and_climbing_keys_give_way_to_the_upload_id(app: LocalApp) -> None:
    for job in jobs(app):
        key, output = job.request.input.object, job.request.operation.output
        climbs = bool({".", ".."} & set(key.split("/"))) or "${" in key or key == LONGEST
        assert (key in output.au_object) is not climbs, key
        assert "${" not in output.au_object + output.object


def test_no_text_of_the_uploader_s_chooses_a_bucket_or_an_address(app: LocalApp) -> None:
    assert len(jobs(app)) == len(SEPARATED)
    for job in jobs(app):
        assert job.request.operation.output.bucket == app.bucket.name
        assert job.request.call_back.startswith(app.environment["CALLBACK_URL"] + "/v1/")
    assert {request.host for request in app.cloud.recorder.requests() if request.service in ("cos", "ci")} == {
        app.bucket.cos_host,
        app.bucket.ci_host,
    }


def test_neither_does_the_metadata_on_an_object() -> None:
    metadata = {
        "x-cos-meta-voice-separation-output-bucket": "evil-1250000000",
        "x-cos-meta-voice-separation-callback-url": "http://evil.example",
        "x-cos-meta-voice-separation-index-prefix": "../",
        "x-cos-meta-voice-separation-codec": "wav",
        "x-cos-meta-other": "</Object>${jobid}\u00e9",
    }
    with LocalApp(ROOT, {}, lambda *_: None) as app:
        app.deploy()
        app.cloud.cos.put(app.bucket.name, "incoming/a.wav", tone(), content_type="audio/wav", metadata=metadata)
        assert app.cloud.wait_until_idle(60)
        (job,) = jobs(app)
        assert job.request.operation.output.bucket == app.bucket.name
        assert job.request.operation.output.au_object == "separated/incoming/a.wav/voice.wav"
        assert job.request.call_back.startswith(app.environment["CALLBACK_URL"])


@pytest.mark.parametrize(
    "change",
    [{"name": "evil"}, {"name": "evil.example/x?"}, {"appid": "1"}, {"name": "media-1250000000.cos.evil.example/"}],
    ids=["another bucket", "a host", "another account", "a whole address"],
)
def test_an_event_that_names_another_bucket_is_skipped_without_a_request(app: LocalApp, change: dict[str, str]) -> None:
    event = load_event("cos-put.json")
    event["Records"][0]["cos"]["cosBucket"] |= change
    before = len(app.cloud.recorder.requests("cos"))
    result = app.cloud.scf.invoke("submit", event)
    assert [record["result"] for record in result.value["records"]] == ["skipped"]
    assert len(app.cloud.recorder.requests("cos")) == before
