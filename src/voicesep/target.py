"""Which cloud a command works on: a local one that keeps its state between commands, or with --live the real one.

Where `voicesep local` runs, its cloud is the local one, for two must not keep the same state.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import click

from localcloud import LocalCloud, Options
from voice_separation import settings
from voice_separation.bucket import Bucket
from voice_separation.clock import Deadline, SystemClock
from voice_separation.errors import InvalidSettings, VoiceSeparationError
from voice_separation.telemetry import Level, Telemetry
from voice_separation.tencent import credentials
from voice_separation.tencent.credentials import Credentials
from voice_separation.tencent.transport import Session, connection_pool
from voicesep.project import LOCAL_BUCKET, LOCAL_REGION, find_project
from voicesep.running import STATE, find_running

SECONDS = 60.0

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True)
class Target:
    """A bucket of the cloud that a command works on, and how to reach it; `endpoint` None: the public hosts."""

    bucket: Bucket
    session: Session
    endpoint: str | None


def target_options(command: Command) -> Command:
    """Add the options that choose the cloud and the bucket."""
    region = click.option("--region", default=LOCAL_REGION, show_default=True, help="Where the bucket is.")
    bucket = click.option(
        "--bucket", default=LOCAL_BUCKET, show_default=True, metavar="NAME-APPID", help="The full name of the bucket."
    )
    live = click.option(
        "--live",
        is_flag=True,
        help="Work on the real cloud, with the keys in TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN.",
    )
    return live(bucket(region(command)))


@contextmanager
def open_target(*, live: bool, bucket: str, region: str) -> Iterator[Target]:
    """Open the cloud that a command works on; refusals of the cloud end the command with 1 and one line.

    Raises click.UsageError for a wrong bucket or region, and with `live` when there are no keys.
    """
    chosen = _bucket(bucket, region)
    try:
        if live:
            yield Target(chosen, new_session(_live_credentials()), None)
            return
        project = find_project()
        if running := find_running(project):
            yield Target(chosen, new_session(Credentials(running.secret_id, running.secret_key)), running.endpoint)
            return
        with LocalCloud(Options(directory=project / STATE, appid=bucket.rpartition("-")[2])) as cloud:
            cloud.cos.ensure_bucket(bucket, region)
            key = Credentials(cloud.credentials.access_key_id, cloud.credentials.secret_key)
            yield Target(chosen, new_session(key), cloud.endpoint)
    except VoiceSeparationError as error:
        raise click.ClickException(str(error)) from error


def _bucket(name: str, region: str) -> Bucket:
    try:
        settings.from_environment({"INPUT_BUCKET": name, "OUTPUT_REGION": region})
    except InvalidSettings as error:
        named = {"INPUT_BUCKET": "--bucket", "OUTPUT_REGION": "--region"}
        told = "; ".join(f"{named[variable]}: {reason}" for variable, reason in error.problems.items())
        raise click.UsageError(told) from error
    return Bucket(name, region)


def _live_credentials() -> Credentials:
    try:
        return credentials.from_environment()
    except InvalidSettings as error:
        message = "--live needs TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY in the environment"
        raise click.UsageError(message) from error


def new_session(key: Credentials, seconds: float = SECONDS) -> Session:
    """Return what sends a command's requests, signed with a key; the command may take `seconds`."""
    clock = SystemClock()
    return Session(
        pool=connection_pool(),
        credentials=key,
        deadline=Deadline.after(seconds, clock),
        clock=clock,
        telemetry=Telemetry(clock, Level.ERROR, sys.stderr),
        jitter=random.random,
    )
