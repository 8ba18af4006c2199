"""Cloud Infinite: bound to the bucket, Smart Audio opened, a queue that works, the template there."""

from collections.abc import Iterator
from itertools import chain

from voice_separation.errors import Misconfigured
from voice_separation.jobs.queues import QueueKind
from voicesep.doctor.findings import Examined, Finding
from voicesep.project import program

UNBOUND = ("MediaBucketUnBinded", "1111", "CIRoleNotExist")
OPEN = "open Smart Audio for the bucket in the console of Cloud Infinite, which also binds the bucket to it"


def smart_audio(examined: Examined) -> Iterator[Finding]:
    """Whether CI is bound to the bucket and Smart Audio, which VoiceSeparate belongs to, is opened for it."""
    bucket = examined.deployment.bucket
    opened = examined.cloud.ci_management.smart_audio_buckets(bucket.region, (bucket.name,))
    if any(bucket.name in (each.bucket_id, each.name) for each in opened):
        yield examined.ok(f"opened for {bucket.name}")
    else:
        yield examined.fail(f"not opened for {bucket.name}", OPEN)


def queue(examined: Examined) -> Iterator[Finding]:
    """Whether the queue that jobs go to is active: QUEUE_ID's, else that of Smart Audio."""
    deployment, management = examined.deployment, examined.cloud.ci_management
    wanted = deployment.settings.queue_id
    kinds = (QueueKind.SMART_AUDIO, QueueKind.MEDIA) if wanted else (QueueKind.SMART_AUDIO,)
    try:
        found = list(chain.from_iterable(management.list_queues(deployment.bucket, kind) for kind in kinds))
    except Misconfigured as refused:
        if refused.code not in UNBOUND:
            raise
        yield examined.fail(f"{deployment.bucket.name} is not bound to CI ({refused.code})", OPEN)
        return
    queues = [each for each in found if wanted in (None, each.queue_id)]
    if not queues:
        named = wanted or "of Smart Audio"
        yield examined.fail(f"{deployment.bucket.name} has no queue {named}", f"see `{program()} queue list`")
    for each in queues:
        told = f"{each.queue_id} ({each.name or 'unnamed'}) is {each.state}"
        if each.state == "Active":
            yield examined.ok(told)
        else:
            yield examined.fail(f"{told}: jobs wait", "set the queue to Active in the console of Cloud Infinite")


def template(examined: Examined) -> Iterator[Finding]:
    """Whether TEMPLATE_ID is a VoiceSeparate template of the bucket."""
    deployment = examined.deployment
    wanted = deployment.settings.template_id
    if wanted is None:
        yield examined.ok(f"none is used; jobs say {deployment.settings.audio_mode.value} themselves")
    elif examined.cloud.ci_management.get_template(deployment.bucket, wanted):
        yield examined.ok(f"{wanted} is there")
    else:
        remedy = f"see `{program()} template list`, or leave TEMPLATE_ID out"
        yield examined.fail(f"{deployment.bucket.name} has no template {wanted}", remedy)
