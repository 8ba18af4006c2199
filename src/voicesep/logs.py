"""`voicesep logs`: what the deployed functions have printed."""

import re
from dataclasses import dataclass
from datetime import timedelta

import click

from voicesep.app import Where, app_options
from voicesep.cloud import Cloud, open_deployment
from voicesep.console import Column, output_format, print_rows
from voicesep.deployment import Deployment
from voicesep.tencent.cls import LogLine

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


@dataclass(frozen=True)
class _Wanted:
    """Which lines: how far back, of one invocation only, at most so many of each function."""

    since: timedelta
    request_id: str | None
    limit: int


@click.command()
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

    SCF writes into a topic of the log service CLS, a minute late at times. The key needs cls:SearchLog.
    """
    wanted = _Wanted(since, request_id, limit)
    with open_deployment(where) as (deployment, cloud):
        keys = functions or tuple(spec.key for spec in deployment.project.functions)
        lines = [line for key in keys for line in _lines(deployment, cloud, key, wanted)]
    newest = sorted(lines, key=lambda line: line.at)[-limit:]
    print_rows(newest, COLUMNS, form)


def _lines(deployment: Deployment, cloud: Cloud, key: str, wanted: _Wanted) -> list[LogLine]:
    """Return the newest lines of one function, oldest first."""
    name = deployment.function(key).name
    function = cloud.scf.function(name)
    if function is None:
        raise click.ClickException(f"{name} is not deployed in {deployment.project.region}; run `make deploy`")
    if not function.cls_topic_id:
        raise click.ClickException(f"{name} has no log topic; switch its logs on in the SCF console, or set `cls`")
    fields = {"SCF_FunctionName": name, **({"SCF_RequestId": wanted.request_id} if wanted.request_id else {})}
    now = cloud.clock.now()
    found = cloud.cls.search(function.cls_topic_id, fields, since=now - wanted.since, until=now, most=wanted.limit)
    return list(found)[::-1]
