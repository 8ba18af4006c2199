"""`voicesep separate`: files in, stems out, through the whole app in a local cloud."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from localcloud import Options
from voice_separation.errors import InvalidSettings
from voice_separation.jobs.audio import AudioMode, Codec, fitted
from voice_separation.settings import DOCUMENTED_SUFFIXES, Settings, from_environment
from voicesep.audio_options import codec_option, mode_option
from voicesep.code import code_options
from voicesep.console import print_json, talk, trouble
from voicesep.local import PREFIX, LocalApp, Separated
from voicesep.project import find_project
from voicesep.watching import watch

NAMELESS = ".media"  # the suffix that a file without one is uploaded under
_PLAIN_SUFFIX = re.compile(r"\.[A-Za-z0-9]+")


@click.command(short_help="Separate files on this machine.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the stems go; beside their sources when not given.",
)
@mode_option("Which stems to make.", AudioMode.AUDIO_AND_BACKGROUND.value)
@codec_option("How to encode them.", Codec.MP3.value)
@code_options
def separate(files: tuple[Path, ...], output: Path | None, mode: str, codec: str, options: Options) -> None:
    """Separate FILES, any audio or video, and print the index entry of each.

    talk.mp3 becomes talk.voice.mp3 and talk.background.mp3. Everything runs on this machine, through the functions that
    would be deployed. Exits with 1 when a file could not be separated.
    """
    console = talk()
    keys = _keys(files)
    names = _stem_names(files, output)
    overrides = {"AUDIO_MODE": mode, "AUDIO_CODEC": codec, **_encoding(codec), "INPUT_SUFFIXES": _suffixes(keys)}
    _check(overrides)
    if output:
        output.mkdir(parents=True, exist_ok=True)  # before the work, so that nothing is separated for nothing
    failed = 0
    with LocalApp(find_project(), overrides, trouble(console), options) as app:
        app.deploy()
        for file, key in zip(files, keys, strict=True):
            app.upload(file, key)
        watch(app, dict(zip(keys, files, strict=True)), console)
        for file, key, name in zip(files, keys, names, strict=True):
            separated = app.outcome(key)
            failed += not separated.succeeded
            report(app, file, separated, (output or file.parent) / name, console)
    if failed:
        sys.exit(1)


def report(app: LocalApp, file: Path, separated: Separated, name: Path, console: Console) -> None:
    """Fetch the stems of one file as `<name>.<stem>.<extension>`, and print its entry."""
    if separated.entry is None:
        console.print(f"{file.name}: not separated: {separated.reason}", markup=False, style="red")
        return
    for stem in separated.entry.outputs:
        target = name.with_name(f"{name.name}.{stem.stem}{Path(stem.key).suffix}")
        app.fetch(stem.bucket or app.bucket.name, stem.key, target)
        console.print(f"{file.name}: wrote {target}", markup=False)
    if not separated.succeeded:
        told = f"{separated.entry.code}: {separated.entry.message}"
        console.print(f"{file.name}: the job is {separated.entry.state}: {told}", markup=False, style="red")
    print_json(separated.entry.model_dump(mode="json"))


def _keys(files: tuple[Path, ...]) -> list[str]:
    """Return a key for each file: its name, numbered where there are several."""
    names = [_in_utf8(file.name) + ("" if _PLAIN_SUFFIX.fullmatch(file.suffix) else NAMELESS) for file in files]
    return [f"{PREFIX}{n}/{name}" if len(files) > 1 else f"{PREFIX}{name}" for n, name in enumerate(names, start=1)]


def _stem_names(files: tuple[Path, ...], output: Path | None) -> list[str]:
    """Return what the stems of each file begin with: as short as it can be without two files getting the same."""
    folders = [output or file.parent for file in files]
    schemes = (
        [file.stem for file in files],
        [file.name for file in files],
        [f"{n}-{file.name}" for n, file in enumerate(files, start=1)],
    )
    return next(names for names in schemes if len(set(zip(folders, names, strict=True))) == len(files))


def _in_utf8(name: str) -> str:
    """Return a file name as a key can have it; what is no UTF-8 on this machine is replaced."""
    return name.encode("utf-8", "replace").decode()


def _suffixes(keys: list[str]) -> str:
    return ",".join([DOCUMENTED_SUFFIXES, *sorted({Path(key).suffix for key in keys})])


def _encoding(codec: str) -> dict[str, str]:
    """Return the sample rate and channel count nearest to the defaults that a codec takes."""
    config = fitted(Settings().audio_config, Codec(codec))
    return {"AUDIO_SAMPLERATE": str(config.samplerate), "AUDIO_CHANNELS": str(config.channels)}


def _check(overrides: Mapping[str, str]) -> None:
    try:
        from_environment(overrides)
    except InvalidSettings as error:
        raise click.UsageError(str(error)) from error
