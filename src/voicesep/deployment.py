"""A deployment: what serverless.yml and the settings say of it together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.project import FunctionSpec, Project
from localcloud.scf.serverless import read_project
from voice_separation import settings
from voice_separation.bucket import Bucket
from voice_separation.errors import InvalidSettings
from voice_separation.settings import Settings
from voicesep.project import SERVERLESS
from voicesep.where import read_env


@dataclass(frozen=True)
class Deployment:
    """What is, or is to be, deployed from a folder.

    `environment` is what the variables of serverless.yml stand for; `problems` are the settings that make no sense,
    by variable, and `settings` has these at their defaults.
    """

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    project: Project
    settings: Settings
    problems: Mapping[str, str]
    bucket: Bucket

    @classmethod
    def of(cls, folder: Path, environment: Mapping[str, str]) -> "Deployment":
        """Put together the serverless.yml of a folder and its environment.

        Raises InvalidServerlessFileError, and click.UsageError without a valid INPUT_BUCKET.
        """
        project = read_project(folder / SERVERLESS, environment)
        chosen, problems = _settings(environment)
        if chosen.input_bucket is None:
            reason = problems.get("INPUT_BUCKET", "it is not set")
            raise click.UsageError(f"INPUT_BUCKET: {reason}")
        return cls(folder, environment, project, chosen, problems, Bucket(chosen.input_bucket, project.region))

    @property
    def sound_environment(self) -> dict[str, str]:
        """The environment without the settings that make no sense."""
        return {name: value for name, value in self.environment.items() if name not in self.problems}

    @property
    def index_bucket(self) -> Bucket:
        """Where the index is: in the input's region."""
        return Bucket(self.settings.index_bucket or self.bucket.name, self.bucket.region)

    @property
    def output_bucket(self) -> Bucket:
        """Where the stems go."""
        return Bucket(
            self.settings.output_bucket or self.bucket.name, self.settings.output_region or self.bucket.region
        )

    @property
    def appid(self) -> str:
        """The APPID of the account that the input bucket belongs to."""
        return self.bucket.name.rpartition("-")[2]

    def function(self, key: str) -> FunctionSpec:
        """Return a function of serverless.yml by its key there. Raises click.UsageError."""
        for spec in self.project.functions:
            if spec.key == key:
                return spec
        known = ", ".join(spec.key for spec in self.project.functions)
        raise click.UsageError(f"{SERVERLESS} has no function {key}, but {known}")


def read_deployment(folder: Path, env_file: Path) -> Deployment:
    """Read the deployment of a folder. Raises click.UsageError for whatever is missing or cannot be read."""
    try:
        return Deployment.of(folder, read_env(env_file))
    except InvalidServerlessFileError as error:
        raise click.UsageError(str(error)) from error


def _settings(environment: Mapping[str, str]) -> tuple[Settings, Mapping[str, str]]:
    """Return the settings without those that make no sense, and the reasons."""
    problems: dict[str, str] = {}
    while True:
        try:
            return settings.from_environment(environment), problems
        except InvalidSettings as error:
            problems = {**error.problems, **problems}
            sound = {name: value for name, value in environment.items() if name not in problems}
            # Where a default is the one that overlaps, only the bucket is sure to make sense.
            is_stuck = len(sound) == len(environment)
            environment = {"INPUT_BUCKET": environment.get("INPUT_BUCKET", "")} if is_stuck else sound
