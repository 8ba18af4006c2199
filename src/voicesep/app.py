"""The app that a command looks after: the one that `voicesep local` runs, or with --live the one in the real cloud."""

import functools
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from voice_separation import settings
from voice_separation.bucket import Bucket
from voice_separation.concurrency import in_threads
from voice_separation.errors import InvalidSettings, VoiceSeparationError
from voice_separation.instance import Invocation
from voice_separation.story import Stories
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import connection_pool
from voicesep.deployment import ENV_FILE, read_env
from voicesep.keys import live_key
from voicesep.project import find_project
from voicesep.running import LOG, STATE, find_running
from voicesep.target import new_session

LONGEST_SECONDS = 7 * 24 * 3600.0  # of one command; each request has limits of its own
PARALLEL = 8

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Where:
    """Which app is meant; `env_file` None: `.env` beside serverless.yml."""

    live: bool
    env_file: Path | None


@dataclass(frozen=True)
class App:
    """An app, reached as one of its own invocations would; `log` is where the local functions' lines are kept."""

    call: Invocation
    bucket: Bucket
    live: bool
    log: Path | None = None

    @property
    def stories(self) -> Stories:
        """What is known of its uploads."""
        call = self.call
        return Stories(self.bucket, call.cos, call.ci, call.reader(self.bucket), call.clock, call.many)


def app_options(command: Callable[Parameters, Result]) -> Callable[..., Result]:
    """Add --live, --env-file and --profile, which reach the command as `where`."""

    @click.option(
        "--live",
        is_flag=True,
        help="Work on the app in the real cloud, with the key in TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN.",
    )
    @click.option(
        "--env-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The settings that the app was deployed with.  [default: .env beside serverless.yml]",
    )
    @click.option("--profile", metavar="NAME", help="The same as --env-file .env.NAME, for one of several deployments.")
    @functools.wraps(command)
    def with_options(*args: object, live: bool, env_file: Path | None, profile: str | None, **kwargs: object) -> Result:
        if profile and env_file:
            raise click.UsageError("--profile and --env-file both name the settings; give one of them")
        if (profile or env_file) and not live:
            raise click.UsageError("the settings of the local app are those that `voicesep local` was started with")
        named = Path(f"{ENV_FILE}.{profile}") if profile else None
        kwargs["where"] = Where(live, env_file or (named and find_project() / named))
        return command(*args, **kwargs)  # type: ignore[arg-type]  # click calls with what it has parsed

    return with_options


@contextmanager
def open_app(where: Where, *, parallel: int = PARALLEL) -> Iterator[App]:
    """Open the app; refusals of the cloud end the command with 1 and one line.

    Raises click.UsageError when its settings or its key are missing or wrong, click.ClickException when no local app
    runs.
    """
    try:
        yield _live_app(where, parallel) if where.live else _local_app(parallel)
    except VoiceSeparationError as error:
        raise click.ClickException(str(error)) from error


def _local_app(parallel: int) -> App:
    project = find_project()
    running = find_running(project)
    if running is None:
        raise click.ClickException(
            "no local app runs here: start one with `voicesep local` in another terminal, or work on the real cloud "
            "with --live"
        )
    app = _app(running.environment, Credentials(running.secret_id, running.secret_key), parallel)
    return App(app.call, app.bucket, live=False, log=project / STATE / LOG)


def _live_app(where: Where, parallel: int) -> App:
    path = where.env_file or find_project() / ENV_FILE
    if not path.is_file():
        raise click.UsageError(f"there is no {path}; copy .env.example and fill it in, or name another with --env-file")
    environment = read_env(path)
    key = live_key(environment)
    try:
        return _app(environment, key, parallel)
    except InvalidSettings as error:
        told = "; ".join(f"{name}: {reason}" for name, reason in sorted(error.problems.items()))
        raise click.UsageError(f"{path}: {told}") from error


def _app(environment: Mapping[str, str], key: Credentials, parallel: int) -> App:
    """Return the app of an environment. Raises InvalidSettings."""
    chosen = settings.from_environment(environment)
    if chosen.input_bucket is None:
        raise InvalidSettings({"INPUT_BUCKET": "it is not set"})
    try:
        bucket = Bucket(chosen.input_bucket, environment.get("REGION", ""))
    except ValueError as error:
        raise InvalidSettings({"REGION": str(error)}) from error
    session = replace(new_session(key, LONGEST_SECONDS), pool=connection_pool(parallel))
    request_id = f"voicesep-{secrets.token_hex(8)}"
    many = in_threads(parallel)
    call = Invocation(chosen, session, session.clock, session.telemetry, request_id, bucket.region, many)
    return App(call, bucket, live=True)
