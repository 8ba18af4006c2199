"""`voicesep local`: the app in a local cloud that stays, for the other commands and for whatever client there is."""

import errno
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from localcloud import Options
from localcloud.cloud import WHAT_IT_IS_NOT
from localcloud.errors import CloudError
from localcloud.scf.invocation import LogListener
from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.server import Server
from voice_separation import settings
from voice_separation.errors import InvalidSettings
from voicesep.app import App, open_app
from voicesep.code import code_options
from voicesep.console import talk, trouble
from voicesep.interrupt import until_interrupted
from voicesep.local import LocalApp
from voicesep.page.app import keep_addresses_out_of_logs, page_server
from voicesep.project import find_project, program
from voicesep.running import LOG, STATE, RunningApp, announced, find_running
from voicesep.where import Where, env_file_options, read_env

PORT = 9000
HIGHEST_PORT = 65535
HERE = Where(live=False, env_file=None)
LOG_BYTES = 10_000_000  # then the log is begun anew, and the last one kept
REQUESTS_KEPT = 10_000
TO_RECEIVER = frozenset({"WEBHOOK_URL", "WEBHOOK_SECRETS"})
NOT_TAKEN = frozenset({"CALLBACK_URL", "CALLBACK_SECRETS", "COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT"})


@click.command("local")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    default=PORT,
    show_default=True,
    help="Where to listen on 127.0.0.1, the page one higher if that is free; 0 takes free ones.",
)
@env_file_options("Take the settings from a .env; its callback address, secrets and endpoints are left out.")
@code_options
def local(*, port: int, env_file: Path | None, options: Options) -> None:
    """Run the app in a local cloud until Ctrl-C.

    Functions, triggers, timers and a bucket are there. What lies in .localcloud/ beside serverless.yml is there again
    the next time; jobs are not. The other commands find the app by themselves: voicesep upload talk.mp3, then
    voicesep jobs.
    """
    console, project = talk(), find_project()
    running = find_running(project)
    if running:
        raise click.ClickException(f"a local app runs here already, at {running.endpoint} (process {running.pid})")
    directory = project / STATE
    directory.mkdir(parents=True, exist_ok=True)
    chosen = replace(options, directory=directory, port=port, timers=True, requests_kept=REQUESTS_KEPT)
    console.print(WHAT_IT_IS_NOT, style="dim")
    try:
        _run(project, _overrides(env_file), chosen, console)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise click.ClickException(f"port {port}: {error.strerror}; choose another with --port") from error
    except (CloudError, InvalidServerlessFileError) as error:
        raise click.ClickException(str(error)) from error
    console.print("stopped")


def _run(project: Path, overrides: Mapping[str, str], options: Options, console: Console) -> None:
    with (
        _logged(project / STATE / LOG, trouble(console)) as on_log,
        LocalApp(project, overrides, on_log, options) as app,
    ):
        app.deploy()
        key = app.cloud.credentials
        told = RunningApp(
            pid=os.getpid(),
            endpoint=app.cloud.endpoint,
            secret_id=key.access_key_id,
            secret_key=key.secret_key,
            environment=app.environment,
        )
        keep_addresses_out_of_logs()
        with announced(project, told), open_app(HERE) as opened, _page(opened, options.port) as page:
            _tell(app, page.url, console)
            click.echo(app.cloud.endpoint)
            until_interrupted()


@contextmanager
def _page(app: App, port: int) -> Iterator[Server]:
    """Serve the page next to the port of the cloud, where a tab finds it again the next time, or else at a free one."""
    page = page_server(app, port + 1 if 0 < port < HIGHEST_PORT else 0)
    try:
        page.start()
    except OSError:
        page = page_server(app)
        page.start()
    try:
        yield page
    finally:
        page.stop()


def _overrides(env_file: Path | None) -> dict[str, str]:
    """Return what a `.env` sets, without what belongs to the real cloud. Raises click.UsageError."""
    if env_file is None:
        return {}
    given, known = read_env(env_file), {*settings.NAMES, "REGION"} - NOT_TAKEN
    overrides = {name: given[name] for name in known if given.get(name, "") not in ("", settings.NOT_SET)}
    if overrides.get("WEBHOOK_URL", "").startswith("https:"):  # the real receiver must not hear of what is tried here
        overrides = {name: value for name, value in overrides.items() if name not in TO_RECEIVER}
    try:
        settings.from_environment(overrides)
    except InvalidSettings as error:
        told = "; ".join(f"{name}: {reason}" for name, reason in sorted(error.problems.items()))
        raise click.UsageError(f"{env_file}: {told}") from error
    return overrides


@contextmanager
def _logged(path: Path, hear: LogListener) -> Iterator[LogListener]:
    """Keep what functions log, a JSON object a line, and pass it on."""
    file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")

    def keep(function: str, request_id: str, line: str) -> None:
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        kept = json.dumps({"at": at, "function": function, "request_id": request_id, "line": line})
        file.handle(logging.makeLogRecord({"msg": kept}))
        hear(function, request_id, line)

    try:
        yield keep
    finally:
        file.close()


def _tell(app: LocalApp, page: str, console: Console) -> None:
    bucket, callback = app.bucket, urlsplit(app.environment["CALLBACK_URL"])
    lines = (
        ("page", f"{page}/"),
        ("cloud", app.cloud.endpoint),
        ("bucket", f"{bucket.name} ({bucket.region})"),
        ("callback", f"{callback.geturl()}, which is in this cloud and nowhere else:"),
        ("", f"curl -x {app.cloud.endpoint} http://{callback.netloc}{callback.path}"),
        ("log", f"{STATE}/{LOG}"),
        ("try", f"{program()} upload talk.mp3; Ctrl-C stops"),
    )
    for name, value in lines:
        console.print(f"{name:<9} {value}", markup=False)
