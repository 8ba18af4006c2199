from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.ci.jobs import RestoredJob
from localcloud.ci.listing import JobFilter, page
from localcloud.ci.nodes import read_parameters
from localcloud.errors import CloudError

NOON = datetime(2022, 7, 1, 12, tzinfo=timezone.utc)
JOB = RestoredJob(
    job_id="j1",
    bucket="b-1",
    nodes={},
    tag="VoiceSeparate",
    queue_id="p1",
    input_object="in/a.mp3",
    workflow_id="w1",
    state="Success",
    creation_time=NOON,
)


def job(number: int, second: int = 0, state: str = "Success") -> RestoredJob:
    return replace(JOB, job_id=f"j{number}", state=state, creation_time=NOON + timedelta(seconds=second))


def told(jobs: Sequence[RestoredJob], wanted: JobFilter) -> list[str]:
    return [found.job_id for found in page(jobs, wanted, wanted.admits).jobs]


def test_the_newest_job_comes_first_unless_the_oldest_is_wanted_first() -> None:
    jobs = [job(1, 5), job(2, 9), job(3, 1)]
    assert told(jobs, JobFilter()) == ["j2", "j1", "j3"]
    assert told(jobs, JobFilter(order_by_time="Asc")) == ["j3", "j1", "j2"]


def test_of_jobs_of_the_same_moment_the_one_submitted_later_is_the_newer() -> None:
    jobs = [job(1), job(2), job(3)]
    assert told(jobs, JobFilter()) == ["j3", "j2", "j1"]
    assert told(jobs, JobFilter(order_by_time="Asc")) == ["j1", "j2", "j3"]


def test_a_page_holds_ten_jobs_unless_told_otherwise() -> None:
    jobs = [job(number, number) for number in range(12)]
    assert len(told(jobs, JobFilter())) == 10
    assert len(told(jobs, JobFilter(size=11))) == 11


def test_the_last_page_has_no_token() -> None:
    jobs = [job(number, number) for number in range(4)]
    first = page(jobs, JobFilter(size=2), lambda _: True)
    second = page(jobs, JobFilter(size=2, next_token=first.next_token), lambda _: True)
    assert first.next_token
    assert second.next_token == ""
    assert [found.job_id for found in second.jobs] == ["j1", "j0"]


def test_a_token_of_somewhere_else_is_refused() -> None:
    with pytest.raises(CloudError, match=r"^400 InvalidArgument: nextToken 'j9'"):
        page([JOB], JobFilter(next_token="j9"), lambda _: True)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["Success", "Failed"])), max_size=30),
    st.integers(1, 7),
    st.sampled_from(["Desc", "Asc"]),
    st.sampled_from(["All", "Success", "Failed,Success", "Failed"]),
    st.data(),
)
def test_who_follows_the_tokens_is_told_every_job_once_whatever_is_added_meanwhile(
    given_jobs: list[tuple[int, str]], size: int, order: str, states: str, data: st.DataObject
) -> None:
    jobs = [job(number, second, state) for number, (second, state) in enumerate(given_jobs)]
    query = {"size": str(size), "orderByTime": order, "states": states}
    first = read_parameters(JobFilter, query)
    at_first = {each.job_id for each in jobs if first.admits(each)}
    seen, token = [], ""
    while True:
        wanted = read_parameters(JobFilter, {**query, "nextToken": token})
        found = page(jobs, wanted, wanted.admits)
        assert len(found.jobs) <= size
        seen += [each.job_id for each in found.jobs]
        if not (token := found.next_token):
            break
        if len(jobs) < 60:
            jobs += [job(len(jobs) + more, 6) for more in range(data.draw(st.integers(0, 2)))]
    assert len(seen) == len(set(seen))
    assert at_first <= set(seen)
    if order == "Desc":
        assert at_first == set(seen)


@pytest.mark.parametrize(
    ("query", "admitted"),
    [
        ({}, True),
        ({"tag": "VoiceSeparate"}, True),
        ({"tag": "Transcode"}, False),
        ({"workflowId": "w1"}, True),
        ({"workflowId": "w2"}, False),
        ({"inventoryTriggerJobId": "b1"}, False),
        ({"inputObject": "in/a.mp3"}, True),
        ({"inputObject": "in/a"}, False),
        ({"states": "All"}, True),
        ({"states": "Failed,Success"}, True),
        ({"states": "Failed,Cancel"}, False),
        ({"startCreationTime": "2022-07-01T20:00:00+0800"}, True),
        ({"startCreationTime": "2022-07-01T20:00:01+0800"}, False),
        ({"endCreationTime": "2022-07-01T20:00:00+0800"}, True),
        ({"endCreationTime": "2022-07-01T19:59:59+0800"}, False),
        ({"tag": "", "states": "", "size": "", "startCreationTime": "", "unknown": "x"}, True),
    ],
)
def test_a_filter_asks_for_some_jobs(query: dict[str, str], admitted: bool) -> None:
    assert read_parameters(JobFilter, query).admits(replace(JOB, creation_time=NOON.replace(microsecond=9))) == admitted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "0"),
        ("size", "101"),
        ("size", "ten"),
        ("orderByTime", "desc"),
        ("states", "Finished"),
        ("states", "Success,"),
        ("queueType", "Speech"),
        ("startCreationTime", "yesterday"),
        ("endCreationTime", "2022-07-01T20:00:00"),
    ],
)
def test_a_wrong_value_is_refused_naming_its_parameter(name: str, value: str) -> None:
    with pytest.raises(CloudError, match=f"^400 InvalidArgument: {name}"):
        read_parameters(JobFilter, {name: value})
