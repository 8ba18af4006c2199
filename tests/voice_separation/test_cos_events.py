import copy
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import load_event
from voice_separation.bucket import Bucket
from voice_separation.cos_events import UnreadableRecord, read_event
from voice_separation.errors import MalformedEvent
from voice_separation.settings import Settings
from voice_separation.uploads import ObjectCreated, reason_to_skip

REGION = "ap-guangzhou"


BUCKET = Bucket("media-1250000000", REGION)
TALK = ObjectCreated("cos:ObjectCreated:Put", BUCKET, ("incoming/talk-over-music.mp3",))


def only_record(event: object) -> ObjectCreated:
    (record,) = read_event(event, default_region=REGION)
    assert isinstance(record, ObjectCreated)
    return record


def test_a_put_names_its_bucket_with_the_appid_its_region_and_its_key() -> None:
    assert only_record(load_event("cos-put.json")) == TALK


def test_a_key_is_read_from_the_path_of_the_url_decoded_once_and_plus_stays_plus() -> None:
    record = only_record(load_event("cos-key-with-spaces-and-中文.json"))
    assert record.keys == ("incoming/第1集 talk + music 100%.mp3",)


def test_without_a_url_the_key_is_stripped_of_appid_and_bucket_and_the_region_comes_from_the_bucket() -> None:
    event = load_event("cos-put.json")
    del event["Records"][0]["cos"]["cosObject"]["url"]
    assert only_record(event) == TALK


def test_without_any_region_the_function_s_own_is_taken() -> None:
    event = load_event("cos-put.json")
    cos = event["Records"][0]["cos"]
    cos["cosObject"]["url"] = "http://media-1250000000.cosgz.myqcloud.com/incoming/talk-over-music.mp3"
    del cos["cosBucket"]["cosRegion"], cos["cosBucket"]["s3Region"]
    assert only_record(event).bucket == BUCKET


def test_when_url_and_key_disagree_both_readings_are_kept_the_url_s_first() -> None:
    event = load_event("cos-put.json")
    event["Records"][0]["cos"]["cosObject"]["key"] = "/1250000000/media/incoming/100%25.mp3"
    event["Records"][0]["cos"]["cosObject"]["url"] = (
        "http://media-1250000000.cos.ap-guangzhou.myqcloud.com/incoming/100%25.mp3"
    )
    assert only_record(event).keys == ("incoming/100%.mp3", "incoming/100%25.mp3")


def test_one_unreadable_record_does_not_hide_the_others() -> None:
    event = load_event("cos-put.json")
    event["Records"].insert(0, {"cos": {"cosObject": {}}, "event": {}})
    unreadable, upload = read_event(event, default_region=REGION)
    assert isinstance(unreadable, UnreadableRecord)
    assert "cos.cosBucket" in unreadable.reason
    assert isinstance(upload, ObjectCreated)


@pytest.mark.parametrize("event", [None, [], "text", {}, {"Records": "none"}, {"records": []}, {"httpMethod": "GET"}])
def test_what_has_no_list_of_records_is_no_cos_event(event: object) -> None:
    with pytest.raises(MalformedEvent, match="Records"):
        read_event(event, default_region=REGION)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_any_key_survives_the_way_through_an_event(key: str) -> None:
    event = load_event("cos-put.json")
    event["Records"][0]["cos"]["cosObject"] |= {
        "key": f"/1250000000/media/{key}",
        "url": f"http://media-1250000000.cos.ap-guangzhou.myqcloud.com/{quote(key)}",
    }
    assert only_record(event).keys == (key,)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_an_event_with_any_part_replaced_is_read_or_named_unreadable(data: st.DataObject) -> None:
    event = copy.deepcopy(load_event("cos-put.json"))
    node: Any = event["Records"][0]
    path = data.draw(
        st.sampled_from(
            [
                ("cos",),
                ("event",),
                ("cos", "cosObject"),
                ("cos", "cosBucket"),
                ("cos", "cosObject", "key"),
                ("cos", "cosObject", "url"),
                ("event", "eventName"),
            ]
        )
    )
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = data.draw(json_values)
    (record,) = read_event(event, default_region=REGION)
    assert isinstance(record, ObjectCreated | UnreadableRecord)


def test_a_workflow_s_custom_function_names_its_object_in_a_shape_of_its_own() -> None:
    info = {"BucketId": BUCKET.name, "Region": REGION, "Object": "incoming/a b+%.mp3"}
    record = only_record({"ObjectInfo": info, "Upstream": {}})
    assert (record.bucket, record.key) == (BUCKET, "incoming/a b+%.mp3")
    assert reason_to_skip(record, Settings()) is None
    (broken,) = read_event({"ObjectInfo": {"BucketId": BUCKET.name}}, default_region=REGION)
    assert isinstance(broken, UnreadableRecord)
    assert "ObjectInfo.Object" in broken.reason


@pytest.mark.parametrize(
    "broken",
    [{"url": "http://[oops", "key": ""}, {"url": "", "key": "/1250000000/media/incoming/\ud800.mp3"}],
    ids=["address", "surrogate"],
)
def test_a_record_with_a_broken_object_is_unreadable_and_no_more(broken: dict[str, str]) -> None:
    event = load_event("cos-put.json")
    event["Records"][0]["cos"]["cosObject"] |= broken
    (record,) = read_event(event, default_region=REGION)
    assert isinstance(record, UnreadableRecord)


@pytest.mark.parametrize("name", ["media/x", "evil.example/x?", "Media", ""])
def test_a_record_cannot_choose_a_host(name: str) -> None:
    event = load_event("cos-put.json")
    event["Records"][0]["cos"]["cosBucket"]["name"] = name
    (record,) = read_event(event, default_region=REGION)
    assert isinstance(record, UnreadableRecord)
    info = {"BucketId": f"{name}-1250000000/", "Region": REGION, "Object": "incoming/a.mp3"}
    (record,) = read_event({"ObjectInfo": info}, default_region=REGION)
    assert isinstance(record, UnreadableRecord)


@pytest.mark.parametrize(
    ("url", "regions", "region"),
    [
        ("http://media-1250000000.cos-internal.ap-beijing.tencentcos.cn/k", {}, "ap-beijing"),
        ("http://media-1250000000.cosgz.myqcloud.com/k", {"cosRegion": "ap-nanjing"}, "ap-nanjing"),
        ("http://media-1250000000.cosgz.myqcloud.com/k", {"s3Region": "ap-mumbai"}, "ap-mumbai"),
        ("", {"s3Region": "ap-mumbai"}, "ap-mumbai"),
    ],
)
def test_where_the_function_s_region_is_unknown_the_event_tells_it(
    url: str, regions: dict[str, str], region: str
) -> None:
    event = load_event("cos-put.json")
    cos = event["Records"][0]["cos"]
    cos["cosBucket"] = {"name": "media", "appid": 1250000000, "region": "gz", **regions}
    cos["cosObject"] = {"key": "/1250000000/media/k", "url": url}
    (record,) = read_event(event, default_region="")
    assert isinstance(record, ObjectCreated)
    assert record.bucket == Bucket("media-1250000000", region)


def test_no_error_quotes_the_event_which_holds_the_uploader_s_signature() -> None:
    event = load_event("cos-put.json")
    secret = event["Records"][0]["event"]["requestParameters"]["requestHeaders"]["Authorization"]
    with pytest.raises(MalformedEvent) as caught:
        read_event({"Records": {"secret": secret}}, default_region=REGION)
    assert secret not in f"{caught.value} {caught.value.__cause__}"
    event["Records"][0]["event"]["eventName"] = [secret]
    (record,) = read_event(event, default_region=REGION)
    assert isinstance(record, UnreadableRecord)
    assert secret not in record.reason
