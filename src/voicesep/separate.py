"""`voicesep separate`: files in, stems out, through the whole app in a local cloud."""

import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from voice_separation.errors import InvalidSettings
from voice_separation.jobs.audio import AudioMode, Codec
from voice_separation.settings import DOCUMENTED_SUFFIXES, from_environment
from voicesep.console import print_json, progress, talk, trouble
from voicesep.local import LocalApp, Separated
from voicesep.project import find_project

PREFIX = "incoming/"
NAMELESS = ".media"  # the suffix that a file without one is uploaded under
LONGEST_SECONDS = 24 * 3600.0
_LOOK_SECONDS = 0.1


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the stems go; beside their sources when not given.",
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in AudioMode]),
    default=AudioMode.AUDIO_AND_BACKGROUND.value,
    show_default=True,
    help="Which stems to make.",
)
@click.option(
    "--codec",
    type=click.Choice([codec.value for codec in Codec]),
    default=Codec.MP3.value,
    show_default=True,
    help="How to encode them.",
)
def separate(files: tuple[Path, ...], output: Path | None, mode: str, codec: str) -> None:
    """Separate FILES, any audio or video, and print the index entry of each.

    talk.mp3 becomes talk.voice.mp3 and talk.background.mp3. Everything runs on this machine, through the functions that
    would be deployed. Exits with 1 when a file could not be separated.
    """
    console = talk()
    keys = _keys(files)
    overrides = {"AUDIO_MODE": mode, "AUDIO_CODEC": codec, **_encoding(codec), "INPUT_SUFFIXES": _suffixes(keys)}
    _check(overrides)
    failed = 0
    with LocalApp(find_project(), overrides, trouble(console)) as app:
        app.deploy()
        for file, key in zip(files, keys, strict=True):
            app.upload(file, key)
        watch(app, dict(zip(keys, files, strict=True)), console)
        for file, key in zip(files, keys, strict=True):
            separated = app.outcome(key)
            failed += not separated.succeeded
            report(app, file, separated, output, console)
    if failed:
        sys.exit(1)


def watch(app: LocalApp, files: Mapping[str, Path], console: Console) -> None:
    """Show the progress of every file until nothing runs any more."""
    until = time.monotonic() + LONGEST_SECONDS
    with progress(console) as display:
        tasks = {key: display.add_task(file.name, total=100) for key, file in files.items()}
        while not app.cloud.wait_until_idle(_LOOK_SECONDS) and time.monotonic() < until:
            for key, percent in app.progress().items():
                display.update(tasks[key], completed=percent)


def report(app: LocalApp, file: Path, separated: Separated, output: Path | None, console: Console) -> list[Path]:
    """Fetch the stems of one file, name them, and print its entry; return where the stems are."""
    if separated.entry is None:
        console.print(f"{file.name}: not separated: {separated.reason}", markup=False, style="red")
        return []
    stems = []
    for stem in separated.entry.outputs:
        target = (output or file.parent) / f"{file.stem}.{stem.stem}{Path(stem.key).suffix}"
        app.fetch(stem.bucket or app.bucket.name, stem.key, target)
        stems.append(target)
        console.print(f"{file.name}: wrote {target}", markup=False)
    if not separated.succeeded:
        told = f"{separated.entry.code}: {separated.entry.message}"
        console.print(f"{file.name}: the job is {separated.entry.state}: {told}", markup=False, style="red")
    print_json(separated.entry.model_dump(mode="json"))
    return stems


def _keys(files: tuple[Path, ...]) -> list[str]:
    """Return a key for each file: its name, numbered where several files have the same."""
    names = Counter(file.name for file in files)
    return [
        PREFIX + (file.name if names[file.name] == 1 else f"{n}/{file.name}") + ("" if file.suffix else NAMELESS)
        for n, file in enumerate(files, start=1)
    ]


def _suffixes(keys: list[str]) -> str:
    return ",".join([DOCUMENTED_SUFFIXES, *sorted({Path(key).suffix for key in keys})])


def _encoding(codec: str) -> dict[str, str]:
    """Return the settings that a codec needs when they differ from the defaults."""
    return {"AUDIO_SAMPLERATE": "8000", "AUDIO_CHANNELS": "1"} if codec == Codec.AMR.value else {}


def _check(overrides: Mapping[str, str]) -> None:
    try:
        from_environment(overrides)
    except InvalidSettings as error:
        raise click.UsageError(str(error)) from error
