"""`voicesep upload`: files into the bucket, which is all that it takes to have them separated."""

import mimetypes
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import click
from rich.console import Console

from voice_separation.errors import NothingKnown
from voice_separation.upload_state import UploadState
from voice_separation.uploads import CREATED, ObjectCreated, reason_to_skip
from voicesep.app import App, Where, app_options, open_app
from voicesep.console import print_json, talk
from voicesep.progress import meter
from voicesep.transfer import put_file

LOOK_SECONDS = 1.0
OVER = frozenset({UploadState.FINISHED, UploadState.REFUSED})


@click.command()
@app_options
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    metavar="KEY",
    help="The key to upload to; of several files, what their keys begin with.  [default: INPUT_PREFIX]",
)
@click.option(
    "--wait", is_flag=True, help="Wait until each is separated or refused, and print its entry instead of its key."
)
@click.option(
    "--timeout",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait at most.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be uploaded, and upload nothing.")
def upload(*, files: tuple[Path, ...], key: str | None, wait: bool, timeout: int, dry_run: bool, where: Where) -> None:
    """Upload FILES into the input bucket, and print their keys.

    The function submit does the rest. The same content under the same key is the same upload, not billed again.
    """
    console = talk()
    with open_app(where) as app:
        prefix = app.call.settings.input_prefix
        keys = _keys(files, key if key is not None else prefix)
        for file, each in zip(files, keys, strict=True):
            _warn(app, each, console)
            if dry_run:
                console.print(f"would upload {file} to {app.bucket.name}/{each}", markup=False)
                continue
            _put(app, file, each, console)
            if not wait:
                click.echo(each)
        failed = 0 if dry_run or not wait else _wait(app, keys, monotonic() + timeout, console)
    if failed:
        sys.exit(1)


def _keys(files: tuple[Path, ...], key: str) -> list[str]:
    """Return the key of each file. Raises click.UsageError where two would get the same."""
    if len(files) == 1 and key and not key.endswith("/"):
        return [key]
    if key and not key.endswith("/"):
        raise click.UsageError("--key for several files is what their keys begin with, and ends with a slash")
    keys = [key + file.name for file in files]
    if len(set(keys)) < len(keys):
        raise click.UsageError("two of the files have the same name; upload them one by one, each with --key")
    return keys


def _warn(app: App, key: str, console: Console) -> None:
    """Say so when no upload will come of an object."""
    reason = reason_to_skip(ObjectCreated(f"{CREATED}Put", app.bucket, (key,)), app.call.settings)
    if reason:
        console.print(f"{key} will not be separated: {reason}", markup=False, style="yellow")


def _put(app: App, file: Path, key: str, console: Console) -> None:
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    with meter(console, file.name, file.stat().st_size) as progress:
        put_file(app, file, key, content_type=content_type, on_bytes=progress.advance)


def _wait(app: App, keys: list[str], until: float, console: Console) -> int:
    """Print the entries of uploads as they are there; return how many did not succeed in time."""
    failed = 0
    with meter(console, "separated", len(keys)) as progress:
        for key in keys:
            failed += not _wait_for(app, key, lambda: monotonic() < until, console)
            progress.advance()
    return failed


def _wait_for(app: App, key: str, in_time: Callable[[], bool], console: Console) -> bool:
    while in_time():
        try:
            story = app.stories.find(key)
        except NothingKnown:
            console.print(f"{key} was deleted", markup=False, style="red")
            return False
        if story.state in OVER and (story.entries or story.refused):
            for entry in story.entries:
                print_json(entry.model_dump(mode="json"))
            if story.refused and not story.entries:
                console.print(f"{key}: refused, {story.refused.reason.message}", markup=False, style="red")
            return story.succeeded
        sleep(LOOK_SECONDS)
    console.print(f"{key} is not separated yet: voicesep show {key}", markup=False, style="red")
    return False
