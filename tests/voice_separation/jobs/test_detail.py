import pytest

from voice_separation.jobs.detail import Input, JobDetail


@pytest.mark.parametrize(
    ("state", "finished"),
    [
        ("Submitted", False),
        ("Running", False),
        ("Pause", False),
        ("Success", True),
        ("Failed", True),
        ("Cancel", True),
        ("New", False),
    ],
)
def test_a_job_is_finished_when_nothing_will_change_any_more(state: str, *, finished: bool) -> None:
    assert JobDetail(job_id="j1", state=state).finished is finished


@pytest.mark.parametrize(
    ("nodes", "name"),
    [
        ({"BucketId": "media-1250000000"}, "media-1250000000"),
        ({"Bucket": "media-1250000000"}, "media-1250000000"),
        ({"BucketId": "", "Bucket": "media-1250000000"}, "media-1250000000"),
        ({}, None),
    ],
    ids=["samples and SDKs", "tables", "one of them empty", "neither"],
)
def test_the_bucket_is_read_from_the_node_of_the_samples_or_of_the_tables(
    nodes: dict[str, str], name: str | None
) -> None:
    assert Input.model_validate(nodes).bucket_name == name
