"""Which code of the functions a command runs, and with which Python."""

import functools
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from localcloud import Options

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def code_options(command: Callable[Parameters, Result]) -> Callable[..., Result]:
    """Add --bundle and --python, which reach the command as `options` of its local cloud."""

    @click.option(
        "--bundle",
        type=click.Path(exists=True, path_type=Path),
        callback=_readable,
        metavar="ZIP|DIR",
        help="Run the functions from what `make package` built, read-only, and from nothing else.",
    )
    @click.option(
        "--python",
        callback=_interpreter,
        metavar="PROGRAM",
        help="The Python that runs the functions; a bundle is for 3.10.  [default: the one that runs voicesep]",
    )
    @functools.wraps(command)
    def with_options(*args: object, bundle: Path | None, python: Path, **kwargs: object) -> Result:
        kwargs["options"] = Options(bundle=bundle, python=python)
        return command(*args, **kwargs)  # type: ignore[arg-type]  # click calls with what it has parsed

    return with_options


def _readable(_context: click.Context, _parameter: click.Parameter, bundle: Path | None) -> Path | None:
    if bundle and not (bundle.is_dir() or zipfile.is_zipfile(bundle)):
        raise click.BadParameter(f"{bundle} is neither a zip nor a folder; `make package` builds one.")
    return bundle


def _interpreter(_context: click.Context, _parameter: click.Parameter, program: str | None) -> Path:
    if program is None:
        return Path(sys.executable)
    found = shutil.which(program)
    if found is None:
        raise click.BadParameter(f"there is no program {program}; give the path of a Python.")
    return Path(found)
