"""`voicesep rebuild-index`: segments and index.json anew, from the entries alone."""

import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from voice_separation.clock import Deadline
from voice_separation.concurrency import in_threads
from voice_separation.index import keys
from voice_separation.index.reader import IndexReader
from voice_separation.index.writer import IndexWriter
from voice_separation.rebuilding import Plan, Rebuilding, Rebuilt
from voice_separation.settings import Settings, WrittenPrefix
from voice_separation.tencent.cos import Cos
from voice_separation.tencent.transport import connection_pool
from voicesep.console import print_json, talk
from voicesep.progress import meter
from voicesep.target import Target, open_target, target_options

DEFAULTS = Settings()
LONGEST_SECONDS = 24 * 3600.0


def _prefix(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return TypeAdapter(WrittenPrefix).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


@click.command("rebuild-index")
@target_options
@click.option(
    "--prefix", default=DEFAULTS.index_prefix, show_default=True, callback=_prefix, help="The app's INDEX_PREFIX."
)
@click.option(
    "--grace",
    type=click.IntRange(min=0),
    default=DEFAULTS.segment_grace_seconds,
    show_default=True,
    metavar="SECONDS",
    help="The app's SEGMENT_GRACE_SECONDS.",
)
@click.option(
    "--parallel", type=click.IntRange(1, 64), default=16, show_default=True, help="How many entries to read at once."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def rebuild_index(*, prefix: str, grace: int, parallel: int, dry_run: bool, **target: Any) -> None:
    """Write segments and index.json anew from the entries in jobs/, and print the counts.

    --bucket is the bucket of the index. Killed half-way, it may simply be repeated. A reconcile that runs meanwhile
    loses nothing, but may leave its own index.json: disable the timer first, or rebuild again.
    """
    console = talk()
    with open_target(**target) as cloud:
        rebuilding = _rebuilding(cloud, prefix, timedelta(seconds=grace), parallel)
        plan = rebuilding.plan()
        console.print(f"{plan.jobs} jobs in {len(plan.hours)} hours", markup=False)
        if dry_run:
            print_json({keys.segment(hour): len(listed) for hour, listed in plan.hours.items()})
            return
        rebuilt = _run(rebuilding, plan)
    for key in rebuilt.unreadable:
        console.print(f"{prefix}{key} is no entry: look at it, and delete it if it is not yours", markup=False)
    index = rebuilt.index
    print_json(
        {"jobs": index.jobs, "counts": index.counts, "segments": len(index.segments), "removed": rebuilt.removed}
    )
    if rebuilt.unreadable:
        sys.exit(1)


def _rebuilding(cloud: Target, prefix: str, grace: timedelta, parallel: int) -> Rebuilding:
    clock = cloud.session.clock
    session = replace(cloud.session, pool=connection_pool(parallel), deadline=Deadline.after(LONGEST_SECONDS, clock))
    cos = Cos(session, cloud.endpoint)
    reader, writer = IndexReader(cos, cloud.bucket, prefix), IndexWriter(cos, cloud.bucket, prefix)
    return Rebuilding(reader, writer, clock, grace, in_threads(parallel))


def _run(rebuilding: Rebuilding, plan: Plan) -> Rebuilt:
    with meter(talk(), "entries", plan.jobs) as progress:
        return rebuilding.run(plan, progress.advance)
