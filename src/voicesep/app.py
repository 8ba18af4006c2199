"""The app that a command looks after: the one that `voicesep local` runs, or with --live the one in the real cloud."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import click

from voice_separation import settings
from voice_separation.bucket import Bucket
from voice_separation.concurrency import in_threads
from voice_separation.errors import InvalidSettings, VoiceSeparationError
from voice_separation.instance import Invocation
from voice_separation.story import Stories
from voice_separation.tencent.credentials import Credentials
from voicesep.keys import live_key
from voicesep.project import find_project, program
from voicesep.running import LOG, STATE, find_running
from voicesep.session import PARALLEL, new_session
from voicesep.where import Where, read_env

LONGEST_SECONDS = 7 * 24 * 3600.0  # of one command; each request has limits of its own
AS_DEPLOYED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class App:
    """An app, reached as one of its own invocations would.

    `log` is where the lines of the local functions are kept, None for the app in the real cloud.
    """

    call: Invocation
    bucket: Bucket
    log: Path | None

    @property
    def live(self) -> bool:
        """Whether it is the one in the real cloud."""
        return self.log is None

    @property
    def stories(self) -> Stories:
        """What is known of its uploads."""
        call = self.call
        return Stories(self.bucket, call.cos, call.ci, call.reader(self.bucket), call.clock, call.many)


@contextmanager
def open_app(where: Where, *, parallel: int = PARALLEL, instead: Mapping[str, str] = AS_DEPLOYED) -> Iterator[App]:
    """Open the app; refusals of the cloud end the command with 1 and one line.

    `instead` are settings, and REGION, that the command was told otherwise than the app. Raises click.UsageError when
    its settings or its key are missing or wrong, click.ClickException when no local app runs.
    """
    with refusals_told():
        yield _live_app(where, parallel, instead) if where.live else _local_app(parallel, instead)


@contextmanager
def refusals_told() -> Iterator[None]:
    """Let refusals of the cloud end the command with 1 and one line."""
    try:
        yield
    except VoiceSeparationError as error:
        raise click.ClickException(str(error)) from error


def app_of(environment: Mapping[str, str], key: Credentials, parallel: int, log: Path | None) -> App:
    """Return the app of an environment, reached with a key. Raises InvalidSettings."""
    chosen = settings.from_environment(environment)
    if chosen.input_bucket is None:
        raise InvalidSettings({"INPUT_BUCKET": "it is not set"})
    try:
        bucket = Bucket(chosen.input_bucket, environment.get("REGION", ""))
    except ValueError as error:
        raise InvalidSettings({"REGION": str(error)}) from error
    session = new_session(key, LONGEST_SECONDS, parallel=parallel)
    request_id = f"voicesep-{secrets.token_hex(8)}"
    many = in_threads(parallel)
    call = Invocation(chosen, session, session.clock, session.telemetry, request_id, bucket.region, many)
    return App(call, bucket, log)


def problems_told(error: InvalidSettings) -> str:
    """Return what is wrong with settings, in one line."""
    return "; ".join(f"{name}: {reason}" for name, reason in sorted(error.problems.items()))


def _local_app(parallel: int, instead: Mapping[str, str]) -> App:
    project = find_project()
    running = find_running(project)
    if running is None:
        raise click.ClickException(
            f"no local app runs here: start one with `{program()} local` in another terminal, or work on the real "
            "cloud with --live"
        )
    key = Credentials(running.secret_id, running.secret_key)
    return app_of({**running.environment, **instead}, key, parallel, project / STATE / LOG)


def _live_app(where: Where, parallel: int, instead: Mapping[str, str]) -> App:
    path = where.settings_file
    environment = {**read_env(path), **instead}
    key = live_key(environment)
    try:
        return app_of(environment, key, parallel, log=None)
    except InvalidSettings as error:
        raise click.UsageError(f"{path}: {problems_told(error)}") from error
