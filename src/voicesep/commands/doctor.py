"""The command `voicesep doctor`."""

import sys
from collections import Counter

import click

from voicesep.cloud import open_deployment
from voicesep.console import Column, output_format, print_rows, talk
from voicesep.doctor.examination import examine
from voicesep.doctor.findings import Finding, State
from voicesep.where import Where, app_options

COLUMNS: tuple[Column[Finding], ...] = (
    ("", lambda row: row.state.value),
    ("check", lambda row: row.check),
    ("found", lambda row: row.found),
    ("remedy", lambda row: row.remedy),
)


@click.command(short_help="Look at a deployment from end to end.")
@app_options
@output_format
def doctor(*, form: str, where: Where) -> None:
    """Look at a deployment from end to end, and say of each thing whether it is well, and if not, what to do.

    Nothing is changed, and nothing is billed but a few requests. Exit 1 when something fails. Without --live it is
    the app that `voicesep local` runs, else the app as it comes, in a local cloud of its own.
    """
    with open_deployment(where, made_if_none_runs=True) as (deployment, cloud):
        findings = list(examine(deployment, cloud))
    print_rows(findings, COLUMNS, form)
    counted = Counter(finding.state for finding in findings)
    talk().print(", ".join(f"{counted[state]} {state.value}" for state in State))
    if counted[State.FAIL]:
        sys.exit(1)
