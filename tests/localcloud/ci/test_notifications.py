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
