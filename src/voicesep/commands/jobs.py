"""`voicesep jobs`: what is under way, and what became of everything else."""

from datetime import datetime
from itertools import islice

import click

from voice_separation.status import Row, State, Status, Wanted
from voicesep.app import open_app
from voicesep.console import Column, output_format, print_stream, talk
from voicesep.moments import local_time, moment, short_local_time
from voicesep.where import Where, app_options

ROWS_OF_A_TABLE = 50

COLUMNS: tuple[Column[Row], ...] = (
    ("state", lambda row: row.state),
    ("key", lambda row: row.key),
    ("at", lambda row: row.at and short_local_time(row.at)),
    ("seconds", lambda row: row.duration_s and f"{row.duration_s:.1f}"),
    ("job", lambda row: row.job_id),
    ("reason", lambda row: row.reason),
)


@click.command(short_help="List uploads and their jobs.")
@app_options
@click.option(
    "--state",
    type=click.Choice([state.value for state in State], case_sensitive=False),
    help="Only these: jobs that have ended as CI says, or uploads that are pending, waiting or refused.",
)
@click.option(
    "--since",
    callback=moment,
    metavar="TIME",
    help="Only since then: 2026-11-21, 2026-11-21T08:00+08:00, 90m, 12h, 7d.",
)
@click.option("--key", metavar="PATTERN", help="Only objects whose key is this; * and ? stand for any characters.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"No more rows than that.  [default: {ROWS_OF_A_TABLE} for a table, all for json and jsonl]",
)
@output_format
def jobs(
    *, state: str | None, since: datetime | None, key: str | None, limit: int | None, form: str, where: Where
) -> None:
    """List uploads and their jobs, from the index.

    Pending ones come first, then waiting, then ended ones, the newest first, then refused ones. What has ended is
    told as reconcile has published it, every minute. An upload that was retried has several rows. On a terminal a table
    cuts reasons, which `voicesep show` has whole. Its times are those of this machine; JSON has them with their offset.
    """
    console = talk()
    wanted = Wanted(State(state) if state else None, since, key)
    with open_app(where) as app:
        missing: list[str] = []
        status = Status(app.call.reader(app.bucket), app.call.many, missing.append)
        rows = status.rows(wanted)
        most = limit or (ROWS_OF_A_TABLE if form == "table" else None)
        print_stream(islice(rows, most), COLUMNS, form, cut="reason")
        if most and next(rows, None):
            console.print(f"there are more; --limit shows more than {most}", markup=False)
        opened = ", ".join(f"{count} {found.value.lower()}" for found, count in status.open_counts().items())
        if index := status.index():
            counts = (
                ", ".join(f"{count} {ended}" for ended, count in sorted(index.counts.items())) or "nothing has ended"
            )
            console.print(f"index of {local_time(index.generated_at)}: {counts}; now up to {opened}", markup=False)
        else:
            console.print(
                f"no index was published yet; `{where.typed('reconcile')}` does it. Now up to {opened}", markup=False
            )
    for segment in missing:
        console.print(f"{segment} is missing or damaged: `{where.typed('rebuild-index')}` makes it anew", markup=False)
