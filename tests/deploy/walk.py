"""Somebody follows docs/deploy.md at a shell."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.deploy_page import PAGE, Step, looks_like, steps, why_not_run

SECONDS = 120  # the most that one command may take
BASH = ("/bin/bash", "-euo", "pipefail", "-c")
OF_WHO_RUNS_THE_TESTS = ("TENCENT", "LOCALCLOUD", "GIT_", "MAKE", "PYTHON", "VIRTUAL_ENV")


def plain_environment(**added: str) -> dict[str, str]:
    """Return an environment without what is only of whoever runs the tests: keys, and settings of git and make."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_WHO_RUNS_THE_TESTS)}
    return {**kept, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **added}


@dataclass
class Walker:
    """Somebody at a shell in a checkout, who takes one step of the page after the other, and says yes when asked."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    a_minute_goes_by: Callable[[], object]
    ahead: list[Step] = field(default_factory=lambda: steps(PAGE.text))

    def take(self, title: str) -> list[str]:
        """Take the next step, which has this title, and return what each of its commands has printed."""
        step = self.ahead.pop(0)
        assert step.title == title, f"the next step of the page is {step.title!r}"
        printed: list[str] = []
        for block in step.blocks:
            for command in block.commands:
                if why_not_run(command) is None:
                    printed.append(self._type(command))
                    self.a_minute_goes_by()
            if block.shown is not None:
                assert looks_like(printed[-1], block.shown), f"{block.commands[-1]} printed\n{printed[-1]}"
        return printed

    def _type(self, command: str) -> str:
        done = subprocess.run(
            [*BASH, command],
            cwd=self.folder,
            env=self.environment,
            input="y\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}"
        return done.stdout
