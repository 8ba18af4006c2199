from pathlib import Path

import pytest

from localcloud.ci.asr_buckets import AsrBuckets
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
    buckets = AsrBuckets(cos, Clock(), require_opened=False)
    buckets.require(BUCKET)
    opened = buckets.all()
    assert [(bucket.name, bucket.region) for bucket in opened] == [(BUCKET, REGION), (OTHER, "ap-beijing")]
    assert buckets.all() == opened
    cos.create_bucket("late-1250000000", REGION)
    assert [bucket.name for bucket in buckets.all()] == ["late-1250000000", BUCKET, OTHER]


def test_where_it_is_required_a_bucket_is_opened_by_whoever_asks(cos: Cos) -> None:
    buckets = AsrBuckets(cos, Clock(), require_opened=True)
    assert buckets.all() == ()
    with pytest.raises(CloudError, match=f"^400 MediaBucketUnBinded: .*{BUCKET}"):
        buckets.require(BUCKET)
    opened = buckets.open(BUCKET)
    assert buckets.open(BUCKET) == opened
    assert buckets.all() == (opened,)
    buckets.require(BUCKET)
    with pytest.raises(CloudError, match=r"^400 MediaBucketUnBinded"):
        buckets.require(OTHER)
