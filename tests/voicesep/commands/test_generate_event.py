import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import xmltodict
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import EVENTS, SAMPLE, load_event
from voice_separation.bucket import Bucket
from voice_separation.cos_events import read_event
from voice_separation.jobs.detail import JobDetail
from voice_separation.jobs.outputs import stem_files
from voice_separation.notifications import parse_notification
from voice_separation.uploads import ObjectCreated, upload_id_of
from voicesep.events.cos import EVENT_NAMES
from voicesep.main import main

BUCKET = Bucket("media-1250000000", "ap-guangzhou")
KEY = "incoming/talk-over-music.mp3"
COS = ["cos", "--time", "1795221960"]
TIMER = ["timer", "--time", "1795221960"]
CALLBACK = ["callback", "--time", "2022-07-01T10:12:32+08:00"]  # when the vendor's sample was finished

# The files in events/ that are just what the command prints.
PRINTED = {
    "cos-put.json": COS,
    "cos-post.json": [*COS, "--type", "post"],
    "cos-copy.json": [*COS, "--type", "copy"],
    "cos-multipart-complete.json": [*COS, "--type", "multipart"],
    "cos-origin.json": [*COS, "--type", "origin"],
    "cos-replication.json": [*COS, "--type", "replication"],
    "cos-append.json": [*COS, "--type", "append"],
    "cos-delete.json": [*COS, "--type", "delete"],
    "cos-two-records.json": [*COS, "--key", KEY, "--key", "incoming/talk.wav"],
    "cos-output-prefix-loop.json": [*COS, "--key", f"separated/{KEY}/voice.mp3"],
    "cos-index-prefix-loop.json": [*COS, "--key", "index/index.json", "--size", "2048"],
    "cos-folder.json": [*COS, "--key", "incoming/2026/", "--size", "0"],
    "cos-uppercase-suffix.json": [*COS, "--key", "incoming/TALK.MP3"],
    "cos-unsupported-suffix.json": [*COS, "--key", "incoming/notes.txt", "--size", "2048"],
    "cos-key-with-spaces-and-中文.json": [*COS, "--key", "incoming/第1集 talk + music 100%.mp3"],
    "cos-key-with-plus-and-percent.json": [*COS, "--key", "incoming/1+1=100%20sure.mp3"],
    "callback-job.json": [*CALLBACK, "--format", "json"],
    "callback-failed.xml": [*CALLBACK, "--state", "Failed"],
    "callback-failed.json": [*CALLBACK, "--state", "Failed", "--format", "json"],
    "callback-music-mode.json": [*CALLBACK, "--mode", "MusicMode", "--format", "json"],
    "timer-reconcile.json": TIMER,
    "timer-audit.json": [*TIMER, "--name", "audit", "--message", "audit"],
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["generate-event", *arguments])


def printed(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def job(*arguments: str) -> JobDetail:
    (detail,) = parse_notification(printed("callback", *arguments).encode())
    return detail


def records(*arguments: str) -> list[ObjectCreated]:
    found = read_event(json.loads(printed("cos", *arguments)), default_region="")
    assert all(isinstance(record, ObjectCreated) for record in found)
    return [record for record in found if isinstance(record, ObjectCreated)]


def tree(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else xmltodict.parse(text)


def nodes(tree: Any, path: str = "") -> set[str]:
    """The paths of all nodes; how often one repeats does not matter."""
    if isinstance(tree, list):
        return {found for each in tree for found in nodes(each, path)}
    if isinstance(tree, dict):
        return {found for name, child in tree.items() for found in nodes(child, f"{path}/{name}")} | {path}
    return {path}


@pytest.mark.parametrize("name", PRINTED)
def test_an_event_of_the_collection_is_what_the_command_prints(name: str) -> None:
    assert tree(printed(*PRINTED[name])) == tree((EVENTS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("vendors", "options"),
    [
        ("callback-job.xml", []),
        ("callback-workflow.xml", ["--workflow"]),
        ("callback-workflow.json", ["--workflow", "--format", "json"]),
    ],
)
def test_a_notification_has_the_nodes_of_the_vendor_s_sample_but_its_template(vendors: str, options: list[str]) -> None:
    ours = nodes(tree(printed(*CALLBACK, "--user-data", "This is my VoiceSeparate job.", *options)))
    theirs = nodes(tree((EVENTS / vendors).read_text(encoding="utf-8")))
    assert ours <= theirs
    assert {path.rpartition("/")[2] for path in theirs - ours} == {"TemplateId", "TemplateName"}


@pytest.mark.parametrize("kind", EVENT_NAMES)
def test_a_cos_event_tells_what_happened_to_which_object(kind: str) -> None:
    (record,) = records("--type", kind, "--bucket", "other-1250000001", "--region", "ap-beijing", "--key", "a b.mp3")
    assert record == ObjectCreated(EVENT_NAMES[kind], Bucket("other-1250000001", "ap-beijing"), ("a b.mp3",))


def test_each_key_is_a_record_in_the_order_given() -> None:
    assert [record.key for record in records("--key", "2.mp3", "--key", "1.mp3")] == ["2.mp3", "1.mp3"]


def test_the_size_and_the_receiver_stand_in_the_record() -> None:
    (record,) = json.loads(printed("cos", "--size", "7"))["Records"]
    assert record["cos"]["cosObject"]["size"] == 7
    assert record["event"]["eventQueue"].endswith(":default.voice-dev-separation-submit.$DEFAULT")


@settings(deadline=None)  # each example is a whole command
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_key_is_read_back_as_it_was_given(key: str) -> None:
    (record,) = records("--key", key)
    assert record.keys == (key,)


@pytest.mark.parametrize("callback_format", ["xml", "json"])
@pytest.mark.parametrize(
    ("mode", "stems"),
    [
        ("IsAudio", ["voice"]),
        ("IsBackground", ["background"]),
        ("AudioAndBackground", ["voice", "background"]),
        ("MusicMode", ["voice", "background", "bass", "drum"]),
    ],
)
def test_a_successful_job_has_the_stems_of_its_mode(callback_format: str, mode: str, stems: list[str]) -> None:
    files = stem_files(job("--mode", mode, "--format", callback_format))
    assert [file.stem and file.stem.value for file in files] == stems
    assert [file.key for file in files] == [f"separated/{KEY}/{stem}.mp3" for stem in stems]
    assert len({file.md5 for file in files}) == len(stems)


@pytest.mark.parametrize("state", ["Submitted", "Running", "Failed", "Pause", "Cancel"])
def test_a_job_without_success_has_no_files_and_a_code_that_says_why(state: str) -> None:
    detail = job("--state", state)
    assert (detail.state, stem_files(detail)) == (state, ())
    assert detail.code == ("ResourceNotSupported" if state == "Failed" else "Success")
    assert (detail.end_time is not None) is detail.finished


def test_a_failure_can_be_told_in_words() -> None:
    detail = job("--state", "Failed", "--code", "InternalError", "--message", "Try <again> & again")
    assert (detail.code, detail.message) == ("InternalError", "Try <again> & again")


def test_a_job_is_of_the_bucket_the_key_and_the_id_that_were_given() -> None:
    detail = job("--bucket", "other-1250000001", "--region", "ap-beijing", "--key", " a b.mp3 ", "--job-id", "j1")
    assert detail.input is not None
    assert (detail.input.bucket_id, detail.input.region, detail.input.object) == (
        "other-1250000001",
        "ap-beijing",
        " a b.mp3 ",
    )
    assert detail.job_id == "j1"


def test_a_job_is_tied_to_the_sample_s_upload_unless_others_left_it() -> None:
    assert upload_id_of(job()) is not None
    assert upload_id_of(job("--key", "incoming/other.mp3")) != upload_id_of(job())
    assert job("--user-data", "mine").user_data == "mine"
    assert job("--workflow").user_data is None


@pytest.mark.parametrize("callback_format", ["xml", "json"])
def test_a_workflow_s_notification_names_the_workflow_and_the_upload_s_headers(callback_format: str) -> None:
    detail = job("--workflow", "--format", callback_format)
    assert detail.workflow is not None
    assert detail.workflow.workflow_name == "workflow-test"
    assert detail.input is not None
    assert {header.key for header in detail.input.cos_headers} == {"Content-Type", "EventName", "Size"}
    assert job().workflow is None


def test_a_timer_event_carries_the_custom_argument() -> None:
    assert json.loads(
        printed("timer", "--name", "daily", "--message", "audit", "--time", "2026-11-21T08:46:00+08:00")
    ) == {
        "Type": "Timer",
        "TriggerName": "daily",
        "Time": "2026-11-21T00:46:00Z",
        "Message": "audit",
    }


def test_without_a_time_it_happens_now() -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    told = datetime.strptime(json.loads(printed("timer"))["Time"], "%Y-%m-%dT%H:%M:%S%z")
    assert before <= told <= datetime.now(timezone.utc)


@pytest.mark.parametrize("time", ["1795221960", "2026-11-21T00:46:00Z", "2026-11-21T08:46:00+08:00"])
def test_one_time_written_in_several_ways_gives_one_output(time: str) -> None:
    assert json.loads(printed("cos", "--time", time)) == load_event("cos-put.json")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["cos", "--type", "rename"], "'put', 'post'"),
        (["cos", "--key", ""], "1 to 1024 bytes"),
        (["cos", "--key", "k" * 1025], "1 to 1024 bytes"),
        (["cos", "--key", "\udcff"], "UTF-8"),
        (["cos", "--bucket", "media"], "APPID"),
        (["cos", "--region", "gz"], "ap-guangzhou"),
        (["cos", "--size", "-1"], "--size"),
        (["cos", "--time", "yesterday"], "seconds since 1970"),
        (["cos", "--time", "2026-11-21T08:46:00"], "with its offset"),
        (["callback", "--state", "Done"], "Success"),
        (["callback", "--job-id", "../index.json"], "letters"),
        (["callback", "--user-data", "x" * 1025], "1024"),
        (["callback", "--key", "a\x01b"], "control character"),
        (["callback", "--format", "yaml"], "json"),
        (["tape"], "No such command"),
    ],
    ids=lambda value: "-".join(value)[:30] if isinstance(value, list) else "",
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def voicesep(*arguments: str, given: str = "") -> str:
    command = [str(Path(sys.executable).with_name("voicesep")), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_generated_cos_event_starts_submit() -> None:
    event = voicesep("generate-event", "cos", "--key", "incoming/a b.mp3")
    (outcome,) = json.loads(voicesep("invoke", "submit", "-e", "-", given=event))["records"]
    assert (outcome["result"], outcome["key"]) == ("submitted", "incoming/a b.mp3")
    reported = job("--key", "incoming/a b.mp3")
    assert upload_id_of(reported) == outcome["upload_id"], "a generated callback is of the very same upload"


def test_a_generated_notification_is_stored_by_callback() -> None:
    notification = voicesep("generate-event", "callback", "--key", "incoming/第1集.mp3")
    answer = json.loads(voicesep("invoke", "callback", "-e", "-", given=notification))
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"message": "stored"})


def test_the_default_size_is_the_sample_s() -> None:
    (record,) = json.loads(printed("cos"))["Records"]
    assert record["cos"]["cosObject"]["size"] == SAMPLE.stat().st_size
