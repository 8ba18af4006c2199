from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.notifications import read_notification
from localcloud.errors import CloudError

DETAIL = "<JobsDetail><JobId>{}</JobId><State>Success</State><Input><BucketId>b-1</BucketId></Input></JobsDetail>"


def test_one_job_in_xml_is_read() -> None:
    (job,) = read_notification(f"<Response>{DETAIL.format('j1')}</Response>".encode())
    assert (job.job_id, job.bucket, job.nodes["State"]) == ("j1", "b-1", "Success")


def test_several_jobs_in_xml_are_read() -> None:
    jobs = read_notification(f"<Response>{DETAIL.format('j1')}{DETAIL.format('j2')}</Response>".encode())
    assert [job.job_id for job in jobs] == ["j1", "j2"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"JobsDetail": [{"JobId": "j1", "Input": {"BucketId": "b-1"}}]}',
        b' {"JobsDetail": {"JobId": "j1", "Input": {"BucketId": "b-1"}}}',
    ],
)
def test_json_is_read_with_or_without_an_array(body: bytes) -> None:
    assert [job.job_id for job in read_notification(body)] == ["j1"]


def test_what_a_list_of_jobs_asks_for_is_read() -> None:
    nodes = (
        "<JobsDetail><JobId>j1</JobId><State>Failed</State><Tag>VoiceSeparate</Tag><QueueId>p1</QueueId>"
        "<CreationTime>2022-07-01T10:12:26+0800</CreationTime>"
        "<Input><BucketId>b-1</BucketId><Object>in/a.mp3</Object></Input>"
        "<Workflow><WorkflowId>w1</WorkflowId></Workflow></JobsDetail>"
    )
    (job,) = read_notification(f"<Response>{nodes}</Response>".encode())
    assert (job.state, job.tag, job.queue_id, job.input_object) == ("Failed", "VoiceSeparate", "p1", "in/a.mp3")
    assert job.workflow_id == "w1"
    assert job.creation_time == datetime(2022, 7, 1, 2, 12, 26, tzinfo=timezone.utc)


@pytest.mark.parametrize("time", ["", "-", "yesterday"])
def test_a_job_that_does_not_say_its_time_is_older_than_any_other(time: str) -> None:
    detail = f"{DETAIL.format('j1')[:-13]}<CreationTime>{time}</CreationTime></JobsDetail>"
    (job,) = read_notification(f"<Response>{detail}</Response>".encode())
    assert job.creation_time.year == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b'{"JobsDetail": []}',
        b'{"JobsDetail": [{"JobId": "j1"}]}',
        b'{"JobsDetail": [{"JobId": 1, "Input": {"BucketId": "b"}}]}',
        b"<Response/>",
        b"<Other/>",
        b"<Response><JobsDetail>text</JobsDetail></Response>",
        b"<Response><JobsDetail><JobId>j1</JobId><Input>text</Input></JobsDetail></Response>",
    ],
)
def test_what_tells_of_no_job_is_refused(body: bytes) -> None:
    with pytest.raises(CloudError) as refusal:
        read_notification(body)
    assert (refusal.value.status, refusal.value.code) == (400, "InvalidContent")


@given(st.one_of(st.binary(), st.binary().map(lambda tail: b"{" + tail), st.binary().map(lambda tail: b"<" + tail)))
def test_whatever_comes_is_refused_in_the_vendors_words(body: bytes) -> None:
    with pytest.raises(CloudError):
        read_notification(body)
