import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.authorization import Authorization
from localcloud.cos.policy import read_policy
from localcloud.errors import CloudError

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
SAMPLE = b"""{
    "expiration": "2019-08-30T09:38:12.414Z",
    "conditions": [
        { "acl": "default" },
        { "bucket": "examplebucket-1250000000" },
        [ "starts-with", "$key", "folder/subfolder/" ],
        [ "starts-with", "$Content-Type", "image/" ],
        [ "starts-with", "$success_action_redirect", "https://my.website/" ],
        [ "eq", "$x-cos-server-side-encryption", "AES256" ],
        { "q-sign-algorithm": "sha1" },
        { "q-ak": "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q" },
        { "q-sign-time": "1567150692;1567157892" }
    ]
}"""


def policy(*conditions: Any, expiration: str = "2026-11-21T13:00:00.000Z") -> bytes:
    return json.dumps({"expiration": expiration, "conditions": conditions}).encode()


def check(text: bytes, fields: dict[str, str], size: int = 10, now: datetime = NOON) -> None:
    read_policy(text).check(fields, size, now)


def test_the_worked_example_of_the_document_is_reproduced() -> None:
    period = "1567150692;1567157892"
    authorization = Authorization("", period, period, frozenset(), frozenset(), "")
    signature = authorization.policy_signature(SAMPLE, "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz")
    assert signature == "7758dc9a832e9d301dca704cacbf9d9f8172fdef"  # 436/14690
    assert base64.b64encode(SAMPLE).endswith(b"fQogICAgXQp9")


def test_a_form_that_is_as_the_example_wants_it_passes() -> None:
    fields = {
        "acl": "default",
        "bucket": "examplebucket-1250000000",
        "key": "folder/subfolder/a.jpg",
        "content-type": "image/jpeg",
        "success_action_redirect": "https://my.website/done",
        "x-cos-server-side-encryption": "AES256",
        "q-sign-algorithm": "sha1",
        "q-ak": "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q",
        "q-sign-time": "1567150692;1567157892",
    }
    before = datetime(2019, 8, 30, 9, tzinfo=timezone.utc)
    check(SAMPLE, fields, now=before)
    for field in fields:
        with pytest.raises(CloudError, match="AccessDenied"):
            check(SAMPLE, {**fields, field: "other"}, now=before)


@pytest.mark.parametrize(("size", "passes"), [(4, False), (5, True), (10, True), (11, False)])
def test_the_file_has_a_size_within_the_range(size: int, passes: bool) -> None:
    text = policy(["content-length-range", 5, 10])
    if passes:
        check(text, {}, size)
    else:
        with pytest.raises(CloudError, match="AccessDenied"):
            check(text, {}, size)


def test_a_policy_ends_when_it_says() -> None:
    check(policy(), {}, now=NOON + timedelta(minutes=59))
    with pytest.raises(CloudError, match="ended"):
        check(policy(), {}, now=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"expiration": 5, "conditions": []}',
        b'{"expiration": "soon", "conditions": []}',
        b'{"expiration": "2026-11-21T13:00:00Z", "conditions": 5}',
        policy({"a": 5}),
        policy({"a": "1", "b": "2"}),
        policy(["like", "$key", "x"]),
        policy(["eq", "key", "x"]),
        policy(["content-length-range", "5", 10]),
        policy("eq"),
        b"\xff",
    ],
)
def test_a_policy_of_another_form_is_refused(text: bytes) -> None:
    with pytest.raises(CloudError, match="InvalidPolicyDocument"):
        read_policy(text)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(policy))
def test_whatever_comes_is_read_or_refused(text: bytes) -> None:
    try:
        read_policy(text)
    except CloudError as refused:
        assert refused.code == "InvalidPolicyDocument"
