from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cos.models import ObjectCreated, StoredObject
from localcloud.scf.cos_trigger import object_created_event
from localcloud.scf.project import CosTrigger
from tests.localcloud.scf.lab import function_spec

AT = datetime.fromtimestamp(1635227215, timezone.utc)
STORED = StoredObject(
    bucket="hary666-1259480965",
    region="ap-guangzhou",
    key="company.png",
    size=1392,
    etag="5d41402abc4b2a76b9719d911017c592",
    last_modified=AT,
    content_type="image/png",
    metadata={"x-cos-meta-mykey": "myvalue"},
    path=Path("content"),
    crc64=0,
    request_id="NjE3Nzk2NGZfNjczNTJjMGJfZmJhNl8yZjVjMTkz",
    headers={"cache-control": "no-cache"},
    storage_class="STANDARD",
)
CREATED = ObjectCreated(STORED, "cos:ObjectCreated:Put", "q-sign-algorithm=sha1&q-ak=AKID", "192.168.15.101", AT)
TRIGGER = CosTrigger("COSSyncBackup", "hary666-1259480965", "ap-guangzhou", "cos:ObjectCreated:*", "", "", enabled=True)
FUNCTION = function_spec("COSSyncBackup", name="COSSyncBackup-1635226771")


def test_the_event_has_the_shape_that_real_functions_printed() -> None:
    assert object_created_event(CREATED, TRIGGER, FUNCTION) == {
        "Records": [
            {
                "cos": {
                    "cosSchemaVersion": "1.0",
                    "cosNotificationId": "unkown",
                    "cosBucket": {
                        "appid": "1259480965",
                        "name": "hary666",
                        "region": "gz",
                        "cosRegion": "ap-guangzhou",
                        "s3Region": "ap-guangzhou",
                    },
                    "cosObject": {
                        "key": "/1259480965/hary666/company.png",
                        "size": 1392,
                        "vid": "",
                        "url": "http://hary666-1259480965.cos.ap-guangzhou.myqcloud.com/company.png",
                        "meta": {
                            "Content-Type": "image/png",
                            "x-cos-request-id": "NjE3Nzk2NGZfNjczNTJjMGJfZmJhNl8yZjVjMTkz",
                            "x-cos-meta-mykey": "myvalue",
                        },
                    },
                },
                "event": {
                    "eventName": "cos:ObjectCreated:Put",
                    "eventVersion": "1.0",
                    "eventSource": "qcs::cos",
                    "eventTime": 1635227215,
                    "eventQueue": ("qcs:0:scf:ap-guangzhou:appid/1259480965:default.COSSyncBackup-1635226771.$DEFAULT"),
                    "reqid": 0,
                    "reservedInfo": "",
                    "requestParameters": {
                        "requestSourceIP": "192.168.15.101",
                        "requestHeaders": {"Authorization": "q-sign-algorithm=sha1&q-ak=AKID"},
                    },
                },
            }
        ]
    }


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_key_is_raw_in_key_and_percent_encoded_in_url(key: str) -> None:
    created = replace(CREATED, object=replace(STORED, key=key))

    cos_object = object_created_event(created, TRIGGER, FUNCTION)["Records"][0]["cos"]["cosObject"]

    assert cos_object["key"] == f"/1259480965/hary666/{key}"
    assert cos_object["url"].isascii()
    assert unquote(urlsplit(cos_object["url"]).path[1:]) == key


def test_a_region_without_a_known_short_code_stands_for_itself() -> None:
    created = replace(CREATED, object=replace(STORED, region="ap-mars"))

    bucket = object_created_event(created, TRIGGER, FUNCTION)["Records"][0]["cos"]["cosBucket"]

    assert (bucket["region"], bucket["cosRegion"]) == ("ap-mars", "ap-mars")


@pytest.mark.parametrize(
    ("changed", "event", "key", "fires"),
    [
        ({}, "cos:ObjectCreated:Put", "in/a.mp4", True),
        ({}, "cos:ObjectCreated:CompleteMultipartUpload", "in/a.mp4", True),
        ({"event": "cos:ObjectCreated:Put"}, "cos:ObjectCreated:Put", "in/a.mp4", True),
        ({"event": "cos:ObjectCreated:Put"}, "cos:ObjectCreated:CompleteMultipartUpload", "in/a.mp4", False),
        ({"event": "cos:ObjectRemove:*"}, "cos:ObjectCreated:Put", "in/a.mp4", False),
        ({"prefix": "in/"}, "cos:ObjectCreated:Put", "in/a.mp4", True),
        ({"prefix": "in/"}, "cos:ObjectCreated:Put", "In/a.mp4", False),
        ({"prefix": "in/"}, "cos:ObjectCreated:Put", "out/in/a.mp4", False),
        ({"suffix": ".mp4"}, "cos:ObjectCreated:Put", "in/a.mp4", True),
        ({"suffix": ".mp4"}, "cos:ObjectCreated:Put", "in/a.MP4", False),
        ({"prefix": "in/", "suffix": ".mp4"}, "cos:ObjectCreated:Put", "in/a.mp3", False),
        ({"bucket": "other-1259480965"}, "cos:ObjectCreated:Put", "in/a.mp4", False),
        ({"enabled": False}, "cos:ObjectCreated:Put", "in/a.mp4", False),
    ],
)
def test_a_trigger_fires_only_on_what_it_asks_for(
    changed: dict[str, str | bool], event: str, key: str, fires: bool
) -> None:
    trigger = replace(TRIGGER, **changed)  # type: ignore[arg-type]  # each value is of its field's type

    assert trigger.fires_on(event, "hary666-1259480965", key) is fires
