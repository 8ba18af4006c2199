"""The command `voicesep live-checks`."""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console

from voice_separation.errors import VoiceSeparationError
from voicesep.app import Where, app_options
from voicesep.cloud import open_deployment
from voicesep.console import talk
from voicesep.live_checks.bench import Bench
from voicesep.live_checks.catalogue import QUESTIONS
from voicesep.live_checks.questions import Answered, Question
from voicesep.live_checks.report import render

PATIENCE_SECONDS = 300.0  # for one job, or for the log
COMMAND_SECONDS = 3600.0


@click.command("live-checks")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([question.name for question in QUESTIONS]),
    help="Ask only this question; may be given several times.",
)
@click.option("--yes", is_flag=True, help="Yes, ask the real cloud, and pay for it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the report.  [default: standard output]",
)
@click.option(
    "--patience",
    type=click.FloatRange(1),
    default=PATIENCE_SECONDS,
    show_default=True,
    help="How many seconds to wait for one job, or for a line in the log.",
)
@app_options
def live_checks(*, only: tuple[str, ...], yes: bool, output: Path | None, patience: float, where: Where) -> None:
    """Ask the real cloud what its documents leave open, and write down what was observed.

    Run it once, where the app is deployed and nobody works: without --live and --yes it only says what it would do and
    what that costs. Everything is written below voicesep-live-checks/ in INPUT_BUCKET, one question's objects below
    INPUT_PREFIX, and deleted afterwards.
    """
    questions = [question for question in QUESTIONS if not only or question.name in only]
    console = talk()
    if not (where.live and yes):
        _tell(questions, console)
        raise click.UsageError("nothing was asked; add --live and --yes to ask the real cloud, which bills it")
    with open_deployment(where, seconds=COMMAND_SECONDS) as (deployment, cloud):
        bench = Bench(deployment, cloud, secrets.token_hex(4), patience)
        if bench.prefix.startswith(deployment.settings.input_prefix):
            raise click.UsageError(f"INPUT_PREFIX covers {bench.prefix}, so whatever is written would trigger `submit`")
        try:
            answers = list(_ask(bench, questions, console))
        finally:
            console.print(f"deleted {bench.clean()} objects", markup=False)
        told = "the real cloud" if cloud.cos_endpoint is None else "a local cloud, which proves nothing"
        report = render(answers, at=cloud.clock.now(), region=deployment.bucket.region, where=told)
    if output is None:
        click.echo(report, nl=False)
    else:
        output.write_text(report, encoding="utf-8")
        console.print(f"written to {output}", markup=False)


def _tell(questions: Sequence[Question], console: Console) -> None:
    for question in questions:
        console.print(f"{question.name}: {question.does} ({question.cost})", markup=False)


def _ask(bench: Bench, questions: Sequence[Question], console: Console) -> Iterable[Answered]:
    """Ask one question after the other; one that cannot be asked does not stop the others."""
    for question in questions:
        console.print(f"{question.name}: {question.asks}", markup=False)
        seen: list[str] = []
        try:
            for line in question.observe(bench):
                seen.append(line)  # noqa: PERF402 - what was seen before a failure is kept
        except (VoiceSeparationError, LookupError, ValueError) as error:
            seen.append(f"could not be asked to the end: {type(error).__name__}, {error}")
        yield Answered(question, tuple(seen))
