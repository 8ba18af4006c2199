"""Smart Audio opened and asked for on the wire, with the vendor's SDK as the client."""

from pathlib import Path
from typing import Any

from tests.localcloud.ci.lab import BUCKET, REGION, lab_in
from tests.localcloud.ci.wire import Wire, refused, serving

OTHER = "other-1250000000"
JOB = {
    "VoiceSeparate": {"AudioMode": "IsAudio"},
    "Output": {"Region": REGION, "Bucket": BUCKET, "AuObject": "voice.${ext}"},
}


def buckets(wire: Wire, **wanted: Any) -> list[str]:
    answer = wire.client.ci_get_asr_bucket(**wanted)
    return [bucket["BucketId"] for bucket in answer.get("AsrBucketList", [])]


def test_the_vendors_sdk_opens_smart_audio(wire: Wire) -> None:
    headers, answer = wire.client.ci_open_asr_bucket(Bucket=BUCKET)
    assert headers["Content-Type"] == "application/xml"
    assert list(answer) == ["RequestId", "AsrBucket"]
    bucket = answer["AsrBucket"]
    assert (bucket["BucketId"], bucket["Name"], bucket["Region"]) == (BUCKET, BUCKET, REGION)
    assert bucket["CreateTime"].endswith("+0800")
    assert wire.client.ci_open_asr_bucket(Bucket=BUCKET)[1]["AsrBucket"] == bucket


def test_the_vendors_sdk_asks_a_region_who_has_smart_audio(wire: Wire) -> None:
    wire.lab.cos.create_bucket(OTHER, "ap-beijing")
    answer = wire.client.ci_get_asr_bucket()
    assert list(answer) == ["RequestId", "TotalCount", "PageNumber", "PageSize", "AsrBucketList"]
    assert (answer["TotalCount"], answer["PageNumber"], answer["PageSize"]) == ("2", "1", "10")
    assert list(answer["AsrBucketList"][0]) == ["BucketId", "Name", "Region", "CreateTime"]
    assert buckets(wire) == [BUCKET, OTHER]
    assert buckets(wire, Regions=f"{REGION},ap-shanghai") == [BUCKET]
    assert buckets(wire, BucketName="other") == [OTHER]
    assert buckets(wire, BucketNames=f"{OTHER},none-1250000000") == [OTHER]
    assert buckets(wire, PageNumber="2", PageSize="1") == [OTHER]


def test_a_wrong_page_is_refused(wire: Wire) -> None:
    with refused(400, "InvalidArgument"):
        wire.client.ci_get_asr_bucket(PageSize="101")


def test_until_a_bucket_is_opened_it_has_neither_jobs_nor_templates_nor_the_queue(tmp_path: Path) -> None:
    with lab_in(tmp_path, require_opened=True) as lab, serving(lab) as wire:
        assert buckets(wire) == []
        with refused(400, "MediaBucketUnBinded"):
            wire.client.ci_get_asr_queue(Bucket=BUCKET)
        with refused(400, "MediaBucketUnBinded"):
            wire.client.ci_get_template(Bucket=BUCKET)
        assert wire.client.ci_get_media_queue(Bucket=BUCKET)["TotalCount"] == "1"
        wire.client.ci_open_asr_bucket(Bucket=BUCKET)
        assert buckets(wire) == [BUCKET]
        assert wire.client.ci_get_asr_queue(Bucket=BUCKET)["TotalCount"] == "1"


def test_a_bucket_that_is_not_there_cannot_be_opened(wire: Wire) -> None:
    with refused(404, "NoSuchBucket"):
        wire.client.ci_open_asr_bucket(Bucket="none-1250000000")


def test_the_vendors_sdk_closes_smart_audio_and_the_queue_goes(wire: Wire) -> None:
    (before,) = wire.client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
    _, answer = wire.client.ci_close_asr_bucket(Bucket=BUCKET)
    assert answer["BucketName"] == BUCKET
    with refused(400, "MediaBucketUnBinded"):
        wire.client.ci_get_asr_queue(Bucket=BUCKET)
    with refused(400, "MediaBucketUnBinded"):
        wire.create({"Tag": "VoiceSeparate", "Input": {"Object": "a"}, "Operation": JOB})
    wire.client.ci_open_asr_bucket(Bucket=BUCKET)
    (after,) = wire.client.ci_get_asr_queue(Bucket=BUCKET)["QueueList"]
    assert after["QueueId"] != before["QueueId"]


def test_the_vendors_sdk_asks_a_region_who_has_media_processing(wire: Wire) -> None:
    wire.lab.cos.create_bucket(OTHER, "ap-beijing")
    answer = wire.client.ci_get_media_bucket()
    assert list(answer) == ["RequestId", "TotalCount", "PageNumber", "PageSize", "MediaBucketList"]
    assert list(answer["MediaBucketList"][0]) == ["BucketId", "Name", "Region", "CreateTime"]
    assert [bucket["BucketId"] for bucket in answer["MediaBucketList"]] == [BUCKET, OTHER]
    filtered = wire.client.ci_get_media_bucket(BucketName="other", PageSize="1", PageNumber="1")
    assert [bucket["BucketId"] for bucket in filtered["MediaBucketList"]] == [OTHER]


def test_media_processing_is_closed_and_opened_apart_from_smart_audio(wire: Wire) -> None:
    assert wire.send("DELETE", "/mediabucket").status == 200
    assert wire.client.ci_get_media_bucket()["TotalCount"] == "0"
    assert buckets(wire) == [BUCKET]
    opened = wire.send("POST", "/mediabucket").document["Response"]["MediaBucket"]
    assert (opened["BucketId"], opened["Region"]) == (BUCKET, REGION)
    assert wire.client.ci_get_media_bucket()["TotalCount"] == "1"
