"""`voicesep cam-policy`: the least that the functions and their deployer must be allowed, as CAM takes it."""

from pathlib import Path

import click
from dotenv import dotenv_values

from localcloud.scf.problems import InvalidServerlessFileError
from voice_separation.errors import InvalidSettings
from voicesep.console import print_json
from voicesep.policies import FILES, NoPolicyError, policy_document
from voicesep.project import find_project


@click.command("cam-policy")
@click.argument("policy", type=click.Choice(sorted(FILES)))
@click.option(
    "--env",
    "env_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the settings are.  [default: .env beside serverless.yml]",
)
@click.option("--uin", default="", metavar="NUMBER", help="The root account's number, to name it in the policy.")
def cam_policy(*, policy: str, env_file: Path | None, uin: str) -> None:
    """Print a policy of deploy/cam, filled in with the settings.

    submit, callback and reconcile are for the role of the function of that name, role for one role that all three
    share; trust says that SCF may take on any of them; deployer is for whoever runs `scf deploy`;
    operator for whoever looks after what is deployed, with doctor, callback-url, logs and invoke --live.
    """
    if uin and not (uin.isascii() and uin.isdigit()):
        raise click.UsageError(f"--uin: {uin!r} is no account number; the console's account page shows it")
    project = find_project()
    try:
        print_json(policy_document(project, policy, _settings(env_file or project / ".env"), uin=uin))
    except (InvalidSettings, InvalidServerlessFileError, NoPolicyError) as error:
        raise click.UsageError(str(error)) from error


def _settings(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise click.UsageError(f"there is no {path}; copy .env.example and fill it in, or name another with --env")
    return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}
