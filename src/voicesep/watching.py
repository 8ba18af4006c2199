"""The progress of files that a local cloud separates, for people to watch."""

import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from voicesep.console import progress
from voicesep.local import LocalApp

LONGEST_SECONDS = 24 * 3600.0
LOOK_SECONDS = 0.1


def watch(app: LocalApp, files: Mapping[str, Path], console: Console) -> None:
    """Show the progress of every file until nothing runs any more."""
    until = time.monotonic() + LONGEST_SECONDS
    with progress(console) as display:
        tasks = {key: display.add_task(file.name, total=100) for key, file in files.items()}
        while not app.cloud.wait_until_idle(LOOK_SECONDS) and time.monotonic() < until:
            for key, percent in app.progress().items():
                display.update(tasks[key], completed=percent)
