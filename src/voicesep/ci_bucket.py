"""The bucket whose templates and queues a command works on: the app's, unless --bucket and --region name another.

CI keeps templates before anything is deployed; so where no local app runs, its cloud is started for the command.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from localcloud import LocalCloud, Options
from voice_separation.bucket import Bucket
from voice_separation.settings import Bucketname, Regionname
from voice_separation.tencent.ci_management import CiManagement
from voice_separation.tencent.credentials import Credentials
from voicesep.app import App, app_of, open_app, refusals_told
from voicesep.checked import Checked
from voicesep.project import find_project, local_environment
from voicesep.running import LOG, STATE, find_running
from voicesep.where import Where, app_options

ONE_AT_A_TIME = 1

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class WhichBucket:
    """The bucket that is meant, by the app it belongs to and what differs from the app's."""

    where: Where
    instead: Mapping[str, str]


@dataclass(frozen=True)
class CiBucket:
    """A bucket, and what CI keeps for it."""

    bucket: Bucket
    management: CiManagement


def bucket_options(command: Callable[Parameters, Result]) -> Callable[..., Result]:
    """Add --live, --env-file, --profile, --bucket and --region, which reach the command as `which`."""

    @app_options
    @click.option(
        "--bucket",
        type=Checked("name-appid", Bucketname),
        help="Another bucket than the app's, by its full name.  [default: INPUT_BUCKET]",
    )
    @click.option("--region", type=Checked("region", Regionname), help="Where that bucket is.  [default: REGION]")
    @functools.wraps(command)
    def with_options(*args: object, where: Where, bucket: str | None, region: str | None, **kwargs: object) -> Result:
        told = {"INPUT_BUCKET": bucket, "REGION": region}
        kwargs["which"] = WhichBucket(where, {name: value for name, value in told.items() if value})
        return command(*args, **kwargs)  # type: ignore[arg-type]  # click calls with what it has parsed

    return with_options


@contextmanager
def open_ci_bucket(which: WhichBucket) -> Iterator[CiBucket]:
    """Open the bucket; refusals of the cloud end the command with 1 and one line. Raises what open_app does."""
    project = find_project()
    if which.where.live or find_running(project):
        with open_app(which.where, parallel=ONE_AT_A_TIME, instead=which.instead) as app:
            yield _ci_bucket(app)
    else:
        with refusals_told(), _kept_app(project, local_environment(which.instead)) as app:
            yield _ci_bucket(app)


def _ci_bucket(app: App) -> CiBucket:
    return CiBucket(app.bucket, CiManagement(app.call.session, app.call.settings.ci_endpoint))


@contextmanager
def _kept_app(project: Path, environment: dict[str, str]) -> Iterator[App]:
    """Start the local cloud as `voicesep local` left it, without functions."""
    bucket, region = environment["INPUT_BUCKET"], environment["REGION"]
    with LocalCloud(Options(directory=project / STATE, appid=bucket.rpartition("-")[2])) as cloud:
        cloud.cos.ensure_bucket(bucket, region)
        key = Credentials(cloud.credentials.access_key_id, cloud.credentials.secret_key)
        endpoints = {"COS_ENDPOINT": cloud.endpoint, "CI_ENDPOINT": cloud.endpoint}
        yield app_of({**environment, **endpoints}, key, ONE_AT_A_TIME, project / STATE / LOG)
