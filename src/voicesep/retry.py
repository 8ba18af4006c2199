"""`voicesep retry`: what failed, was refused or waits is submitted again."""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import click
from rich.console import Console

from voice_separation.errors import NothingKnown
from voice_separation.retrying import AT_ONCE, Retrying
from voice_separation.status import State, Status, Wanted
from voice_separation.story import Stories, Story
from voice_separation.submitter import Outcome
from voicesep.app import App, Where, app_options, open_app
from voicesep.console import print_json, talk
from voicesep.progress import Meter, meter


@click.command()
@app_options
@click.argument("uploads", metavar="[KEY|UPLOAD_ID|JOB_ID]...", nargs=-1)
@click.option("--failed", is_flag=True, help="Every upload whose job has failed, and that has no stems by now.")
@click.option("--refused", is_flag=True, help="Every upload that was refused.")
@click.option(
    "--again", is_flag=True, help="Also what was separated already: it is billed again, and its stems replaced."
)
@click.option("--dry-run", is_flag=True, help="Say what would be submitted, and submit nothing.")
def retry(*, uploads: tuple[str, ...], failed: bool, refused: bool, again: bool, dry_run: bool, where: Where) -> None:
    """Submit again what failed, was refused or cancelled, or waits.

    What became of earlier jobs stays in the index; a success counts before a failure. Each new job is billed. Killed
    half-way, reconcile goes on with what has begun, and the command may be repeated. Prints how many of each outcome;
    exits with 1 when one of them failed.
    """
    if not (uploads or failed or refused):
        raise click.UsageError("name what to retry: KEY, UPLOAD_ID or JOB_ID, or --failed or --refused")
    if again and (failed or refused):
        raise click.UsageError("--again is for uploads that are named one by one")
    console = talk()
    with open_app(where) as app:
        stories = _Once(app, uploads, failed=failed, refused=refused)
        with meter(console, "would retry" if dry_run else "retried") as progress:
            work = _look if dry_run else _retry
            counts = work(_retrying(app, again=again), stories, console, progress)
    for told in stories.unknown:
        console.print(told, markup=False, style="red")
    print_json(dict(sorted(counts.items())))
    if counts["failed"] or stories.unknown:
        sys.exit(1)


class _Once:
    """The stories of what is to be retried, each upload once; `unknown` tells what has none."""

    def __init__(self, app: App, named: tuple[str, ...], *, failed: bool, refused: bool) -> None:
        self._stories: Stories = app.stories
        self._status = Status(app.call.reader(app.bucket), app.call.many)
        self._named = named
        self._states = [state for state, wanted in ((State.FAILED, failed), (State.REFUSED, refused)) if wanted]
        self._seen: set[str] = set()
        self.unknown: list[str] = []

    def __iter__(self) -> Iterator[Story]:
        for named in (*self._named, *self._listed()):
            try:
                story = self._stories.find(named)
            except NothingKnown as error:
                self.unknown.append(str(error))
                continue
            upload_id = story.upload.upload_id if story.upload else named
            if upload_id not in self._seen:
                self._seen.add(upload_id)
                yield story

    def _listed(self) -> Iterator[str]:
        index = self._status.index()
        for state in self._states:
            for row in self._status.rows(Wanted(state), index):
                if row.upload_id and row.upload_id not in self._seen:
                    yield row.upload_id


def _retry(retrying: Retrying, stories: _Once, console: Console, progress: Meter) -> Counter[str]:
    counts: Counter[str] = Counter()
    each = iter(stories)
    while some := list(islice(each, AT_ONCE)):
        for outcome in retrying.retry_all(some):
            counts[outcome.result] += 1
            progress.advance()
            _tell(outcome, console)
    return counts


def _look(retrying: Retrying, stories: _Once, console: Console, progress: Meter) -> Counter[str]:
    counts: Counter[str] = Counter()
    for story in stories:
        key = story.upload.key if story.upload else ", ".join(story.ended or story.running)
        reason = retrying.reason_against(story)
        counts["skipped" if reason else "would be submitted"] += 1
        told = f"skipped, {reason}" if reason else f"would be submitted, attempt {story.attempts + 1}"
        console.print(f"{key}: {told}", markup=False)
        progress.advance()
    return counts


def _retrying(app: App, *, again: bool) -> Retrying:
    call, bucket = app.call, app.bucket
    return Retrying(
        bucket=bucket,
        cos=call.cos,
        writer=call.writer(bucket),
        completion=call.completion(bucket),
        submitter=call.submitter(bucket),
        clock=call.clock,
        again=again,
        many=call.many,
    )


def _tell(outcome: Outcome, console: Console) -> None:
    told = outcome.job_id or outcome.reason or (str(outcome.error) if outcome.error else "")
    console.print(f"{outcome.key}: {outcome.result}{', ' if told else ''}{told}", markup=False)
