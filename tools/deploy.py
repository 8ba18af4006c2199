"""`make deploy`: check serverless.yml and .env, hand over to Tencent's `scf`, and say what comes next.

`scf` packages by itself: `make package` is the hook in serverless.yml.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

from tools.check_deployment import ROOT, problems
from voice_separation.settings import NOT_SET

CLI = "scf"
NEXT = ".venv/bin/voicesep"


def deploy(root: Path) -> int:
    """Deploy a project and return the exit code: 1 when it is refused, else that of `scf deploy`."""
    env_file = root / ".env"
    if not env_file.is_file():
        return _refuse("there is no .env; copy .env.example to it and fill it in")
    if shutil.which(CLI) is None:
        return _refuse(f"{CLI} is missing: npm install -g serverless-cloud-framework")
    if found := problems(root / "serverless.yml", env_file):
        return _refuse("\n  - ".join(["", *found]))
    if code := subprocess.run((CLI, "deploy"), cwd=root, check=False).returncode:  # noqa: S603 - from PATH, as meant
        _say(f"`{CLI} deploy` failed with {code}")
        return code
    _say(_what_comes_next(env_file))
    return 0


def _what_comes_next(env_file: Path) -> str:
    if dotenv_values(env_file, interpolate=False).get("CALLBACK_URL") in (None, "", NOT_SET):
        return f"Next: {NEXT} callback-url --live, then make deploy again, so that `submit` knows the address."
    return f"Next: {NEXT} doctor --live"


def _refuse(reason: str) -> int:
    _say(f"not deployed: {reason}")
    return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - talk goes to stderr


if __name__ == "__main__":
    sys.exit(deploy(ROOT))
