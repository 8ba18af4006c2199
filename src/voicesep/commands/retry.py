"""`voicesep retry`: what failed, was refused or waits is submitted again."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import click

from voice_separation.errors import NothingKnown
from voice_separation.retrying import Retrying
from voice_separation.status import Row, State, Status, Wanted
from voice_separation.story import Story
from voice_separation.submitter import SETTLED_TOGETHER
from voicesep.app import App, open_app
from voicesep.console import FEW, FirstFew, print_json, talk
from voicesep.named import NAMED, names_in
from voicesep.progress import meter
from voicesep.where import Where, app_options


class _Told(NamedTuple):
    """What became of one upload, in a word to count and in a line to read, and whether somebody has to act."""

    result: str
    line: str
    alarming: bool = False


@click.command(short_help="Submit again what failed, was refused, or waits.")
@app_options
@click.argument("uploads", type=NAMED, metavar="[KEY|UPLOAD_ID|JOB_ID|-]...", nargs=-1)
@click.option("--failed", is_flag=True, help="Every upload whose job has failed, and that has no stems by now.")
@click.option("--refused", is_flag=True, help="Every upload that was refused.")
@click.option("--waiting", is_flag=True, help="Every upload that waits, without waiting for its next attempt.")
@click.option(
    "--again", is_flag=True, help="Also what was separated already: it is billed again, and its stems replaced."
)
@click.option("-v", "--verbose", is_flag=True, help=f"Tell of every upload; else of the first {FEW}, and of failures.")
@click.option("--dry-run", is_flag=True, help="Say what would be submitted, and submit nothing.")
def retry(
    *,
    uploads: tuple[str, ...],
    failed: bool,
    refused: bool,
    waiting: bool,
    again: bool,
    verbose: bool,
    dry_run: bool,
    where: Where,
) -> None:
    """Submit again what failed, was refused or cancelled, or waits.

    The oldest come first. What became of earlier jobs stays in the index; a success counts before a failure. Each new
    job is billed. Killed half-way, reconcile goes on with what has begun, and the command may be repeated. Prints how
    many of each outcome; exits with 1 when one failed, or waits for somebody to correct something. - reads names from
    standard input, one a line.
    """
    asked = ((State.FAILED, failed), (State.REFUSED, refused), (State.WAITING, waiting))
    states = tuple(state for state, wanted in asked if wanted)
    if not (uploads or states):
        raise click.UsageError("name what to retry: KEY, UPLOAD_ID or JOB_ID, or --failed, --refused or --waiting")
    if again and states:
        raise click.UsageError("--again is for uploads that are named one by one")
    console, counts, alarming = talk(), Counter[str](), False
    lines = FirstFew(console, every=verbose, more="--verbose tells of each")
    with open_app(where, parallel=SETTLED_TOGETHER) as app:
        names = tuple(dict.fromkeys((*names_in(uploads), *_listed(app, states))))
        found = _Found(app)
        work = _looked_at if dry_run else _retried
        with meter(console, "would retry" if dry_run else "retried", len(names)) as progress:
            for begin in range(0, len(names), SETTLED_TOGETHER):
                some = names[begin : begin + SETTLED_TOGETHER]
                for told in work(_retrying(app, again=again), found.stories(some)):
                    counts[told.result] += 1
                    lines.tell(told.line, serious=told.alarming)
                    alarming |= told.alarming
                progress.advance(len(some))
    lines.end()
    for unknown in found.unknown:
        console.print(unknown, markup=False, style="red")
    print_json(dict(sorted(counts.items())))
    if alarming or found.unknown:
        sys.exit(1)


class _Found:
    """Finds the stories of what was named, each upload once; `unknown` tells what has none."""

    def __init__(self, app: App) -> None:
        self._stories = app.stories
        self._many = app.call.many
        self._seen: set[str] = set()
        self.unknown: list[str] = []

    def stories(self, names: Sequence[str]) -> list[Story]:
        """Return the stories of these names, without those that were returned before."""
        found = dict(zip(names, self._many(self._find, names), strict=True))
        fresh: list[Story] = []
        for named, story in found.items():
            if isinstance(story, NothingKnown):
                self.unknown.append(str(story))
                continue
            upload_id = story.upload.upload_id if story.upload else named
            if upload_id not in self._seen:
                self._seen.add(upload_id)
                fresh.append(story)
        return fresh

    def _find(self, named: str) -> Story | NothingKnown:
        try:
            return self._stories.find(named)
        except NothingKnown as error:
            return error


def _listed(app: App, states: Sequence[State]) -> list[str]:
    """Return the upload_ids of all that are in one of these states, the oldest first."""
    status = Status(app.call.reader(app.bucket), app.call.many)
    rows = [row for state in states for row in status.rows(Wanted(state))]
    return [row.upload_id for row in sorted(rows, key=_age) if row.upload_id]


def _age(row: Row) -> tuple[float, str]:
    return (row.at.timestamp() if row.at else 0.0, row.key or "")


def _retried(retrying: Retrying, stories: Sequence[Story]) -> Iterator[_Told]:
    for outcome in retrying.retry_all(stories):
        told = outcome.job_id or outcome.reason or (str(outcome.error) if outcome.error else "")
        line = f"{outcome.key}: {outcome.result}{', ' if told else ''}{told}"
        yield _Told(outcome.result, line, outcome.alarming)


def _looked_at(retrying: Retrying, stories: Sequence[Story]) -> Iterator[_Told]:
    for story in stories:
        key = story.upload.key if story.upload else ", ".join(story.ended or story.running)
        reason = retrying.reason_against(story)
        if reason:
            yield _Told("skipped", f"{key}: skipped, {reason}")
        else:
            yield _Told("would be submitted", f"{key}: would be submitted, attempt {story.attempts + 1}")


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
