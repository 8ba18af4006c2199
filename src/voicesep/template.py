"""`voicesep template`: the VoiceSeparate templates of a bucket."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate
from voice_separation.jobs.templates import Category, Template, TemplateRequest
from voice_separation.tencent.ci_management import CiManagement
from voicesep.console import Column, output_format, print_json, print_rows, talk
from voicesep.target import Target, open_target, target_options

Command = TypeVar("Command", bound=Callable[..., object])

COLUMNS: tuple[Column[Template], ...] = (
    ("id", lambda row: row.template_id),
    ("name", lambda row: row.name),
    ("mode", lambda row: row.voice_separate and row.voice_separate.audio_mode),
    ("codec", lambda row: _config(row, "codec")),
    ("Hz", lambda row: _config(row, "samplerate")),
    ("kbit/s", lambda row: _config(row, "bitrate")),
    ("channels", lambda row: _config(row, "channels")),
    ("updated", lambda row: row.update_time and row.update_time.isoformat()),
)


@click.group()
def template() -> None:
    """Create, change and list VoiceSeparate templates, for TEMPLATE_ID."""


@template.command("list")
@target_options
@output_format
@click.option("--name", default="", metavar="PREFIX", help="Only templates whose name begins so.")
@click.option(
    "--category",
    type=click.Choice([category.value for category in Category]),
    default=Category.CUSTOM.value,
    show_default=True,
    help="The bucket's own templates, or the vendor's.",
)
def list_templates(*, name: str, category: str, form: str, **target: Any) -> None:
    """List the templates of a bucket."""
    with open_target(**target) as cloud:
        rows = list(_management(cloud).list_templates(cloud.bucket, name=name, category=Category(category)))
    print_rows(rows, COLUMNS, form)


@template.command()
@target_options
@click.argument("template_id")
def show(*, template_id: str, **target: Any) -> None:
    """Print one template as JSON."""
    with open_target(**target) as cloud:
        found = _management(cloud).get_template(cloud.bucket, template_id)
    if found is None:
        raise click.ClickException(f"{target['bucket']} has no template {template_id}")
    print_json(found.model_dump(mode="json"))


def parameter_options(command: Command) -> Command:
    """Add the options that say what a template makes."""
    options = [
        click.option("--name", required=True, help="Up to 64 Chinese characters, letters, digits, _ - *."),
        click.option(
            "--mode", type=click.Choice([mode.value for mode in AudioMode]), required=True, help="Which stems it makes."
        ),
        click.option(
            "--codec",
            type=click.Choice([codec.value for codec in Codec]),
            default=Codec.AAC.value,
            show_default=True,
            help="How they are encoded.",
        ),
        click.option("--samplerate", type=int, help="Hz."),
        click.option("--bitrate", type=int, help="kbit/s, 8 to 1000."),
        click.option("--channels", type=int, help="Of each stem."),
        click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@template.command()
@target_options
@parameter_options
def create(*, dry_run: bool, name: str, live: bool, bucket: str, region: str, **parameters: Any) -> None:
    """Create a template and print it."""
    request = _request(name, parameters)
    if dry_run:
        click.echo(request.render().decode())
        return
    with open_target(live=live, bucket=bucket, region=region) as cloud:
        made = _management(cloud).create_template(cloud.bucket, request)
    print_json(made.model_dump(mode="json"))


@template.command()
@target_options
@click.argument("template_id")
@parameter_options
def update(
    *, template_id: str, dry_run: bool, name: str, live: bool, bucket: str, region: str, **parameters: Any
) -> None:
    """Replace what a template says, and print it."""
    request = _request(name, parameters)
    if dry_run:
        click.echo(request.render().decode())
        return
    with open_target(live=live, bucket=bucket, region=region) as cloud:
        made = _management(cloud).update_template(cloud.bucket, template_id, request)
    print_json(made.model_dump(mode="json"))


@template.command()
@target_options
@click.argument("template_id")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
def delete(*, template_id: str, dry_run: bool, **target: Any) -> None:
    """Delete a template; jobs that use it already go on."""
    console = talk()
    if dry_run:
        console.print(f"would delete {template_id} of {target['bucket']}", markup=False)
        return
    with open_target(**target) as cloud:
        _management(cloud).delete_template(cloud.bucket, template_id)
    console.print(f"deleted {template_id} of {target['bucket']}", markup=False)


def _management(cloud: Target) -> CiManagement:
    return CiManagement(cloud.session, cloud.endpoint)


def _request(name: str, parameters: dict[str, Any]) -> TemplateRequest:
    try:
        config = AudioConfig(**{field: parameters[field] for field in ("codec", "samplerate", "bitrate", "channels")})
        separate = VoiceSeparate(audio_mode=parameters["mode"], audio_config=config)
        return TemplateRequest(name=name, parameters=separate)
    except ValidationError as error:
        told = "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        raise click.UsageError(told) from error


def _config(row: Template, field: str) -> str | None:
    config = row.voice_separate.audio_config if row.voice_separate else None
    return getattr(config, field) if config else None
