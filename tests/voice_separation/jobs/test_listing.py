import pytest
from pydantic import ValidationError

from voice_separation.jobs.listing import JobFilter


def test_every_filter_becomes_its_parameter() -> None:
    wanted = JobFilter(input_object="incoming/a b.mp3", size=7)
    assert wanted.params("next") == {
        "tag": "VoiceSeparate",
        "inputObject": "incoming/a b.mp3",
        "orderByTime": "Desc",
        "size": "7",
        "nextToken": "next",
    }


def test_what_does_not_filter_is_not_sent() -> None:
    assert JobFilter().params() == {"tag": "VoiceSeparate", "orderByTime": "Desc", "size": "100"}


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_has_1_to_100_jobs(size: int) -> None:
    with pytest.raises(ValidationError):
        JobFilter(size=size)
