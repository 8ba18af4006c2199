"""`voicesep cam-policy`: the least that functions, deployer and operators must be allowed, as CAM takes it."""

from pathlib import Path

import click

from localcloud.scf.problems import InvalidServerlessFileError
from voice_separation.errors import InvalidSettings
from voicesep.app import problems_told
from voicesep.policies import FILES, NoPolicyError, policy_document, written
from voicesep.project import find_project
from voicesep.where import ENV_FILE, env_file_options, read_env


@click.command("cam-policy", short_help="Print a policy, filled in with the settings.")
@click.argument("policy", type=click.Choice(sorted(FILES)), metavar="POLICY")
@env_file_options()
@click.option("--uin", default="", metavar="NUMBER", help="The root account's number, to name it in the policy.")
def cam_policy(*, policy: str, env_file: Path | None, uin: str) -> None:
    """Print a POLICY of deploy/cam, filled in with the settings.

    submit, callback and reconcile are for the role of the function of that name, role for one role that all three
    share; trust says that SCF may take on any of them; deployer is for whoever runs `scf deploy`.

    viewer is for whoever looks: jobs, show, logs, ui. operator is what doctor, callback-url, upload, retry, cancel,
    reconcile, resend, backfill, rebuild-index, publish-page, template, queue and invoke --live need beyond it: attach
    both.
    """
    if uin and not (uin.isascii() and uin.isdigit()):
        raise click.UsageError(f"--uin: {uin!r} is no account number; the console's account page shows it")
    project = find_project()
    path = env_file or project / ENV_FILE
    try:
        click.echo(written(policy_document(project, policy, read_env(path), uin=uin)))
    except InvalidSettings as error:
        raise click.UsageError(f"{path}: {problems_told(error)}") from error
    except (InvalidServerlessFileError, NoPolicyError) as error:
        raise click.UsageError(str(error)) from error
