"""`voicesep template`: the VoiceSeparate templates of a bucket."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from voice_separation.jobs.audio import AudioConfig, AudioMode, Codec, VoiceSeparate
from voice_separation.jobs.templates import Category, Template, TemplateRequest
from voicesep.ci_bucket import CiBucket, WhichBucket, bucket_options, open_ci_bucket
from voicesep.console import Column, output_format, print_json, print_rows, talk
from voicesep.project import program

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


@click.group(short_help="Look after VoiceSeparate templates.")
def template() -> None:
    """Create, change and list VoiceSeparate templates, for TEMPLATE_ID."""


@template.command("list")
@bucket_options
@output_format
@click.option("--name", default="", metavar="PREFIX", help="Only templates whose name begins so.")
@click.option(
    "--category",
    type=click.Choice([category.value for category in Category]),
    default=Category.CUSTOM.value,
    show_default=True,
    help="The bucket's own templates, or the vendor's.",
)
def list_templates(*, name: str, category: str, form: str, which: WhichBucket) -> None:
    """List the templates of a bucket."""
    with open_ci_bucket(which) as ci:
        rows = list(ci.management.list_templates(ci.bucket, name=name, category=Category(category)))
    print_rows(rows, COLUMNS, form)


@template.command()
@bucket_options
@click.argument("template_id")
def show(*, template_id: str, which: WhichBucket) -> None:
    """Print one template as JSON."""
    with open_ci_bucket(which) as ci:
        found = _found(ci, template_id)
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
@bucket_options
@parameter_options
def create(*, dry_run: bool, name: str, which: WhichBucket, **parameters: Any) -> None:
    """Create a template and print it."""
    request = _request(name, parameters)
    if dry_run:
        click.echo(request.render().decode())
        return
    with open_ci_bucket(which) as ci:
        made = ci.management.create_template(ci.bucket, request)
    print_json(made.model_dump(mode="json"))


@template.command()
@bucket_options
@click.argument("template_id")
@parameter_options
def update(*, template_id: str, dry_run: bool, name: str, which: WhichBucket, **parameters: Any) -> None:
    """Replace what a template says, and print it."""
    request = _request(name, parameters)
    if dry_run:
        click.echo(request.render().decode())
        return
    with open_ci_bucket(which) as ci:
        made = ci.management.update_template(ci.bucket, template_id, request)
    print_json(made.model_dump(mode="json"))


@template.command(short_help="Delete a template.")
@bucket_options
@click.argument("template_id")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
def delete(*, template_id: str, dry_run: bool, which: WhichBucket) -> None:
    """Delete a template; jobs that use it already go on."""
    with open_ci_bucket(which) as ci:
        found = _found(ci, template_id)
        if not dry_run:
            ci.management.delete_template(ci.bucket, template_id)
    told = "would delete" if dry_run else "deleted"
    talk().print(f"{told} {template_id} ({found.name}) of {ci.bucket.name}", markup=False)


def _found(ci: CiBucket, template_id: str) -> Template:
    """Return a template. Raises click.ClickException when there is none."""
    found = ci.management.get_template(ci.bucket, template_id)
    if found is None:
        raise click.ClickException(f"{ci.bucket.name} has no template {template_id}; see `{program()} template list`")
    return found


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
