"""`voicesep queue`: the CI queues of a bucket."""

from itertools import chain

import click

from voice_separation.jobs.queues import Queue, QueueKind
from voicesep.ci_bucket import WhichBucket, bucket_options, open_ci_bucket
from voicesep.console import Column, output_format, print_rows

COLUMNS: tuple[Column[Queue], ...] = (
    ("id", lambda row: row.queue_id),
    ("name", lambda row: row.name),
    ("category", lambda row: row.category),
    ("state", lambda row: row.state),
    ("holds", lambda row: row.max_size and f"{row.max_size:.0f}"),
    ("at once", lambda row: row.max_concurrent and f"{row.max_concurrent:.0f}"),
    ("reports", lambda row: row.notify_config.state if row.notify_config else None),
)


@click.group(short_help="Look at the queues of a bucket.")
def queue() -> None:
    """Look at the queues that jobs wait in, for QUEUE_ID."""


@queue.command("list", short_help="List a bucket's queues.")
@bucket_options
@output_format
@click.option("--state", type=click.Choice(["Active", "Paused"]), help="Only queues in this state.")
def list_queues(*, state: str | None, form: str, which: WhichBucket) -> None:
    """List a bucket's queues of Smart Audio, which VoiceSeparate belongs to, and of media processing."""
    with open_ci_bucket(which) as ci:
        kinds = (QueueKind.SMART_AUDIO, QueueKind.MEDIA)
        queues = [ci.management.list_queues(ci.bucket, kind, state=state or "") for kind in kinds]
        rows = list(chain.from_iterable(queues))
    print_rows(rows, COLUMNS, form)
