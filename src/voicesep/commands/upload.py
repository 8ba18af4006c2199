"""`voicesep upload`: files into the bucket, which is all that it takes to have them separated."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

import click
from rich.console import Console

from voice_separation.errors import InvalidOptions, NothingKnown
from voice_separation.options import PREFIX, options_for
from voice_separation.settings import Settings
from voice_separation.upload_state import UploadState
from voice_separation.uploads import CREATED, ObjectCreated, reason_to_skip
from voicesep.app import App, open_app
from voicesep.audio_options import codec_option, mode_option
from voicesep.console import print_json, talk
from voicesep.events.options import OBJECT_KEY
from voicesep.interrupt import EXIT_INTERRUPTED, wish_to_end
from voicesep.progress import meter
from voicesep.transfer import GivenUp, Transfer
from voicesep.where import Where, app_options

LOOK_SECONDS = 1.0
MOST_PARALLEL = 16
ENDING = "giving up what is not wholly sent"
OVER = frozenset({UploadState.FINISHED, UploadState.REFUSED})


@click.command(short_help="Upload files, to be separated.")
@app_options
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    metavar="KEY",
    help="The key to upload to; of several files, what their keys begin with.  [default: INPUT_PREFIX]",
)
@mode_option("Which stems to make of these files.  [default: AUDIO_MODE, or what the template says]")
@codec_option("How to encode their stems.  [default: AUDIO_CODEC, or what the template says]")
@click.option(
    "--parallel",
    type=click.IntRange(1, MOST_PARALLEL),
    default=4,
    show_default=True,
    metavar="N",
    help="How many at once.",
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
def upload(
    *,
    files: tuple[Path, ...],
    key: str | None,
    mode: str | None,
    codec: str | None,
    parallel: int,
    wait: bool,
    timeout: int,
    dry_run: bool,
    where: Where,
) -> None:
    """Upload FILES into the input bucket, and print their keys.

    The function submit does the rest. The same content under the same key is the same upload, not billed again, and
    not separated again with another --mode: `voicesep retry --again` does that. --mode and --codec are kept in the
    metadata of the objects. A file that cannot be uploaded stops no other: it exits with 1 in the end, with --wait also
    when one of them has no stems. Ctrl-C gives up those that are not wholly sent; the same command sends them again.
    """
    console = talk()
    with open_app(where, parallel=parallel) as app:
        keys = _keys(files, key if key is not None else app.call.settings.input_prefix)
        reasons = {each: reason for each in keys if (reason := _reason_against(app, each))}
        metadata = _metadata(mode, codec, app.call.settings)
        if dry_run:
            for file, each in zip(files, keys, strict=True):
                console.print(f"would upload {file} to {app.bucket.name}/{each}", markup=False)
            _tell_what_stays_idle(reasons, console)
            return
        stored = _put_all(app, dict(zip(keys, files, strict=True)), metadata, console, parallel=parallel, told=not wait)
        idle = {each: reasons[each] for each in stored if each in reasons}
        _tell_what_stays_idle(idle, console)
        failed = len(keys) - len(stored)
        if wait:
            awaited = [each for each in stored if each not in idle]
            failed += len(idle) + (_wait(app, where, awaited, monotonic() + timeout, console) if awaited else 0)
    if failed:
        sys.exit(1)


def _keys(files: tuple[Path, ...], key: str) -> list[str]:
    """Return the key of each file. Raises click.UsageError where two would get the same, or one that is none."""
    if key.startswith("/"):
        raise click.UsageError("--key: no key of an upload begins with a slash; write incoming/talk.mp3")
    if len(files) == 1 and key and not key.endswith("/"):
        return [OBJECT_KEY.convert(key, None, None)]
    if key and not key.endswith("/"):
        raise click.UsageError("--key for several files is what their keys begin with, and ends with a slash")
    keys = [OBJECT_KEY.convert(key + file.name, None, None) for file in files]
    if len(set(keys)) < len(keys):
        raise click.UsageError("two of the files have the same name; upload them one by one, each with --key")
    return keys


def _reason_against(app: App, key: str) -> str | None:
    """Return why no upload will come of an object. Raises click.UsageError where the app writes."""
    if app.call.settings.writes_to(app.bucket.name, key):
        raise click.UsageError(f"--key: {key} is where the app itself writes")
    return reason_to_skip(ObjectCreated(f"{CREATED}Put", app.bucket, (key,)), app.call.settings)


def _metadata(mode: str | None, codec: str | None, settings: Settings) -> dict[str, str]:
    """Return what the objects say of how to separate them. Raises click.UsageError where that does not go together."""
    asked = {f"{PREFIX}mode": mode, f"{PREFIX}codec": codec}
    metadata = {name: value for name, value in asked.items() if value}
    try:
        options_for(metadata, settings)
    except InvalidOptions as error:
        raise click.UsageError(str(error)) from error
    return metadata


def _put_all(
    app: App, files: Mapping[str, Path], metadata: Mapping[str, str], console: Console, *, parallel: int, told: bool
) -> list[str]:
    """Put each file under its key, and print the key where it is to be told; return the keys of those that are stored.

    Ends the command when somebody presses Ctrl-C.
    """
    stored, failed = [], 0
    size = sum(file.stat().st_size for file in files.values())
    with wish_to_end(console, ENDING) as wish, meter(console, "bytes uploaded", size) as progress:
        for sent in Transfer(app, metadata, parallel, progress.advance, lambda: wish.came).put_all(files):
            if sent.error is None:
                stored.append(sent.key)
                if told:
                    click.echo(sent.key)
            elif not isinstance(sent.error, GivenUp):
                failed += 1
                console.print(str(sent.error), markup=False, style="red")
    if failed and len(files) > 1:
        console.print(f"{failed} of {len(files)} could not be uploaded", markup=False, style="red")
    if wish.came:
        console.print(
            f"{len(stored)} of {len(files)} were uploaded; the same command sends them all again", markup=False
        )
        sys.exit(EXIT_INTERRUPTED)
    return stored


def _tell_what_stays_idle(reasons: Mapping[str, str], console: Console) -> None:
    """Say once for each reason how many will not be separated."""
    for reason in dict.fromkeys(reasons.values()):
        first, *others = (key for key, why in reasons.items() if why == reason)
        which = f"{first} and {len(others)} more" if others else first
        console.print(f"{which} will not be separated: {reason}", markup=False, style="yellow")


def _wait(app: App, where: Where, keys: list[str], until: float, console: Console) -> int:
    """Print the entries of uploads as they are there; return how many did not succeed in time."""
    failed = 0
    with meter(console, "ended", len(keys)) as progress:
        for key in keys:
            failed += not _wait_for(app, where, key, lambda: monotonic() < until, console)
            progress.advance()
    return failed


def _wait_for(app: App, where: Where, key: str, in_time: Callable[[], bool], console: Console) -> bool:
    while in_time():
        try:
            story = app.stories.find(key)
        except NothingKnown:
            console.print(f"{key} was deleted", markup=False, style="red")
            return False
        if story.state in OVER and (story.entries or story.refused):
            for entry in story.entries:
                print_json(entry.model_dump(mode="json"))
                if not entry.outputs:
                    told = f"{key}: the job is {entry.state}, {entry.code}: {entry.message}"
                    console.print(told, markup=False, style="red")
            if story.refused and not story.entries:
                console.print(f"{key}: refused, {story.refused.reason.message}", markup=False, style="red")
            return story.succeeded
        sleep(LOOK_SECONDS)
    console.print(f"{key} is not separated yet: {where.typed('show', key)}", markup=False, style="red")
    return False
