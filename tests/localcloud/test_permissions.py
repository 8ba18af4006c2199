"""Requests in CAM's words."""

import pytest

from localcloud.account import Account
from localcloud.cam.access import Access
from localcloud.permissions import accesses_of

OWNER = Account("1250000000", "100000000001")
BUCKET = "media-1250000000"
COS = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"
CI = f"{BUCKET}.ci.ap-guangzhou.myqcloud.com"
COS_RESOURCE = f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}"
CI_RESOURCE = f"qcs::ci:ap-guangzhou:uid/1250000000:bucket/{BUCKET}/"
CI_ROLE = "qcs::cam::uin/100000000001:roleName/CI_QCSRole"


def told(method: str, host: str, path: str, query: str = "", copy_source: str = "") -> list[str]:
    return [str(access) for access in accesses_of(method, host, path, query, owner=OWNER, copy_source=copy_source)]


@pytest.mark.parametrize(
    ("method", "target", "needed"),
    [
        ("PUT", "/a b/中.mp3", "cos:PutObject on {}/a b/中.mp3"),
        ("GET", "/a", "cos:GetObject on {}/a"),
        ("HEAD", "/a", "cos:HeadObject on {}/a"),
        ("DELETE", "/a", "cos:DeleteObject on {}/a"),
        ("GET", "/a?response-content-type=text", "cos:GetObject on {}/a"),
        ("POST", "/a?uploads", "cos:InitiateMultipartUpload on {}/a"),
        ("PUT", "/a?partNumber=1&uploadId=7", "cos:UploadPart on {}/a"),
        ("POST", "/a?uploadId=7", "cos:CompleteMultipartUpload on {}/a"),
        ("GET", "/a?tagging=", "cos:GetObjectTagging on {}/a"),
        ("PUT", "/", "cos:PutBucket on {}/"),
        ("HEAD", "/", "cos:HeadBucket on {}/"),
        ("GET", "/?versioning", "cos:GetBucketVersioning on {}/"),
        ("POST", "/?delete", "cos:DeleteMultipleObjects on {}/"),
        ("GET", "/", "cos:GetBucket on {}/"),
        ("GET", "/?prefix=", "cos:GetBucket on {}/ with cos:prefix="),
        ("GET", "/?prefix=index%2Fa%20b&max-keys=9", "cos:GetBucket on {}/index/a b with cos:prefix=index%2Fa%20b"),
    ],
)
def test_a_request_to_cos_is_an_action_on_a_key_or_a_prefix(method: str, target: str, needed: str) -> None:
    path, _, query = target.partition("?")
    assert told(method, COS, path, query) == [needed.format(COS_RESOURCE)]


def test_copying_also_reads_its_source() -> None:
    source = "other-1250000000.cos.ap-beijing.myqcloud.com/a%20b/c.mp3?versionId=x"
    read = "cos:GetObject on qcs::cos:ap-beijing:uid/1250000000:other-1250000000/a b/c.mp3"
    assert told("PUT", COS, "/copy.mp3", copy_source=source) == [f"cos:PutObject on {COS_RESOURCE}/copy.mp3", read]


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/jobs/j1", "DescribeMediaJob"),
        ("GET", "/jobs/j1,j2", "DescribeMediaJob"),
        ("GET", "/jobs", "DescribeMediaJobs"),
        ("PUT", "/jobs/j1", "CancelMediaJob"),
        ("POST", "/template", "CreateMediaTemplate"),
        ("GET", "/template", "DescribeMediaTemplates"),
        ("PUT", "/asrqueue/p1", "UpdateAsrQueue"),
        ("POST", "/asrbucket", "CreateAsrBucket"),
    ],
)
def test_a_request_to_ci_is_an_action_on_the_bucket(method: str, path: str, action: str) -> None:
    assert told(method, CI, path) == [f"ci:{action} on {CI_RESOURCE}"]


def test_submitting_a_job_passes_ci_its_role() -> None:
    assert told("POST", CI, "/jobs") == [f"ci:CreateMediaJobs on {CI_RESOURCE}", f"cam:PassRole on {CI_ROLE}"]


def test_listing_the_buckets_is_on_everything() -> None:
    assert told("GET", "service.cos.myqcloud.com", "/") == ["cos:GetService on *"]


def test_what_is_asked_of_a_whole_region_is_on_everything() -> None:
    assert told("GET", "ci.ap-guangzhou.myqcloud.com", "/asrbucket") == ["ci:DescribeAsrBuckets on *"]


@pytest.mark.parametrize(
    ("method", "host", "path"),
    [("PATCH", COS, "/a"), ("POST", COS, "/"), ("DELETE", CI, "/jobs/j1"), ("GET", CI, "/"), ("GET", "nowhere", "/")],
)
def test_what_is_in_no_table_is_no_action(method: str, host: str, path: str) -> None:
    assert accesses_of(method, host, path, "", owner=OWNER) == ()


def test_an_access_without_a_condition_key_says_so() -> None:
    assert Access("cos:GetBucket", "*").fact("cos:prefix") is None
