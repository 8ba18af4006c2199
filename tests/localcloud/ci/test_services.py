from pathlib import Path

import pytest

from localcloud.ci.services import MEDIA_PROCESSING, SMART_AUDIO, ServiceBuckets
from localcloud.cos.models import Cos
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, REGION, Clock

OTHER = "other-1250000000"


@pytest.fixture
def cos(tmp_path: Path) -> Cos:
    cos = Cos(tmp_path, Clock())
    cos.create_bucket(BUCKET, REGION)
    cos.create_bucket(OTHER, "ap-beijing")
    return cos


def test_every_bucket_is_opened_from_the_start(cos: Cos) -> None:
    buckets = ServiceBuckets(SMART_AUDIO, cos, Clock())
    buckets.require(BUCKET)
    opened = buckets.all()
    assert [(bucket.name, bucket.region) for bucket in opened] == [(BUCKET, REGION), (OTHER, "ap-beijing")]
    assert buckets.all() == opened
    cos.create_bucket("late-1250000000", REGION)
    assert [bucket.name for bucket in buckets.all()] == ["late-1250000000", BUCKET, OTHER]


def test_where_it_is_required_a_bucket_is_opened_by_whoever_asks(cos: Cos) -> None:
    buckets = ServiceBuckets(SMART_AUDIO, cos, Clock(), require_opened=True)
    assert buckets.all() == ()
    with pytest.raises(CloudError, match=f"^400 MediaBucketUnBinded: .*{BUCKET}"):
        buckets.require(BUCKET)
    opened = buckets.open(BUCKET)
    assert buckets.open(BUCKET) == opened
    assert buckets.all() == (opened,)
    buckets.require(BUCKET)
    with pytest.raises(CloudError, match=r"^400 MediaBucketUnBinded"):
        buckets.require(OTHER)


@pytest.mark.parametrize("require_opened", [False, True])
def test_a_closed_service_has_to_be_opened_again(cos: Cos, *, require_opened: bool) -> None:
    buckets = ServiceBuckets(SMART_AUDIO, cos, Clock(), require_opened=require_opened)
    first = buckets.open(BUCKET)
    buckets.close(BUCKET)
    with pytest.raises(CloudError, match="Send POST /asrbucket"):
        buckets.require(BUCKET)
    assert BUCKET not in [bucket.name for bucket in buckets.all()]
    assert buckets.open(BUCKET).create_time > first.create_time
    buckets.require(BUCKET)


def test_a_later_start_finds_the_services_as_they_were(cos: Cos, tmp_path: Path) -> None:
    first = ServiceBuckets(SMART_AUDIO, cos, Clock(), tmp_path, require_opened=True)
    opened = first.open(BUCKET)
    first.open(OTHER)
    first.close(OTHER)
    assert ServiceBuckets(SMART_AUDIO, cos, Clock(), tmp_path, require_opened=True).all() == (opened,)
    assert ServiceBuckets(SMART_AUDIO, cos, Clock(), tmp_path).all() == (opened,)
    assert ServiceBuckets(MEDIA_PROCESSING, cos, Clock(), tmp_path, require_opened=True).all() == ()
