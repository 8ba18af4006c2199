"""The Python that runs functions."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Interpreter:
    """A Python; when `bare`, functions see none of the packages that are installed with it, as in SCF."""

    path: Path = Path(sys.executable)
    bare: bool = False

    def command(self, script: Path, *arguments: str) -> list[str]:
        """Return the words that run a script."""
        # Installed packages get on the module path by way of the module `site`.
        options = ["-u", "-X", "utf8", *(["-S"] if self.bare else [])]
        return [str(self.path), *options, str(script), *arguments]


THIS_PYTHON = Interpreter()
