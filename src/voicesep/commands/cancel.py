"""`voicesep cancel`: jobs that CI has not begun, and uploads that wait, are given up."""

import sys

import click

from voice_separation.cancelling import Cancelling
from voice_separation.errors import NothingKnown, NothingToCancel, TencentRefusal
from voicesep.app import open_app
from voicesep.console import talk
from voicesep.named import NAMED, names_in
from voicesep.where import Where, app_options


@click.command(short_help="Give up what has not begun, or waits.")
@app_options
@click.argument("uploads", type=NAMED, metavar="KEY|UPLOAD_ID|JOB_ID|-...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be cancelled, and cancel nothing.")
def cancel(*, uploads: tuple[str, ...], dry_run: bool, where: Where) -> None:
    """Cancel jobs that CI has not begun, and uploads that wait.

    CI cancels no job that has begun. What was cancelled can be retried. Prints the ids of the cancelled jobs; exits
    with 1 when something could not be cancelled. - reads names from standard input, one a line.
    """
    console = talk()
    refused = 0
    with open_app(where) as app:
        call, bucket = app.call, app.bucket
        cancelling = Cancelling(bucket, call.ci, call.writer(bucket), call.completion(bucket), call.clock)
        for named in names_in(uploads):
            try:
                story = app.stories.find(named)
                what = cancelling.what(story)
                cancelled = () if dry_run else cancelling.cancel(story)
            except (NothingKnown, NothingToCancel, TencentRefusal) as error:
                console.print(_told(named, error), markup=False, style="red")
                refused += 1
                continue
            console.print(f"{'would cancel' if dry_run else 'cancelled'} {what}", markup=False)
            for job_id in cancelled:
                click.echo(job_id)
    if refused:
        sys.exit(1)


def _told(named: str, error: Exception) -> str:
    """Return an error, with what it is about in front where it does not say so itself."""
    return str(error) if named in str(error) else f"{named}: {error}"
