"""The project that the command line works on: the folder with serverless.yml, its code and its environment."""

import secrets
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from voice_separation.settings import NAMES, NOT_SET

PROGRAM = "voicesep"
SERVERLESS = "serverless.yml"
LOCAL_REGION = "ap-guangzhou"
LOCAL_BUCKET = "media-1250000000"
LOCAL_CODE = "src"


def find_project(start: Path | None = None) -> Path:
    """Return the nearest folder, upwards from here or else from this installation, that holds serverless.yml.

    Raises click.UsageError when there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        if (folder / SERVERLESS).is_file() and (folder / LOCAL_CODE / "submit.py").is_file():
            return folder
    raise click.UsageError(f"no {SERVERLESS} here or above; go to a checkout of voice-separation, and type it there")


def program() -> str:
    """Return how this program is typed here: by its name, or where it is on no search path by its place, quoted."""
    if shutil.which(PROGRAM):
        return PROGRAM
    place = Path(sys.executable).with_name(PROGRAM)
    here = Path.cwd()
    return shlex.quote(str(place.relative_to(here) if place.is_relative_to(here) else place))


def local_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return what serverless.yml asks of `.env`, for a local cloud: every setting at its default but these.

    The callback secret is made anew each time. Nothing of the caller's own environment is taken over.
    """
    defaults = {
        "REGION": LOCAL_REGION,
        "INPUT_BUCKET": LOCAL_BUCKET,
        "INPUT_PREFIX": "incoming/",
        "CALLBACK_SECRETS": secrets.token_hex(32),
        "CLAIM_SETTLE_SECONDS": "0",  # the local cloud's put-if-absent is atomic
    }
    return {**dict.fromkeys(NAMES, NOT_SET), **defaults, **overrides}
