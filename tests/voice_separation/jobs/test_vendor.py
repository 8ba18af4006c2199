"""Every example and every row of the vendor's own pages: nothing is lost, nothing is missing."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
import xmltodict
from pydantic import BaseModel

from tests.support import EVENTS
from voice_separation.jobs.answer import _Response, parse_jobs
from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, Stem, VoiceSeparate
from voice_separation.jobs.callbacks import NoCallback, TdmqCallback, UrlCallback
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.formats import CallbackFormat
from voice_separation.jobs.request import JobRequest, render
from voice_separation.notifications import _Notification, parse_notification

VENDOR = Path(__file__).parent / "vendor"
NOTIFICATIONS = ["callback-job.xml", "callback-workflow.xml", "callback-workflow.json"]
RESPONSES = ["response-template.xml", "response-is-audio.xml"]
ROWS = json.loads((VENDOR / "nodes.json").read_text())


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a tree with the names that lead to it; empty ones say nothing and are left out."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from leaves(value, path)
    elif tree is not None and str(tree).strip():
        yield path, as_the_vendor_writes(tree)


def as_the_vendor_writes(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S%z")
    try:
        return str(float(value))
    except ValueError:
        return str(value)


def told(details: tuple[JobDetail, ...]) -> Counter[tuple[str, str]]:
    return Counter(leaves([detail.model_dump(by_alias=True) for detail in details]))


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_no_node_of_a_notification_is_lost(name: str) -> None:
    content = (EVENTS / name).read_bytes()
    tree = json.loads(content) if name.endswith("json") else xmltodict.parse(content)["Response"]
    assert told(parse_notification(content)) == Counter(leaves(tree["JobsDetail"]))


@pytest.mark.parametrize("name", RESPONSES)
def test_no_node_of_an_answer_is_lost(name: str) -> None:
    content = (VENDOR / name).read_bytes()
    assert told(parse_jobs(content).details) == Counter(leaves(xmltodict.parse(content)["Response"]["JobsDetail"]))


def node_paths(model: Any, path: str) -> Iterator[str]:
    """The path of every node that a model knows, however deep its type is wrapped."""
    for inner in get_args(model):
        yield from node_paths(inner, path)
    if isinstance(model, type) and issubclass(model, BaseModel):
        for field in model.model_fields.values():
            below = f"{path}.{field.alias}"
            yield below
            for part in (field.annotation, *field.metadata):
                yield from node_paths(part, below)


def rendered_paths() -> set[str]:
    found = set()
    for path in [*VENDOR.glob("mode-*.xml"), VENDOR / "request-template.xml"]:
        request = REQUESTS[path.name]
        for leaf, _ in leaves(xmltodict.parse(render(request))):
            names = leaf.split(".")
            found |= {".".join(names[:n]) for n in range(1, len(names) + 1)}
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['page']} {row['parent']}.{row['node']}")
def test_every_row_of_the_vendor_s_tables_is_a_node_that_a_model_knows(row: dict[str, str]) -> None:
    path = f"{row['parent']}.{row['node']}".removeprefix(".")
    answers = {"Response", *node_paths(_Response, "Response"), *node_paths(_Notification, "Response")}
    assert path in answers | rendered_paths()


def test_a_node_that_no_model_knows_would_be_found_missing() -> None:
    answers = {*node_paths(_Response, "Response"), *node_paths(_Notification, "Response")}
    assert "Response.JobsDetail.Operation.MediaInfo.Stream.Audio.SampleRate" in answers
    assert "Response.JobsDetail.Operation.Brand" not in answers


def job(mode: str, codec: str, **fields: Any) -> JobRequest:
    config = {"samplerate": 44100, "channels": 2, **fields.pop("config", {})}
    parameters = VoiceSeparate(audio_mode=AudioMode(mode), audio_config=AudioConfig(codec=Codec(codec), **config))
    return JobRequest(
        **{
            "object": "in/song.mp3",
            "output_bucket": "out-1250000000",
            "output_region": "ap-beijing",
            "parameters": parameters,
            **fields,
        }
    )


REQUESTS = {
    "request-template.xml": JobRequest(
        object="test.mp4",
        output_bucket="abc-1250000000",
        output_region="ap-beijing",
        outputs={Stem.BACKGROUND: "background.mp3", Stem.VOICE: "voice.mp3"},
        template_id="t1460606b9752148c4ab182f55163ba7cd",
        queue_id="p893bcda225bf4945a378da6662e81a89",
    ),
    "request-is-audio.xml": job(
        "IsAudio",
        "mp3",
        object="test.mp4",
        output_bucket="abc-1250000000",
        config={"bitrate": 12},
        outputs={Stem.BACKGROUND: "test-trans.mp3"},
        queue_id="p893bcda225bf4945a378da6662e81a89",
    ),
    "mode-IsAudio.xml": job("IsAudio", "mp3", outputs={Stem.VOICE: "out/${jobid}.${ext}"}, callback=NoCallback()),
    "mode-IsBackground.xml": job(
        "IsBackground", "flac", outputs={Stem.BACKGROUND: "out/${jobid}.${ext}"}, callback=NoCallback()
    ),
    "mode-AudioAndBackground.xml": job(
        "AudioAndBackground",
        "mp3",
        object="in/song & dance.mp3",
        config={"bitrate": 128},
        outputs={Stem.BACKGROUND: "out/background.${ext}", Stem.VOICE: "out/voice.${ext}"},
        user_data="opaque",
        job_level=1,
        queue_id="p893bcda225bf4945a378da6662e81a89",
        callback=UrlCallback(url="https://callback.example/v1/x?a=1&b=2", format=CallbackFormat.JSON),
    ),
    "mode-MusicMode.xml": job(
        "MusicMode",
        "wav",
        config={"samplerate": None, "channels": None},
        outputs={stem: f"out/{stem.value}.wav" for stem in Stem},
        callback=TdmqCallback(region="gz", name="done", format=CallbackFormat.XML),
    ),
}


def canonical(document: bytes) -> bytes:
    """The document with its nodes sorted by name and without what is empty, in canonical XML 2.0."""
    root = ET.fromstring(document)  # noqa: S314 - our own fixtures
    for element in list(root.iter()):
        element[:] = sorted(
            (child for child in element if len(child) or (child.text or "").strip()), key=lambda e: e.tag
        )
    return ET.canonicalize(ET.tostring(root), strip_text=True).encode()


@pytest.mark.parametrize("name", REQUESTS)
def test_what_we_send_is_the_vendor_s_sample_byte_for_byte_once_canonical(name: str) -> None:
    sample = (VENDOR / name).read_bytes()
    if name == "request-template.xml":  # the sample leaves both names empty, which its own table forbids
        sample = sample.replace(b"<Object></Object>", b"<Object>background.mp3</Object>")
        sample = sample.replace(b"<AuObject></AuObject>", b"<AuObject>voice.mp3</AuObject>")
    assert canonical(render(REQUESTS[name])) == canonical(sample)
