from datetime import datetime, timezone

import pytest
from pydantic import ValidationError

from voice_separation.jobs.listing import JobFilter
from voice_separation.jobs.states import JobState


def test_every_filter_becomes_its_parameter() -> None:
    wanted = JobFilter(
        queue_id="p1",
        queue_type="Speeching",
        input_object="incoming/a b.mp3",
        states=(JobState.SUCCESS, JobState.FAILED),
        created_from=datetime(2026, 11, 21, tzinfo=timezone.utc),
        created_to=datetime(2026, 11, 22, tzinfo=timezone.utc),
        workflow_id="w1",
        inventory_trigger_job_id="i1",
        order_by_time="Asc",
        size=7,
    )
    assert wanted.params("next") == {
        "tag": "VoiceSeparate",
        "queueId": "p1",
        "queueType": "Speeching",
        "inputObject": "incoming/a b.mp3",
        "states": "Success,Failed",
        "startCreationTime": "2026-11-21T00:00:00+0000",
        "endCreationTime": "2026-11-22T00:00:00+0000",
        "workflowId": "w1",
        "inventoryTriggerJobId": "i1",
        "orderByTime": "Asc",
        "size": "7",
        "nextToken": "next",
    }


def test_what_does_not_filter_is_not_sent() -> None:
    assert JobFilter().params() == {"tag": "VoiceSeparate", "orderByTime": "Desc", "size": "100"}


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_has_1_to_100_jobs(size: int) -> None:
    with pytest.raises(ValidationError):
        JobFilter(size=size)
