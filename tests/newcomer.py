"""Somebody new, who types what a page says, as it stands, in a folder like a fresh checkout."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT, SAMPLE, first_line

SECONDS = 120
SHELL = ("/bin/bash", "-euo", "pipefail", "-c")  # the Makefile's
PROGRAMS = Path(sys.executable).parent


@dataclass
class Newcomer:
    """Somebody in a checkout, who types what a page says. `make setup` has been run."""

    folder: Path
    port: str = "9000"

    @contextmanager
    def running(self, command: str, until: str = "") -> Iterator[str]:
        """Type a command that stays until Ctrl-C; hand out the first line that it prints, or that says `until`."""
        shell, environment = [*SHELL, f"exec {command}"], self._environment()
        with (
            tempfile.TemporaryFile("w+") as said,
            subprocess.Popen(
                shell, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=said, text=True
            ) as process,
        ):
            try:
                yield first_line(process, until, said=said, seconds=SECONDS)
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(SECONDS)
                finally:
                    process.kill()

    def type(self, command: str) -> str:
        """Type a command; return what it prints on standard output."""
        here = command.replace("127.0.0.1:9000", f"127.0.0.1:{self.port}")
        done = subprocess.run(
            [*SHELL, here],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def type_until(self, command: str, expected: str) -> None:
        """Type a command again and again, until it prints what is expected."""
        until = time.monotonic() + SECONDS
        while expected not in (told := self.type(command)):
            assert time.monotonic() < until, told
            time.sleep(0.2)

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TENCENT", "LOCALCLOUD"))}
        return {**kept, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}


def checkout(folder: Path) -> Newcomer:
    """Return somebody in a folder like a fresh checkout in which `make demo` has been run."""
    for name in ("serverless.yml", ".env.example", "Makefile"):
        shutil.copyfile(ROOT / name, folder / name)
    for name in ("src", "deploy"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "demo").mkdir()
    for name in (SAMPLE.name, "voice.mp3", "background.mp3"):
        shutil.copyfile(SAMPLE, folder / "demo" / name)
    return Newcomer(folder)
