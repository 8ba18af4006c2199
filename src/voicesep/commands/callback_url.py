"""`voicesep callback-url`: learn the address of the function `callback`, and write it into .env."""

from pathlib import Path

import click
from dotenv import set_key

from voicesep.cloud import open_deployment
from voicesep.console import talk
from voicesep.where import Where, app_options, read_env

VARIABLE = "CALLBACK_URL"
FUNCTION = "callback"


@click.command("callback-url", short_help="Write the address of `callback` into .env.")
@app_options
@click.option("--dry-run", is_flag=True, help="Print the address, and leave .env as it is.")
def callback_url(*, dry_run: bool, where: Where) -> None:
    """Ask SCF for the function URL of `callback`, print it, and write it into .env as CALLBACK_URL.

    Everything else in .env stays as it is, comments and order included. Deploy again afterwards, so that `submit` is
    told the address. Without --live the address is printed only: the local app knows its own.
    """
    console = talk()
    with open_deployment(where) as (deployment, cloud):
        name = deployment.function(FUNCTION).name
        if cloud.scf.function(name) is None:
            raise click.ClickException(f"{name} is not deployed in {deployment.project.region}; run `make deploy`")
        url = cloud.scf.function_url(name)
        if url is None:
            raise click.ClickException(
                f"{name} has no function URL; run `make deploy` with the trigger `http` in serverless.yml"
            )
    click.echo(url)
    path = where.settings_file
    if not where.live:
        console.print("This is the local app's, which is told it already.")
    elif read_env(path).get(VARIABLE) == url:
        console.print(f"{path.name} has it already.", markup=False)
    elif dry_run:
        console.print(f"{path.name} stays as it is; without --dry-run it would get {VARIABLE}.", markup=False)
    else:
        _write(path, url)
        console.print(f"Written into {path.name}. Next: make deploy", markup=False)


def _write(path: Path, url: str) -> None:
    """Write the address, whole or not at all, and leave the file's mode as it is."""
    try:
        set_key(path, VARIABLE, url, quote_mode="never")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from error
