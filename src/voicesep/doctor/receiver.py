"""Who is told of finished jobs, and what he has not taken."""

from collections.abc import Iterator
from datetime import timedelta

from voice_separation.index import keys
from voice_separation.index.reader import IndexReader
from voicesep.doctor.findings import Examined, Finding
from voicesep.project import program

LATE = timedelta(minutes=10)  # after two tries


def receiver(examined: Examined) -> Iterator[Finding]:
    """Whether somebody is to be told of finished jobs, and takes it."""
    deployment = examined.deployment
    if not deployment.settings.webhook_url:
        yield examined.ok("nobody is to be told of finished jobs")
        return
    cloud = examined.cloud
    reader = IndexReader(cloud.cos, deployment.index_bucket, deployment.settings.index_prefix)
    given_up = sum(1 for _ in reader.list(keys.UNDELIVERED))
    late = sum(cloud.clock.now() - notice.last_modified > LATE for notice in reader.list(keys.NOTICES))
    if given_up:
        remedy = f"see notice.undelivered in the log; mend the receiver, then `{program()} resend --undelivered --live`"
        yield examined.warn(f"notices that were given up: {given_up}", remedy)
    if late:
        again = f"{program()} resend --waiting --live"
        remedy = f"see notice.delayed in the log; reconcile tells it again in its turn, after `{again}` at once"
        yield examined.warn(f"notices that were not taken yet: {late}", remedy)
    if not given_up and not late:
        yield examined.ok("the receiver has taken all that it was told")
