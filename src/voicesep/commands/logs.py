"""`voicesep logs`: what the deployed functions have printed."""

import re
from datetime import timedelta

import click

from voicesep.cloud import open_deployment
from voicesep.console import Column, output_format, print_rows
from voicesep.function_logs import Wanted, function_log
from voicesep.tencent.cls import LogLine
from voicesep.where import Where, app_options

COLUMNS: tuple[Column[LogLine], ...] = (
    ("at", lambda row: row.at.isoformat(timespec="milliseconds")),
    ("function", lambda row: row.function),
    ("request", lambda row: row.request_id),
    ("line", lambda row: row.text),
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    found = re.fullmatch(r"(?P<count>[0-9]{1,6})(?P<unit>[smhd])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration; write 90s, 15m, 2h or 1d")
    return timedelta(**{_UNITS[found["unit"]]: int(found["count"])})


@click.command(short_help="Print what the functions have logged.")
@click.argument("functions", nargs=-1, metavar="[FUNCTION]…")
@app_options
@click.option("--since", callback=_duration, default="15m", show_default=True, help="How far back: 90s, 15m, 2h, 1d.")
@click.option("--request", "request_id", metavar="ID", help="Only lines of one invocation, its retries included.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="The newest so many lines."
)
@output_format
def logs(
    *,
    functions: tuple[str, ...],
    since: timedelta,
    request_id: str | None,
    limit: int,
    form: str,
    where: Where,
) -> None:
    """Print the log of FUNCTIONs (submit, callback, reconcile; all of them unless named), oldest line first.

    SCF writes into a topic of the log service CLS, a minute late at times. The key needs scf:GetFunction and
    cls:SearchLog.
    """
    with open_deployment(where) as (deployment, cloud):
        now = cloud.clock.now()
        wanted = Wanted(now - since, now, limit, request_id)
        keys = functions or tuple(spec.key for spec in deployment.project.functions)
        lines = [line for key in keys for line in function_log(deployment, cloud, key).lines(wanted)]
    newest = sorted(lines, key=lambda line: line.at)[-limit:]
    print_rows(newest, COLUMNS, form)
