"""`localcloud`: a local cloud until Ctrl-C. Exits with 0 when ended, 1 when it cannot start, 2 for wrong usage."""

import errno
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from dotenv import dotenv_values

from localcloud.cam.documents import InvalidPolicyError, read_policy
from localcloud.cam.policy import Policy
from localcloud.ci.pace import Manual, Pace, Timed
from localcloud.cloud import LocalCloud
from localcloud.errors import CloudError
from localcloud.greeting import greeting
from localcloud.interruption import Interruption
from localcloud.options import DEFAULTS, Options
from localcloud.scf.bundle import BundleUnreadableError
from localcloud.scf.models import CodeNotFoundError
from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.serverless import ReadFile, read_projects

PORT = 9000
REQUESTS_KEPT = 10_000
_BUCKET = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*-(?P<appid>[0-9]+))@(?P<region>[a-z0-9-]+)")

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True)
class _Deploying:
    """Files to deploy, with what their variables refer to, and code other than the one they name."""

    files: tuple[ReadFile, ...]
    environment: Mapping[str, str]
    code: Path | None

    @property
    def buckets(self) -> dict[str, str]:
        """The regions of the buckets that functions listen to."""
        return {trigger.bucket: trigger.region for file in self.files for trigger in file.project.cos_triggers}

    def into(self, cloud: LocalCloud) -> None:
        """Deploy. Raises CodeNotFoundError."""
        for file in self.files:
            for warning in file.project.warnings:
                click.echo(f"warning: {warning}", err=True)
            cloud.deploy(file.path, self.code or file.project.source.root(file.path), self.environment)


def _buckets(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    buckets = {}
    for value in values:
        found = _BUCKET.fullmatch(value)
        if found is None:
            raise click.BadParameter(f"{value!r} is not like media-1250000000@ap-guangzhou.")
        buckets[found["name"]] = found["region"]
    return buckets


def _policies(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, Policy] | None:
    policies = {}
    for value in values:
        role, equals, file = value.partition("=")
        if not (role and equals):
            raise click.BadParameter(f"{value!r} is not like SCF_Role=policy.json.")
        try:
            policies[role] = read_policy(Path(file))
        except OSError as error:
            raise click.BadParameter(f"{file} cannot be read: {error.strerror}.") from error
        except InvalidPolicyError as error:
            raise click.BadParameter(str(error)) from error
    return policies or None


def _interpreter(_context: click.Context, _parameter: click.Parameter, program: str | None) -> Path:
    if program is None:
        return DEFAULTS.python
    found = shutil.which(program)
    if found is None:
        raise click.BadParameter(f"there is no program {program}; give the path of a Python.")
    return Path(found)


def _pace(state_delay: float | None, *, manual: bool) -> Pace | None:
    if manual and state_delay is not None:
        raise click.UsageError("--manual and --state-delay exclude each other.")
    if manual:
        return Manual()
    return None if state_delay is None else Timed(state_delay)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="voice-separation")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where to listen on 127.0.0.1; 0 is any that is free.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep buckets, objects, templates and queues here between starts.  [default: nothing is kept]",
)
@click.option(
    "--bucket",
    "buckets",
    multiple=True,
    callback=_buckets,
    metavar="NAME-APPID@REGION",
    help="Have this bucket from the start, as those that COS triggers name are; may be given several times.",
)
@click.option(
    "--serverless",
    "files",
    multiple=True,
    type=_file,
    metavar="FILE",
    help="Deploy what this serverless.yml describes; may be given several times.",
)
@click.option(
    "--env-file",
    type=_file,
    metavar="FILE",
    help="Where ${env:…} is looked up before the environment, such as .env.",
)
@click.option(
    "--code",
    type=_folder,
    metavar="DIR",
    help="The root of the functions' code.  [default: what each FILE says]",
)
@click.option(
    "--bundle",
    type=click.Path(exists=True, path_type=Path),
    metavar="ZIP|DIR",
    help="Run the functions from this zip, or the folder of one, read-only and with nothing else to import.",
)
@click.option(
    "--python",
    callback=_interpreter,
    metavar="PROGRAM",
    help="The Python that runs the functions.  [default: the one that runs localcloud]",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    callback=_policies,
    metavar="ROLE=FILE",
    help="Hold this role to the CAM policy in FILE; may be given several times. Then no other role may do anything.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For the luck of faults that have a probability.")
@click.option(
    "--state-delay",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Keep each job Submitted and Running for at least so long.",
)
@click.option("--manual", is_flag=True, help="Let jobs go on only when the control API is told to advance them.")
def main(
    *,
    port: int,
    data: Path | None,
    buckets: dict[str, str],
    files: tuple[Path, ...],
    env_file: Path | None,
    code: Path | None,
    bundle: Path | None,
    python: Path,
    policies: dict[str, Policy] | None,
    seed: int,
    state_delay: float | None,
    manual: bool,
) -> None:
    """Run Tencent Cloud's COS, Cloud Infinite, SCF and Secrets Manager on this machine, until Ctrl-C.

    It prints how clients reach it, then what the functions log.
    """
    if code and bundle:
        raise click.UsageError("--code and --bundle exclude each other.")
    pace = _pace(state_delay, manual=manual)
    deploying = _read(files, env_file, code)
    everywhere = {**deploying.buckets, **buckets}
    options = Options(
        directory=data,
        port=port,
        appid=next((name.rpartition("-")[2] for name in everywhere), DEFAULTS.appid),
        buckets=everywhere,
        on_log=lambda function, _request_id, line: click.echo(f"{function}: {line}", err=True),
        timers=True,
        seed=seed,
        pace=pace,
        policies=policies,
        bundle=bundle,
        python=python,
        requests_kept=REQUESTS_KEPT,
    )
    _run(options, deploying)


def _read(files: tuple[Path, ...], env_file: Path | None, code: Path | None) -> _Deploying:
    values = dotenv_values(env_file) if env_file else {}
    environment = {**os.environ, **{name: value for name, value in values.items() if value is not None}}
    try:
        return _Deploying(read_projects(files, environment), environment, code)
    except InvalidServerlessFileError as error:
        for problem in error.problems:
            click.echo(f"Error: {problem}", err=True)
        sys.exit(1)


def _run(options: Options, deploying: _Deploying) -> None:
    """Be a cloud until a signal ends it."""
    interruption = Interruption()
    try:
        with LocalCloud(options) as cloud:
            deploying.into(cloud)
            for line in greeting(cloud):
                click.echo(line)
            interruption.wait()
    except (BundleUnreadableError, CodeNotFoundError, CloudError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(_unable(error, options)) from error


def _unable(error: OSError, options: Options) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {options.port} of 127.0.0.1 is taken; choose another with --port."
    at = error.filename or f"port {options.port} of 127.0.0.1"
    return f"{at} cannot be used: {error.strerror}."
