"""The local app that `voicesep local` keeps running, as other commands find it: a file beside serverless.yml."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

STATE = ".localcloud"  # beside serverless.yml; holds what a local cloud keeps between commands
FILE = "running.json"
LOG = "functions.log"
CONNECT_SECONDS = 1.0
OWNER_ONLY = 0o600  # the environment has the callback secrets


class RunningApp(BaseModel):
    """Where a local app listens, a key that may do everything there, and the environment of its functions."""

    model_config = ConfigDict(frozen=True)

    pid: int
    endpoint: str
    secret_id: str
    secret_key: str = Field(repr=False)
    environment: Mapping[str, str] = Field(repr=False)


def find_running(project: Path) -> RunningApp | None:
    """Return the app that runs in a project; None when there is none, or when it has died."""
    try:
        app = RunningApp.model_validate_json((project / STATE / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return app if _is_alive(app) else None


@contextmanager
def announced(project: Path, app: RunningApp) -> Iterator[None]:
    """Tell other commands of an app for as long as the context lasts."""
    path = project / STATE / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{app.pid}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(app.model_dump_json())
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _is_alive(app: RunningApp) -> bool:
    """Tell whether the process is there and somebody listens: either alone may be another's by now."""
    place = urlsplit(app.endpoint)
    try:
        os.kill(app.pid, 0)
        with socket.create_connection((place.hostname or "", place.port or 0), CONNECT_SECONDS):
            return True
    except OSError:
        return False
