"""`voicesep rebuild-index`: segments and index.json anew, from the entries alone."""

import sys
from datetime import timedelta

import click

from voice_separation.index import keys
from voice_separation.rebuilding import Plan, Rebuilding, Rebuilt
from voicesep.app import App, open_app
from voicesep.console import print_json, talk
from voicesep.progress import meter
from voicesep.where import Where, app_options


@click.command("rebuild-index", short_help="Write the views of the index anew.")
@app_options
@click.option(
    "--parallel", type=click.IntRange(1, 64), default=16, show_default=True, help="How many entries to read at once."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def rebuild_index(*, parallel: int, dry_run: bool, where: Where) -> None:
    """Write segments and index.json anew from the entries in jobs/, and print the counts.

    Killed half-way, it may simply be repeated. A reconcile that runs meanwhile loses nothing, but may leave its own
    index.json: disable the timer first, or rebuild again.
    """
    with open_app(where, parallel=parallel) as app:
        rebuilding, prefix = _rebuilding(app), app.call.settings.index_prefix
        plan = rebuilding.plan()
        talk().print(f"jobs: {plan.jobs}, hours: {len(plan.hours)}", markup=False)
        if dry_run:
            print_json({keys.segment(hour): len(listed) for hour, listed in plan.hours.items()})
            return
        rebuilt = _run(rebuilding, plan)
    for key in rebuilt.unreadable:
        talk().print(f"{prefix}{key} is no entry: look at it, and delete it if it is not yours", markup=False)
    index = rebuilt.index
    print_json(
        {"jobs": index.jobs, "counts": index.counts, "segments": len(index.segments), "removed": rebuilt.removed}
    )
    if rebuilt.unreadable:
        sys.exit(1)


def _rebuilding(app: App) -> Rebuilding:
    call, bucket = app.call, app.bucket
    grace = timedelta(seconds=call.settings.segment_grace_seconds)
    return Rebuilding(call.reader(bucket), call.writer(bucket), call.clock, grace, call.many)


def _run(rebuilding: Rebuilding, plan: Plan) -> Rebuilt:
    with meter(talk(), "entries", plan.jobs) as progress:
        return rebuilding.run(plan, progress.advance)
