from datetime import datetime, timezone

import pytest

from voice_separation.bucket import Bucket
from voice_separation.errors import CannotBeSeparated
from voice_separation.separable import check_separable
from voice_separation.settings import Settings
from voice_separation.tencent.cos import ObjectHead
from voice_separation.uploads import Upload

BUCKET = Bucket("media-1250000000", "ap-guangzhou")
SETTINGS = Settings(max_input_bytes=5)


def check(key: str = "incoming/talk.mp3", size: int = 5, storage_class: str = "STANDARD") -> None:
    head = ObjectHead("e", size, storage_class, datetime.now(timezone.utc), versioned=False, metadata={})
    check_separable(Upload(BUCKET, key, "e", size), head, SETTINGS)


@pytest.mark.parametrize("storage_class", ["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "MAZ_STANDARD"])
def test_a_recording_of_the_largest_size_allowed_is_separable_wherever_it_can_be_read_at_once(
    storage_class: str,
) -> None:
    check(size=5, storage_class=storage_class)


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        ({"size": 0}, "the object is empty"),
        ({"size": 6}, r"it has 6 bytes, more than MAX_INPUT_BYTES \(5\) allows"),
        ({"storage_class": "ARCHIVE"}, "its storage class is ARCHIVE: restore it"),
        ({"storage_class": "DEEP_ARCHIVE"}, "its storage class is DEEP_ARCHIVE: restore it"),
        ({"key": "incoming/a\x01.mp3"}, "its key has a control character"),
    ],
    ids=["empty", "large", "archived", "deeply-archived", "unnameable"],
)
def test_what_cannot_be_separated_is_told_with_what_to_do(upload: dict[str, str | int], reason: str) -> None:
    with pytest.raises(CannotBeSeparated, match=reason):
        check(**upload)  # type: ignore[arg-type]  # a row names what it changes
