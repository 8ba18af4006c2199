import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_separation.jobs.answer import parse_jobs
from voice_separation.jobs.response import MalformedAnswer

# Both shapes of an answer to a submission: 2021 (times empty, no bucket) and today's (times `-`).
SUBMITTED_2021 = b"""<Response><JobsDetail><Code>Success</Code><Message>Success</Message>
<JobId>je8f65004eb8511eaaed4f377124a303c</JobId><State>Submitted</State>
<CreationTime>2019-07-07T12:12:12+0800</CreationTime><StartTime></StartTime><EndTime></EndTime>
<QueueId>p893bcda225bf4945a378da6662e81a89</QueueId><Tag>VoiceSeparate</Tag><Input><Object>test.mp4</Object></Input>
<Operation><TemplateId>t1460606b9752148c4ab182f55163ba7cd</TemplateId><Output><Region>ap-beijing</Region>
<Bucket>abc-1250000000</Bucket><Object></Object><AuObject></AuObject></Output></Operation></JobsDetail></Response>"""
SUBMITTED_NOW = SUBMITTED_2021.replace(
    b"<StartTime></StartTime><EndTime></EndTime>", b"<StartTime>-</StartTime><EndTime>-</EndTime>"
)


@pytest.mark.parametrize("body", [SUBMITTED_2021, SUBMITTED_NOW])
def test_an_answer_to_a_submission_tells_the_job(body: bytes) -> None:
    (job,) = parse_jobs(body).details
    assert (job.job_id, job.state, job.finished) == ("je8f65004eb8511eaaed4f377124a303c", "Submitted", False)
    assert job.creation_time is not None
    assert job.start_time is job.end_time is None
    assert job.operation is not None
    assert job.operation.template_id == "t1460606b9752148c4ab182f55163ba7cd"


def test_ids_that_the_service_does_not_know_come_back_as_such() -> None:
    jobs = parse_jobs(b"<Response><NonExistJobIds>j1</NonExistJobIds><NonExistJobIds>j2</NonExistJobIds></Response>")
    assert jobs.unknown_ids == ("j1", "j2")
    assert jobs.of("j1") is None


@pytest.mark.parametrize("body", [b"", b"<", b"{}", b"<Response><JobsDetail>text</JobsDetail></Response>"])
def test_an_answer_without_a_readable_job_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_jobs(body)


@given(st.binary(max_size=100))
def test_any_bytes_are_jobs_or_malformed(body: bytes) -> None:
    try:
        assert parse_jobs(b"<Response>" + body + b"</Response>").details == ()
    except MalformedAnswer:
        return
