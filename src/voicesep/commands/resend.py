"""`voicesep resend`: the receiver is told of jobs again."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from voice_separation.concurrency import in_flight
from voice_separation.errors import NothingKnown
from voice_separation.index.notice import Notice
from voice_separation.resending import Resending
from voice_separation.status import Status, Wanted
from voicesep.app import App, open_app
from voicesep.console import FEW, FirstFew, print_json, talk
from voicesep.moments import moment
from voicesep.named import NAMED, names_in
from voicesep.progress import meter
from voicesep.project import program
from voicesep.session import PARALLEL
from voicesep.where import Where, app_options


@click.command(short_help="Have the receiver told of jobs again.")
@app_options
@click.argument("jobs", type=NAMED, metavar="[JOB_ID|UPLOAD_ID|KEY|-]...", nargs=-1)
@click.option("--undelivered", is_flag=True, help="Every notice that was given up.")
@click.option("--waiting", is_flag=True, help="Every notice that was not taken yet, without waiting for its next turn.")
@click.option(
    "--since",
    callback=moment,
    metavar="TIME",
    help="With the two above, only what was noted since then: 2026-11-21, 12h, 7d. Without, every job that has ended "
    "since then, told or not.",
)
@click.option("-v", "--verbose", is_flag=True, help=f"Tell of every notice; else of the first {FEW}.")
@click.option("--dry-run", is_flag=True, help="Say what would be told again, and change nothing.")
def resend(
    *,
    jobs: tuple[str, ...],
    undelivered: bool,
    waiting: bool,
    since: datetime | None,
    verbose: bool,
    dry_run: bool,
    where: Where,
) -> None:
    """Have the receiver of notices (WEBHOOK_URL) told of jobs again.

    Each is put back among the notices as if it were new, and the next reconcile tells it, within a minute. Its
    webhook-id is the one it had, so a receiver that has heard it may drop it. An upload stands for all of its jobs that
    have ended. May be repeated. Prints how many; exits with 1 when something that was asked for is not told. - reads
    names from standard input, one a line.
    """
    if jobs and since:
        raise click.UsageError("--since is not for jobs that are named one by one")
    if not (jobs or undelivered or waiting or since):
        raise click.UsageError("name what to tell: JOB_ID, UPLOAD_ID or KEY, or --undelivered, --waiting or --since")
    console = talk()
    lines = FirstFew(console, every=verbose, more="--verbose tells of each")
    with open_app(where) as app:
        if not app.call.settings.webhook_url:
            raise click.UsageError("this app tells nobody: WEBHOOK_URL is not set")
        chosen = _Chosen(app)
        notices = chosen.notices(names_in(jobs), undelivered=undelivered, waiting=waiting, since=since)
        with meter(console, "would tell again" if dry_run else "put back") as progress:
            for notice in notices if dry_run else chosen.task.resend(notices):
                lines.tell(f"{notice.job_id} {notice.state}{f': {notice.failure}' if notice.failure else ''}")
                progress.advance()
    lines.end()
    for problem in chosen.problems:
        console.print(problem, markup=False, style="red")
    if progress.done and not dry_run:
        now = f"{program()} reconcile{' --live' if where.live else ''}"
        console.print(f"reconcile tells the receiver within a minute; `{now}` does it at once, from here", markup=False)
    print_json({"notices": progress.done})
    if chosen.problems:
        sys.exit(1)


class _Chosen:
    """Finds what was asked for, each job in a state once; `problems` tells of what cannot be told, and why."""

    def __init__(self, app: App) -> None:
        call, bucket = app.call, app.bucket
        self._stories = app.stories
        self._status = Status(call.reader(bucket), call.many, self._unreadable)
        self.task = Resending(
            reader=call.reader(bucket),
            writer=call.writer(bucket),
            clock=call.clock,
            many=in_flight(PARALLEL),
            unreadable=self._unreadable,
        )
        self.problems: list[str] = []

    def notices(
        self, names: Iterator[str], *, undelivered: bool, waiting: bool, since: datetime | None
    ) -> Iterator[Notice]:
        """Yield the notices of everything that was asked for."""
        seen: set[tuple[str, str]] = set()
        for notice in self._all(names, undelivered=undelivered, waiting=waiting, since=since):
            if (notice.job_id, notice.state) not in seen:
                seen.add((notice.job_id, notice.state))
                yield notice

    def _all(
        self, names: Iterator[str], *, undelivered: bool, waiting: bool, since: datetime | None
    ) -> Iterator[Notice]:
        for notices in self.task.many(self._of, names):
            yield from notices
        noted = [self.task.undelivered] * undelivered + [self.task.waiting] * waiting
        for kind in noted:
            yield from (notice for notice in kind() if since is None or notice.noted_at >= since)
        if since and not noted:
            yield from self.task.of(self._status.rows(Wanted(since=since)))

    def _of(self, named: str) -> Sequence[Notice]:
        """Return the notice of the job, or those of the upload's jobs, that is named."""
        try:
            entries = self._stories.find(named).entries
        except NothingKnown as error:
            self.problems.append(str(error))
            return ()
        own = [entry for entry in entries if entry.job_id == named]
        notices = tuple(self.task.of(own or entries))
        if not notices:
            self.problems.append(f"{named}: no job of it has an entry, so there is nothing to tell")
        return notices

    def _unreadable(self, key: str) -> None:
        self.problems.append(f"{key} is gone or damaged")
