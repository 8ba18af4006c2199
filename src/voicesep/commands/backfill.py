"""`voicesep backfill`: what lies in the bucket already is submitted."""

import sys
from datetime import datetime

import click
from rich.console import Console

from voice_separation.backfill import INTERRUPTED, SEEN, Backfill, Pace, Plan, Wanted
from voice_separation.concurrency import in_flight
from voice_separation.jobs.audio import AudioMode
from voicesep.app import App, open_app
from voicesep.console import print_json, talk
from voicesep.interrupt import EXIT_INTERRUPTED, wish_to_end
from voicesep.moments import moment
from voicesep.progress import meter
from voicesep.where import Where, app_options

USD_PER_MINUTE = 0.012  # of output; "intelligent voice fees" of the international site, snapshot of 2023
STEMS = {AudioMode.IS_AUDIO: 1, AudioMode.IS_BACKGROUND: 1, AudioMode.AUDIO_AND_BACKGROUND: 2, AudioMode.MUSIC_MODE: 4}
ENDING = "ending what is under way; Ctrl-C again ends at once"


@click.command(short_help="Submit what lies in the bucket already.")
@app_options
@click.option(
    "--prefix", metavar="PREFIX", help="Only keys below it, be it outside INPUT_PREFIX.  [default: INPUT_PREFIX]"
)
@click.option("--since", callback=moment, metavar="TIME", help="Only objects stored since then: 2026-11-21, 12h, 7d.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Submit no more than that.")
@click.option("--parallel", type=click.IntRange(1, 64), default=16, show_default=True, help="How many at once.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="How many a second.",
)
@click.option(
    "--wait",
    "longest_wait",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    metavar="MINUTES",
    help="How long CI may have no room, at a stretch, before the rest is given up.",
)
@click.option(
    "--price",
    type=click.FloatRange(min=0),
    default=USD_PER_MINUTE,
    show_default=True,
    metavar="AMOUNT",
    help="What a minute of output costs, for the estimate; the default is in USD, of 2023.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would be submitted and what it may cost, and submit nothing.")
def backfill(
    *,
    prefix: str | None,
    since: datetime | None,
    limit: int | None,
    parallel: int,
    rate: float,
    longest_wait: int,
    price: float,
    yes: bool,
    dry_run: bool,
    where: Where,
) -> None:
    """Submit what lies in the bucket and was never submitted.

    First everything is listed, and what it may cost is said and asked for. When CI's queue is full, it goes on as soon
    as reconcile has submitted what waits; new uploads come first. Ctrl-C lets those under way end; the same command
    goes on later, and skips what is done. Prints how many of each outcome. Exits with 0 when all was submitted or
    refused, 1 when something is left or failed, 130 after Ctrl-C.
    """
    console = talk()
    with open_app(where, parallel=parallel) as app:
        wanted = Wanted(app.call.settings.input_prefix if prefix is None else prefix, since, limit)
        task = _backfill(app, parallel)
        plan = _plan(task, wanted, console)
        _estimate(plan, app, price, console)
        if dry_run or not plan.uploads:
            print_json({"uploads": plan.uploads, "size_bytes": plan.size_bytes, SEEN: plan.seen})
            return
        if not yes:
            click.confirm(f"Submit {plan.uploads} uploads?", abort=True, err=True)
        with wish_to_end(console, ENDING) as wish, meter(console, "submitted", plan.uploads) as progress:
            course = task.run(
                wanted,
                Pace(app.call.clock, rate),
                longest_wait=longest_wait * 60.0,
                hear=lambda result, _upload: progress.advance(result != SEEN),
                interrupted=lambda: wish.came,
            )
    if course.stopped:
        console.print(f"stopped: {course.stopped}", markup=False, style="red")
    print_json({**dict(sorted(course.counts.items())), "stopped": course.stopped})
    if course.stopped == INTERRUPTED:
        sys.exit(EXIT_INTERRUPTED)
    if course.stopped or course.counts["failed"]:
        console.print("the same command goes on with what is left", markup=False)
        sys.exit(1)


def _backfill(app: App, parallel: int) -> Backfill:
    call, bucket = app.call, app.bucket
    return Backfill(
        settings=call.settings,
        bucket=bucket,
        cos=call.cos,
        reader=call.reader(bucket),
        submitter=lambda: call.submitter(bucket),
        clock=call.clock,
        looking=in_flight(parallel),
        submitting=in_flight(parallel),
    )


def _plan(task: Backfill, wanted: Wanted, console: Console) -> Plan:
    with meter(console, "looked at") as progress:
        return task.plan(wanted, lambda _result, _upload: progress.advance())


def _estimate(plan: Plan, app: App, price: float, console: Console) -> None:
    console.print(
        f"{plan.uploads} uploads, {plan.size_bytes / 1e6:.1f} MB; {plan.seen} are claimed already", markup=False
    )
    if not app.live:
        console.print("nothing is billed in the local cloud")
        return
    minutes, stems = plan.seconds / 60, STEMS[app.call.settings.audio_mode]
    least = minutes * price
    console.print(
        f"roughly {minutes / 60:.1f} hours, judged by size and format, hence some {least:.2f} at {price} a minute, or "
        f"{least * stems:.2f} if CI bills each of {stems} stems (not documented); it may be several times more or less",
        markup=False,
    )
