"""Which deployment a command means: the local one, or with --live the real one, and where its settings are."""

import functools
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from dotenv import dotenv_values

from voicesep.project import find_project, program

ENV_FILE = ".env"

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Where:
    """Which app is meant; `env_file` None: `.env` beside serverless.yml."""

    live: bool
    env_file: Path | None

    @property
    def settings_file(self) -> Path:
        """Where the settings of the deployed app are."""
        return self.env_file or find_project() / ENV_FILE

    def typed(self, command: str, *arguments: str) -> str:
        """Return how a command about the same app is typed here."""
        options = (*(["--live"] * self.live), *(["--env-file", str(self.env_file)] if self.env_file else []))
        return f"{program()} {shlex.join((command, *options, *arguments))}"


def env_file_options(
    told: str = "The settings that the app was deployed with.  [default: .env beside serverless.yml]",
) -> Callable[[Callable[Parameters, Result]], Callable[..., Result]]:
    """Add --env-file, told of in these words, and --profile; they reach the command as `env_file`, or None."""

    def decorated(command: Callable[Parameters, Result]) -> Callable[..., Result]:
        @click.option("--env-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=told)
        @click.option(
            "--profile", metavar="NAME", help="The same as --env-file .env.NAME, for one of several deployments."
        )
        @functools.wraps(command)
        def with_options(*args: object, env_file: Path | None, profile: str | None, **kwargs: object) -> Result:
            if profile and env_file:
                raise click.UsageError("--profile and --env-file both name the settings; give one of them")
            kwargs["env_file"] = find_project() / f"{ENV_FILE}.{profile}" if profile else env_file
            return command(*args, **kwargs)  # type: ignore[arg-type]  # click calls with what it has parsed

        return with_options

    return decorated


def app_options(command: Callable[Parameters, Result]) -> Callable[..., Result]:
    """Add --live, --env-file and --profile, which reach the command as `where`."""

    @functools.wraps(command)
    def with_where(*args: object, live: bool, env_file: Path | None, **kwargs: object) -> Result:
        if env_file and not live:
            raise click.UsageError(f"the settings of the local app are those that `{program()} local` was started with")
        kwargs["where"] = Where(live, env_file)
        return command(*args, **kwargs)  # type: ignore[arg-type]  # click calls with what it has parsed

    return click.option(
        "--live",
        is_flag=True,
        help="Work on the app in the real cloud, with the key in TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN.",
    )(env_file_options()(with_where))


def read_env(path: Path) -> dict[str, str]:
    """Read a `.env` as the vendor's command line does. Raises click.UsageError when there is none."""
    if not path.is_file():
        raise click.UsageError(f"there is no {path}; copy .env.example and fill it in, or name another with --env-file")
    return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}
