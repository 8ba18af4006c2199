import pytest

from voice_separation.bucket import Bucket


def test_a_bucket_has_its_two_hosts() -> None:
    bucket = Bucket("media-1250000000", "ap-guangzhou")
    assert bucket.cos_host == "media-1250000000.cos.ap-guangzhou.myqcloud.com"
    assert bucket.ci_host == "media-1250000000.ci.ap-guangzhou.myqcloud.com"


@pytest.mark.parametrize("name", ["", "media", "evil.example/x?-1", "a b-1", "media-1250000000\n", "-1", "m-१२३"])
def test_what_is_no_bucket_s_name_never_becomes_a_host(name: str) -> None:
    with pytest.raises(ValueError, match="full name"):
        Bucket(name, "ap-guangzhou")


@pytest.mark.parametrize("region", ["", "gz", "ap-guangzhou/", "evil.example", "AP-guangzhou", "accelerate"])
def test_what_is_no_region_never_becomes_a_host(region: str) -> None:
    with pytest.raises(ValueError, match="long form"):
        Bucket("media-1250000000", region)
