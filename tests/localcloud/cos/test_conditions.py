from datetime import datetime, timezone
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from localcloud.cos.conditions import Span, is_unchanged, read_range
from localcloud.cos.objects import StoredObject
from localcloud.errors import CloudError

STORED = StoredObject(
    bucket="media-1250000000",
    region="ap-guangzhou",
    key="key",
    size=100,
    etag="abc",
    last_modified=datetime(2026, 11, 21, 12, tzinfo=timezone.utc),
    content_type="",
    metadata={},
    path=Path("content"),
    crc64=0,
    request_id="",
    headers={},
    storage_class="STANDARD",
)
BEFORE, THEN, AFTER = (f"Sat, 21 Nov 2026 {hour}:00:00 GMT" for hour in (11, 12, 13))


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"abc"'},
        {"If-None-Match": "abc"},
        {"If-None-Match": '"x", W/"abc"'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": THEN},
        {"If-Modified-Since": AFTER},
        {"If-None-Match": '"abc"', "If-Modified-Since": BEFORE},
    ],
)
def test_a_client_that_has_the_content_is_told_so(headers: dict[str, str]) -> None:
    assert is_unchanged(Headers(headers), STORED)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": AFTER},
        {"If-Modified-Since": BEFORE},
        {"If-Modified-Since": "yesterday"},
        {"If-Match": '"abc"'},
        {"If-Match": '"abc"', "If-Unmodified-Since": BEFORE},
        {"If-Unmodified-Since": THEN},
        {"If-Unmodified-Since": "Sat, 21 Nov 2026 11:00:00 -0000"},
    ],
)
def test_any_other_client_gets_the_content(headers: dict[str, str]) -> None:
    assert not is_unchanged(Headers(headers), STORED)


@pytest.mark.parametrize("headers", [{"If-Match": '"x"'}, {"If-Unmodified-Since": BEFORE}])
def test_a_condition_that_does_not_hold_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(CloudError) as refused:
        is_unchanged(Headers(headers), STORED)
    assert (refused.value.status, refused.value.code) == (412, "PreconditionFailed")


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-", Span(90, 100)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
    ],
)
def test_a_part_is_read(header: str, span: Span) -> None:
    assert read_range(header, STORED) == span


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", f"bytes={'9' * 5000}-"]
)
def test_a_range_that_is_not_understood_is_passed_over(header: str | None) -> None:
    assert read_range(header, STORED) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_that_lies_outside_is_refused(header: str) -> None:
    with pytest.raises(CloudError) as refused:
        read_range(header, STORED)
    assert (refused.value.status, refused.value.code) == (416, "InvalidRange")
