import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support import EVENTS, load_event
from voice_separation.bucket import Bucket
from voice_separation.index.entries import Entry, entry_of
from voice_separation.jobs.detail import Input, JobDetail, Operation
from voice_separation.notifications import parse_notification
from voice_separation.uploads import Upload, user_data_of

UPLOAD = Upload(Bucket("media-1250000000", "ap-guangzhou"), "incoming/a.mp3", "d41d8cd98f00b204e9800998ecf8427e", 7)


def stored(name: str) -> dict[str, Any]:
    (detail,) = parse_notification((EVENTS / name).read_bytes())
    entry: dict[str, Any] = json.loads(entry_of(detail, bucket="asked-1", region="asked").content())
    return entry


def ours(**changes: Any) -> JobDetail:
    said = {"bucket_id": UPLOAD.bucket.name, "object": UPLOAD.key, "region": UPLOAD.bucket.region}
    operation = Operation(user_data=changes.pop("user_data", user_data_of(UPLOAD)))
    return JobDetail(job_id="j1", state="Success", input=Input(**{**said, **changes}), operation=operation)


def test_the_vendor_s_job_becomes_this_entry() -> None:
    assert stored("callback-job.xml") == {
        "schema": "voice-separation/entry/1",
        "job_id": "j40644e92f8e311ecb90d0b03267ce0e5",
        "state": "Success",
        "code": "Success",
        "message": None,
        "upload_id": None,
        "input": {"bucket": "test-123456789", "region": "ap-chongqing", "key": "input/demo.mp3"},
        "outputs": [
            {
                "stem": "voice",
                "bucket": "test-123456789",
                "region": "ap-chongqing",
                "key": "output/audio.mp3",
                "md5": "3b883c0462ba845acdf3eb7e30db1a1c",
            },
            {
                "stem": "background",
                "bucket": "test-123456789",
                "region": "ap-chongqing",
                "key": "output/backgroud.mp3",
                "md5": "62de6bb513d6105eeeb1a6ab0077cb5a",
            },
        ],
        "created_at": "2022-07-01T10:12:26+08:00",
        "started_at": "2022-07-01T10:12:27+08:00",
        "finished_at": "2022-07-01T10:12:32+08:00",
        "media": {
            "format": "mp3",
            "duration_s": 13.688163,
            "bitrate_kbps": 128.147,
            "sample_rate_hz": 44100,
            "channels": 2,
            "size_bytes": 219263,
        },
        "template": {"id": "t1f6ac18da8bdc403fa27ac4ffnd7a6sa1", "name": "videoseparate_12654"},
        "queue_id": "p2242ab62c7c94486915508540933a2c6",
        "user_data": "This is my VoiceSeparate job.",
        "workflow": None,
    }


def test_a_workflow_s_job_names_its_workflow() -> None:
    assert stored("callback-workflow.xml")["workflow"] == {
        "run_id": "ic90edd59f84f11ec9d4f525400a3c59f",
        "workflow_id": "web6ac56c1ef54dbfa44d7f4103203be9",
        "workflow_name": "workflow-test",
        "name": "VoiceSeparate_1581665960537",
    }


def test_the_bytes_are_the_same_whether_the_service_wrote_xml_or_json() -> None:
    (in_xml,) = parse_notification((EVENTS / "callback-workflow.xml").read_bytes())
    (in_json,) = parse_notification((EVENTS / "callback-workflow.json").read_bytes())
    assert entry_of(in_xml, bucket="b", region="r").content() == entry_of(in_json, bucket="b", region="r").content()


def test_the_order_in_which_the_service_lists_outputs_does_not_change_the_bytes() -> None:
    tree = load_event("callback-workflow.json")
    (forth,) = parse_notification(json.dumps(tree).encode())
    written = tree["JobsDetail"][0]["Operation"]["MediaResult"]["OutputFile"]
    written["ObjectName"].reverse()
    written["Md5Info"].reverse()
    (back,) = parse_notification(json.dumps(tree).encode())
    assert entry_of(forth, bucket="b", region="r").content() == entry_of(back, bucket="b", region="r").content()


def test_the_bytes_are_canonical_utf_8_json_on_one_line() -> None:
    content = entry_of(ours(object="incoming/中文.mp3"), bucket="b", region="r").content()
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 1
    assert "incoming/中文.mp3" in content.decode()
    tree = json.loads(content)
    assert list(tree) == sorted(tree)
    assert json.loads(Entry.model_validate_json(content).content()) == tree


def test_a_job_of_ours_is_tied_to_its_upload() -> None:
    assert entry_of(ours(), bucket="b", region="r").upload_id == UPLOAD.id


def test_a_failed_job_without_outputs_keeps_its_reason_and_the_bucket_that_was_asked() -> None:
    entry = entry_of(JobDetail(job_id="j1", state="Failed", code="X", message="why"), bucket="asked-1", region="asked")
    assert (entry.state, entry.code, entry.message, entry.outputs, entry.media) == ("Failed", "X", "why", (), None)
    assert (entry.input.bucket, entry.input.region, entry.input.key) == ("asked-1", "asked", None)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_texts_of_the_service_are_kept_and_read_back(message: str, key: str) -> None:
    detail = JobDetail(job_id="j1", state="Failed", message=message, input=Input(object=key))
    entry = entry_of(detail, bucket="b-1", region="r")
    assert Entry.model_validate_json(entry.content()) == entry
