"""Buckets, their versioning, and the prefixes within them."""

from collections.abc import Iterator

from voice_separation.bucket import Bucket
from voice_separation.errors import TencentRefusal
from voice_separation.jobs.nodes import Node, Text, parse_xml
from voice_separation.tencent.transport import Answer, Request
from voicesep.doctor.findings import Examined, Finding

PREFIXES = ("INPUT_PREFIX", "OUTPUT_PREFIX", "INDEX_PREFIX")


class _Versioning(Node):
    status: Text = None


def buckets(examined: Examined) -> Iterator[Finding]:
    """Whether each bucket is there, in its region, and this key may look at it."""
    deployment = examined.deployment
    wanted = dict.fromkeys((deployment.bucket, deployment.index_bucket, deployment.output_bucket))
    for bucket in wanted:
        try:
            _ask(examined, bucket, "HeadBucket", "HEAD")
        except TencentRefusal as refused:
            if refused.status == 404:
                remedy = "create the bucket in this region, or correct the bucket's name and REGION in .env"
                yield examined.fail(f"there is no {bucket.name} in {bucket.region}", remedy)
            elif refused.status == 403:
                yield examined.fail(f"this key may not look at {bucket.name}", "allow it name/cos:HeadBucket")
            else:
                yield examined.not_told(refused)
        else:
            yield examined.ok(f"{bucket.name} is in {bucket.region}")


def versioning(examined: Examined) -> Iterator[Finding]:
    """Whether the bucket of the index keeps versions, for which every rewritten view is stored and billed again."""
    bucket = examined.deployment.index_bucket
    answer = _ask(examined, bucket, "GetBucketVersioning", "GET", params={"versioning": ""})
    status = _Versioning.model_validate(parse_xml(answer.body).get("VersioningConfiguration") or {}).status
    if status is None:
        yield examined.ok(f"{bucket.name} never kept versions")
        return
    yield examined.warn(
        f"{bucket.name} has versioning {status}: every view that is written anew is kept, and put-if-absent is void",
        "add a lifecycle rule that deletes old versions under INDEX_PREFIX, or keep the index in a bucket of its own",
    )


def prefixes(examined: Examined) -> Iterator[Finding]:
    """Whether what is written could trigger again."""
    deployment = examined.deployment
    wrong = {name: reason for name, reason in deployment.problems.items() if name in PREFIXES}
    for name, reason in wrong.items():
        yield examined.fail(f"{name}: {reason}", "choose prefixes none of which begins with another")
    if not wrong:
        chosen = deployment.settings
        yield examined.ok(f"in {chosen.input_prefix}, out {chosen.output_prefix}, index {chosen.index_prefix}")


def _ask(
    examined: Examined, bucket: Bucket, operation: str, method: str, params: dict[str, str] | None = None
) -> Answer:
    return examined.cloud.session.send(
        Request(
            operation, bucket.name, method, bucket.cos_host, "/", params or {}, endpoint=examined.cloud.cos_endpoint
        )
    )
