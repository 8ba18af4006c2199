"""Every file in events/ has one purpose; these tables say what becomes of it when a door gets it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture

import callback
import reconcile
import submit
from localcloud import LocalCloud
from tests.support import EVENTS, SAMPLE, load_event
from tests.voice_separation.conftest import BUCKET, Workbench
from voice_separation.bucket import Bucket
from voice_separation.capability import KeyRing
from voice_separation.cos_events import read_event
from voice_separation.errors import CapabilityRefused, MalformedEvent
from voice_separation.gateway import read_request
from voice_separation.index.entries import Entry
from voice_separation.instance import Invocation
from voice_separation.notifications import parse_notification
from voice_separation.settings import Settings
from voice_separation.uploads import ObjectCreated, reason_to_skip, upload_id_of

TALK = "incoming/talk-over-music.mp3"
CONTEXT = {"request_id": "request-1"}
SECRET = "an-example-secret-that-signs-nothing-real"  # with which events/function-url.json was signed
VENDORS = Bucket("test-123456789", "ap-chongqing")  # of the vendor's samples

# file -> what `submit` makes of each record: the key it submits, or why it does not
COS = {
    "cos-put.json": [f"submitted {TALK}"],
    "cos-post.json": [f"submitted {TALK}"],
    "cos-copy.json": [f"submitted {TALK}"],
    "cos-multipart-complete.json": [f"submitted {TALK}"],
    "cos-origin.json": [f"submitted {TALK}"],
    "cos-replication.json": [f"submitted {TALK}"],
    "cos-append.json": [f"submitted {TALK}"],  # whether COS sends it at all is UNVERIFIED
    "cos-delete.json": ["skipped not an ObjectCreated event"],
    "cos-two-records.json": [f"submitted {TALK}", "submitted incoming/talk.wav"],
    "cos-empty-records.json": [],
    "cos-duplicate-of-put.json": [f"submitted {TALK}"],  # when it comes alone
    "cos-output-prefix-loop.json": ["skipped outside INPUT_PREFIX"],
    "cos-index-prefix-loop.json": ["skipped outside INPUT_PREFIX"],
    "cos-folder.json": ["skipped a folder"],
    "cos-uppercase-suffix.json": ["submitted incoming/TALK.MP3"],
    "cos-unsupported-suffix.json": ["skipped suffix not in INPUT_SUFFIXES"],
    "cos-key-with-spaces-and-中文.json": ["submitted incoming/第1集 talk + music 100%.mp3"],
    "cos-key-with-plus-and-percent.json": ["submitted incoming/1+1=100%20sure.mp3"],
    "cos-without-url.json": [f"submitted {TALK}"],
    "cos-documented-2018.json": [f"submitted {TALK}"],
    "cos-observed-2019.json": [f"submitted {TALK}"],
    "ci-workflow-object-info.json": [f"submitted {TALK}"],
}

# file -> what `callback` answers when CI confirms the jobs, and the entries that it writes
BOTH = f"Success Success {TALK}: voice background"
CALLBACKS: dict[str, tuple[int, list[str]]] = {
    "callback-job.xml": (200, ["Success Success input/demo.mp3: voice background"]),
    "callback-workflow.xml": (200, ["Success Success input/demo.mp3: voice background"]),
    "callback-workflow.json": (200, ["Success Success input/demo.mp3: voice background"]),
    "callback-job.json": (200, [BOTH]),
    "callback-failed.xml": (200, [f"Failed ResourceNotSupported {TALK}:"]),
    "callback-failed.json": (200, [f"Failed ResourceNotSupported {TALK}:"]),
    "callback-one-output.json": (200, [f"Success Success {TALK}: voice"]),
    "callback-two-jobs.json": (200, ["Failed ResourceNotSupported incoming/talk.wav:", BOTH]),
    "callback-music-mode.json": (200, [f"Success Success {TALK}: voice background bass drum"]),
    "callback-no-event-name.xml": (200, [BOTH]),
    "callback-unexpanded-placeholders.json": (200, [BOTH]),
    "callback-other-tag.json": (422, []),
    "callback-workflow-finish.xml": (422, []),
    "callback-malformed.json": (400, []),
    "callback-malformed.xml": (400, []),
}

# file -> what `callback` answers to the HTTP event; the address in it expired in 2022
HTTP = {"function-url.json": 401, "function-url-get.json": 405, "api-gateway.json": 401}

# file -> what `reconcile` does in a bucket where there is nothing to do
TIMERS: dict[str, dict[str, Any]] = {
    "timer-reconcile.json": {
        "submitted": 0,
        "waiting": 0,
        "finished": 0,
        "still_open": 0,
        "oldest_open_s": 0,
        "jobs": 0,
    },
    "timer-audit.json": {"unclaimed": 0, "dead": 0, "earlier": 0, "complete": True},
}


@dataclass
class Doors:
    """The instance that the doors find when they are called here: it serves a bucket of a local cloud."""

    bench: Workbench
    bucket: Bucket = BUCKET

    def invocation(self, context: Mapping[str, str]) -> Invocation:
        call = self.bench.invocation(context["request_id"], input_bucket=self.bucket.name, callback_secrets=SECRET)
        return replace(call, region=self.bucket.region)

    def upload_all(self, event: Any) -> None:
        for record in read_event(event, default_region=self.bucket.region):
            assert isinstance(record, ObjectCreated)
            self.bench.upload(record.key, SAMPLE.read_bytes())

    def submit(self, event: Any, context: Mapping[str, str] = CONTEXT) -> list[str]:
        """What became of each record."""
        records = submit.main_handler(event, context)["records"]
        return [f"{record['result']} {record.get('reason', record['key'])}" for record in records]

    def callback(self, event: Any) -> int:
        """The HTTP status of the answer."""
        return int(callback.main_handler(event, CONTEXT)["statusCode"])

    def entries(self) -> list[str]:
        listing = self.bench.cloud.cos.list(self.bucket.name, prefix="index/jobs/").contents
        told = []
        for stored in listing:
            entry = Entry.model_validate_json(stored.path.read_bytes())
            stems = "".join(f" {output.stem}" for output in entry.outputs)
            told.append(f"{entry.state} {entry.code} {entry.input.key}:{stems}")
        return sorted(told)


@pytest.fixture
def doors(cloud: LocalCloud, mocker: MockerFixture) -> Doors:
    for bucket in (BUCKET, VENDORS):
        cloud.cos.create_bucket(bucket.name, bucket.region)
    doors = Doors(Workbench(cloud))
    for door in (submit, callback, reconcile):
        mocker.patch.object(door, "this_instance", return_value=doors)
    return doors


def test_every_event_is_in_just_one_table() -> None:
    pinned = [*COS, *CALLBACKS, *HTTP, *TIMERS]
    assert sorted(pinned) == sorted(path.name for path in EVENTS.iterdir())


@pytest.mark.parametrize("name", COS)
def test_submit_does_with_each_record_of_a_cos_event_what_the_table_says(doors: Doors, name: str) -> None:
    event = load_event(name)
    doors.upload_all(event)
    assert doors.submit(event) == COS[name]


def test_a_duplicate_differs_in_the_delivery_only_and_makes_no_second_job(doors: Doors) -> None:
    put, duplicate = load_event("cos-put.json"), load_event("cos-duplicate-of-put.json")
    doors.upload_all(put)
    assert doors.submit(put) == [f"submitted {TALK}"]
    assert doors.submit(duplicate, {"request_id": "request-2"}) == ["held it is claimed already"]
    assert put != duplicate
    duplicate["Records"][0]["event"]["reqid"] = put["Records"][0]["event"]["reqid"]
    assert put == duplicate


@pytest.mark.parametrize("name", ["cos-output-prefix-loop.json", "cos-index-prefix-loop.json"])
def test_what_the_app_wrote_is_no_upload_even_where_every_key_is_input(name: str) -> None:
    (record,) = read_event(load_event(name), default_region="")
    assert isinstance(record, ObjectCreated)
    assert reason_to_skip(record, Settings(input_prefix="")) == "written by this app"


def test_a_short_region_is_none_so_the_function_s_own_is_taken() -> None:
    (record,) = read_event(load_event("cos-observed-2019.json"), default_region="ap-guangzhou")
    assert isinstance(record, ObjectCreated)
    assert record.bucket == BUCKET
    assert load_event("cos-observed-2019.json")["Records"][0]["cos"]["cosBucket"].keys() == {"name", "appid", "region"}


@pytest.mark.parametrize("name", CALLBACKS)
def test_callback_answers_a_notification_and_writes_the_entries_that_the_table_says(doors: Doors, name: str) -> None:
    body = (EVENTS / name).read_bytes()
    doors.bucket = VENDORS if VENDORS.name.encode() in body else BUCKET
    status, written = CALLBACKS[name]
    if status == 200:
        doors.bench.cloud.ci.restore(body)
    path = KeyRing((SECRET,)).static_path()
    event = {"httpMethod": "POST", "path": path, "headers": {}, "body": body.decode()}
    assert doors.callback(event) == status
    assert doors.entries() == written


def test_one_output_is_bare_where_several_are_a_list() -> None:
    def files(name: str) -> Any:
        return load_event(name)["JobsDetail"][0]["Operation"]["MediaResult"]["OutputFile"]

    assert isinstance(files("callback-one-output.json")["ObjectName"], str)
    assert isinstance(files("callback-one-output.json")["Md5Info"], dict)
    assert isinstance(files("callback-job.json")["ObjectName"], list)


def test_unexpanded_placeholders_stand_in_the_output_that_was_asked_for_only() -> None:
    operation = load_event("callback-unexpanded-placeholders.json")["JobsDetail"][0]["Operation"]
    assert "${" in json.dumps(operation["Output"])
    assert "${" not in json.dumps(operation["MediaResult"])


@pytest.mark.parametrize("name", HTTP)
def test_callback_answers_an_http_event_as_the_table_says_and_writes_nothing(doors: Doors, name: str) -> None:
    doors.bench.cloud.ci.restore((EVENTS / "callback-job.json").read_bytes())
    assert doors.callback(load_event(name)) == HTTP[name]
    assert doors.entries() == []


@pytest.mark.parametrize("name", ["function-url.json", "api-gateway.json"])
def test_an_http_event_is_refused_for_nothing_but_the_age_of_its_address(name: str) -> None:
    request = read_request(load_event(name))
    request.check()
    assert parse_notification(request.content()) == parse_notification((EVENTS / "callback-job.json").read_bytes())
    expiry = int(request.path.split("/")[-2])
    ring = KeyRing((SECRET,))
    (detail,) = parse_notification(request.content())
    grant = ring.verify(request.path, now=datetime.fromtimestamp(expiry, timezone.utc))
    assert grant.upload_id == upload_id_of(detail)
    with pytest.raises(CapabilityRefused, match="expired"):
        ring.verify(request.path, now=datetime.fromtimestamp(expiry + 1, timezone.utc))


@pytest.mark.parametrize("name", TIMERS)
def test_reconcile_does_at_a_timer_what_the_table_says_and_the_other_doors_refuse_it(doors: Doors, name: str) -> None:
    assert reconcile.main_handler(load_event(name), CONTEXT) == TIMERS[name]
    assert doors.callback(load_event(name)) == 400
    with pytest.raises(MalformedEvent):
        doors.submit(load_event(name))


def test_events_hold_made_up_data_only() -> None:
    for path in EVENTS.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "AKID" not in text.replace("AKIDEXAMPLE", ""), path
