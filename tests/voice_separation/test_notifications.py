import json
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from tests.support import EVENTS, load_event
from voice_separation.bucket import Bucket
from voice_separation.errors import NotificationError, NotificationMalformed, NotificationUnsupported, RequestRefused
from voice_separation.jobs.detail import JobDetail
from voice_separation.notifications import parse_notification, reported_bucket


def parsed(name: str) -> JobDetail:
    (detail,) = parse_notification((EVENTS / name).read_bytes())
    return detail


def as_json(**detail: Any) -> bytes:
    job = {"JobId": "j1", "State": "Success", "Tag": "VoiceSeparate", **detail}
    return json.dumps({"EventName": "TaskFinish", "JobsDetail": [job]}).encode()


def test_a_job_s_notification_in_xml_is_read() -> None:
    detail = parsed("callback-job.xml")
    assert (detail.job_id, detail.state, detail.tag) == (
        "j40644e92f8e311ecb90d0b03267ce0e5",
        "Success",
        "VoiceSeparate",
    )
    assert detail.input is not None
    assert (detail.input.bucket_id, detail.input.object) == ("test-123456789", "input/demo.mp3")
    assert detail.end_time is not None
    assert detail.end_time.isoformat() == "2022-07-01T10:12:32+08:00"
    assert detail.user_data == "This is my VoiceSeparate job."
    assert detail.message is None
    assert detail.workflow is None


def test_a_workflow_s_notification_says_the_same_in_xml_and_in_json() -> None:
    in_xml = parsed("callback-workflow.xml")
    assert in_xml == parsed("callback-workflow.json")
    assert in_xml.workflow is not None
    assert in_xml.workflow.run_id == "ic90edd59f84f11ec9d4f525400a3c59f"
    assert in_xml.input is not None
    assert [header.key for header in in_xml.input.cos_headers] == [
        "Content-Type",
        "x-cos-request-id",
        "EventName",
        "Size",
    ]


def test_several_jobs_in_one_message_are_all_read() -> None:
    tree = load_event("callback-workflow.json")
    tree["JobsDetail"].append({**tree["JobsDetail"][0], "JobId": "jsecond"})
    details = parse_notification(json.dumps(tree).encode())
    assert [detail.job_id for detail in details] == ["j40644e92f8e311ecb90d0b03267ce0e5", "jsecond"]
    text = xmltodict.unparse({"Response": tree})
    assert parse_notification(text.encode()) == details


def test_single_outputs_may_come_bare_instead_of_in_a_list() -> None:
    one = {"Bucket": "b-1", "ObjectName": "v.mp3", "Md5Info": {"Md5": "m", "ObjectName": "v.mp3"}}
    bare = as_json(Operation={"MediaResult": {"OutputFile": one}})
    listed = as_json(
        Operation={"MediaResult": {"OutputFile": {**one, "ObjectName": ["v.mp3"], "Md5Info": [one["Md5Info"]]}}}
    )
    assert parse_notification(bare) == parse_notification(listed)


def test_a_missing_event_name_an_unknown_node_and_missing_parts_do_not_matter() -> None:
    (detail,) = parse_notification(b'{"JobsDetail": {"JobId": "j1", "State": "Failed", "Brand": {"New": [1]}}}')
    assert (detail.job_id, detail.state, detail.input, detail.operation) == ("j1", "Failed", None, None)


def test_a_workflow_is_found_where_the_table_has_it_and_where_the_samples_have_it_and_in_a_list() -> None:
    workflow = {"RunId": "r1", "WorkflowId": "w1", "WorkflowName": "n1", "Name": "VoiceSeparate_1"}
    at_the_root = {"Workflow": workflow, "JobsDetail": [{"JobId": "j1", "State": "Success"}]}
    inside = {"JobsDetail": [{"JobId": "j1", "State": "Success", "Workflow": workflow}]}
    listed = {"JobsDetail": [{"JobId": "j1", "State": "Success", "Workflow": [workflow]}]}
    read = [parse_notification(json.dumps(tree).encode()) for tree in (at_the_root, inside, listed)]
    assert read[0] == read[1] == read[2]
    assert read[0][0].workflow is not None
    assert read[0][0].workflow.run_id == "r1"


def test_of_two_workflows_that_of_the_job_counts() -> None:
    tree = json.loads(as_json(Workflow={"Name": "of the job"}))
    (detail,) = parse_notification(json.dumps({**tree, "Workflow": {"Name": "of the message"}}).encode())
    assert detail.workflow is not None
    assert detail.workflow.name == "of the job"


@pytest.mark.parametrize("prefix", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_white_space_or_a_byte_order_mark_before_the_message_does_not_matter(prefix: bytes) -> None:
    assert parse_notification(prefix + as_json())[0].job_id == "j1"
    assert parse_notification(prefix + (EVENTS / "callback-job.xml").read_bytes())[0].state == "Success"


@pytest.mark.parametrize(
    "written",
    [{"ObjectPrefix": "p" * 1025}, {"ObjectName": ["n" * 1025]}, {"ObjectName": ["n"] * 101}],
    ids=["prefix", "name", "many names"],
)
def test_what_no_job_can_have_written_is_malformed(written: dict[str, Any]) -> None:
    with pytest.raises(NotificationMalformed):
        parse_notification(as_json(Operation={"MediaResult": {"OutputFile": written}}))


@pytest.mark.parametrize(
    "body",
    [
        b"<Response><EventName>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</EventName></Response>",
        b"<Response><EventName>WorkflowFinish</EventName></Response>",
        b'{"EventName": "AuditFinish", "JobsDetail": []}',
        as_json(Tag="Transcode"),
    ],
    ids=["nested event", "XML", "JSON", "tag"],
)
def test_other_events_and_tags_are_unsupported(body: bytes) -> None:
    with pytest.raises(NotificationUnsupported):
        parse_notification(body)


@pytest.mark.parametrize("body", [b"", b"hello", b"JobId=j1", b"\x00", b"\x1f\x8b\x08"])
def test_what_is_neither_xml_nor_json_is_refused_with_415(body: bytes) -> None:
    with pytest.raises(RequestRefused) as caught:
        parse_notification(body)
    assert caught.value.status == 415


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<Response><JobsDetail><JobId>j1</JobId><State>&b;</State></JobsDetail></Response>"""


@pytest.mark.parametrize(
    "body",
    [
        b"<",
        b"<Response>",
        b"<Response/>",
        b"<Other><JobsDetail/></Other>",
        b"<Response><JobsDetail>text</JobsDetail></Response>",
        b"<Response><JobsDetail><State>Success</State></JobsDetail></Response>",
        b'<?xml version="1.0" encoding="nonsense"?><Response/>',
        b"<Response>\xff</Response>",
        BOMB,
        b"{",
        b"[]",
        b"{}",
        b'{"JobsDetail": []}',
        b'{"JobsDetail": ["j1"]}',
        b'{"JobsDetail": [{"JobId": ["j1"], "State": "Success"}]}',
        b'{"JobsDetail": [{"JobId": "../../index.json", "State": "Success"}]}',
        b'{"JobsDetail": [{"JobId": "\\ud800", "State": "Success"}]}',
        b'{"JobsDetail": [{"JobId": "j1", "State": "\\ud800"}]}',
        b"[" * 100_000,
        json.dumps({"JobsDetail": [{"JobId": f"j{n}", "State": "Success"} for n in range(11)]}).encode(),
    ],
    ids=range(20),
)
def test_what_holds_no_readable_job_is_malformed(body: bytes) -> None:
    with pytest.raises(NotificationMalformed):
        parse_notification(body)


def test_the_settings_choose_the_bucket_to_ask_about_not_the_message() -> None:
    reported = parse_notification((EVENTS / "callback-job.xml").read_bytes())
    ours = Bucket("media-1250000000", "ap-guangzhou")
    assert reported_bucket(reported, name=ours.name, region=ours.region) == ours
    assert reported_bucket(reported, name=None, region="") == Bucket("test-123456789", "ap-chongqing")


def test_without_any_bucket_there_is_nothing_to_ask() -> None:
    with pytest.raises(NotificationMalformed, match="INPUT_BUCKET"):
        reported_bucket(parse_notification(as_json()), name=None, region="ap-guangzhou")


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12).map(str.strip)
trees = st.recursive(
    texts | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Operation",
                    "Output",
                    "MediaResult",
                    "OutputFile",
                    "Md5Info",
                    "Object",
                    "Input",
                    "Workflow",
                    "MediaInfo",
                    "Stream",
                    "Audio",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["JobId", "State", "Tag", "Input", "Operation", "EndTime", "Workflow"]), trees))
def test_any_tree_of_known_nodes_is_read_or_named_malformed(job: dict[str, Any]) -> None:
    try:
        details = parse_notification(as_json(**job))
    except NotificationError:
        return
    assert len(details) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises((NotificationError, RequestRefused)):
        parse_notification(body)
