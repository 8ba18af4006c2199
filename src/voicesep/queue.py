"""`voicesep queue`: the CI queues of a bucket."""

from itertools import chain
from typing import Any

import click

from voice_separation.jobs.queues import Queue, QueueKind
from voice_separation.tencent.ci_management import CiManagement
from voicesep.console import Column, output_format, print_rows
from voicesep.target import open_target, target_options

COLUMNS: tuple[Column[Queue], ...] = (
    ("id", lambda row: row.queue_id),
    ("name", lambda row: row.name),
    ("category", lambda row: row.category),
    ("state", lambda row: row.state),
    ("holds", lambda row: row.max_size and f"{row.max_size:.0f}"),
    ("at once", lambda row: row.max_concurrent and f"{row.max_concurrent:.0f}"),
    ("reports", lambda row: row.notify_config.state if row.notify_config else None),
)


@click.group()
def queue() -> None:
    """Look at the queues that jobs wait in, for QUEUE_ID."""


@queue.command("list")
@target_options
@output_format
@click.option("--state", type=click.Choice(["Active", "Paused"]), help="Only queues in this state.")
def list_queues(*, state: str | None, form: str, **target: Any) -> None:
    """List a bucket's queues of Smart Audio, which VoiceSeparate belongs to, and of media processing."""
    with open_target(**target) as cloud:
        management = CiManagement(cloud.session, cloud.endpoint)
        kinds = (QueueKind.SMART_AUDIO, QueueKind.MEDIA)
        queues = [management.list_queues(cloud.bucket, kind, state=state or "") for kind in kinds]
        rows = list(chain.from_iterable(queues))
    print_rows(rows, COLUMNS, form)
