"""The command `voicesep live-checks`."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from voicesep.cloud import open_deployment
from voicesep.console import talk
from voicesep.live_checks.asking import ask_all
from voicesep.live_checks.bench import Bench
from voicesep.live_checks.catalogue import QUESTIONS
from voicesep.live_checks.questions import Question
from voicesep.live_checks.redaction import Redaction
from voicesep.live_checks.report import Report, open_sheet
from voicesep.where import Where, app_options

PATIENCE_SECONDS = 300.0  # for one job, or for the log
COMMAND_SECONDS = 3600.0


@click.command("live-checks", short_help="Ask the cloud what its documents leave open.")
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
    what that costs. Everything is written below voicesep-live-checks/ in INPUT_BUCKET, two questions' objects below
    INPUT_PREFIX, and deleted afterwards. The report is written while the questions are asked. Those about events
    need functions that are deployed with LOG_LEVEL=DEBUG.
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
        told = "the real cloud" if cloud.cos_endpoint is None else "a local cloud, which proves nothing"
        with open_sheet(output) as sheet:
            report = Report(sheet, Redaction.of(deployment, cloud))
            report.begin(at=cloud.clock.now(), region=deployment.bucket.region, where=told)
            cleaned = ask_all(bench, questions, report, console)
    console.print(f"deleted {cleaned.deleted} objects", markup=False)
    if output is not None:
        console.print(f"written to {output}", markup=False)
    if cleaned.problems:
        raise click.ClickException(f"not all was deleted; look below {bench.prefix} and {bench.triggering_prefix}")


def _tell(questions: Sequence[Question], console: Console) -> None:
    for question in questions:
        console.print(f"{question.name}: {question.does} ({question.cost})", markup=False)
