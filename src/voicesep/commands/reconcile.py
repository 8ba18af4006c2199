"""`voicesep reconcile`: what the timers do, now."""

import sys

import click

from voice_separation.status import Status
from voicesep.app import App, open_app
from voicesep.console import print_json, talk
from voicesep.where import Where, app_options


@click.command("reconcile")
@app_options
@click.option(
    "--audit", is_flag=True, help="First find uploads without a claim and claims without a job, as is done daily."
)
@click.option("--dry-run", is_flag=True, help="Say what is open, with --audit also what it would find, and do nothing.")
def reconcile(*, audit: bool, dry_run: bool, where: Where) -> None:
    """Do now what the timer does every minute.

    Submit what waits, finish jobs whose callback never came, and publish the index, from here; it may run beside the
    function. Jobs younger than PENDING_GRACE_SECONDS are left to their callback. Prints the counts; exits with 1 when
    an upload waits for somebody to correct something.
    """
    with open_app(where) as app:
        if dry_run:
            opened = Status(app.call.reader(app.bucket)).open_counts()
            found = app.call.audit(app.bucket).plan().report() if audit else {}
            print_json({**{state.value.lower(): count for state, count in opened.items()}, **found})
            return
        alarming = _reconcile(app, audit=audit)
    for told in alarming:
        talk().print(told, markup=False, style="red")
    if alarming:
        sys.exit(1)


def _reconcile(app: App, *, audit: bool) -> list[str]:
    """Run the use cases; return what somebody has to correct."""
    call, bucket = app.call, app.bucket
    audited = call.audit(bucket).run().report() if audit else {}
    try:
        done = call.reconciliation(bucket).run()
    finally:  # what cannot be repaired now does not keep the rest from being published
        index = call.publication(bucket).publish()
        if notices := call.notices(bucket):
            notices.send_due()
    print_json({**audited, **done.report(), "jobs": index.jobs})
    return [f"{outcome.key}: {outcome.error}" for outcome in done.alarming]
