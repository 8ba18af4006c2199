"""Tell what is wrong with serverless.yml and .env before they are deployed: `make deploy` begins with this."""

import sys
from pathlib import Path

from dotenv import dotenv_values

from localcloud.scf.problems import InvalidServerlessFileError
from localcloud.scf.serverless import read_project
from voice_separation.errors import InvalidSettings
from voice_separation.settings import from_environment

ROOT = Path(__file__).resolve().parent.parent


def problems(serverless_yml: Path, env_file: Path) -> list[str]:
    """Return every reason why the app would not deploy, or would not work once it is."""
    if not env_file.is_file():
        return [f"there is no {env_file.name}; copy .env.example to it and fill it in"]
    environment = {name: value or "" for name, value in dotenv_values(env_file, interpolate=False).items()}
    found = [f".env: {line}" for line in env_file.read_text(encoding="utf-8").splitlines() if _has_late_comment(line)]
    try:
        from_environment(environment)
    except InvalidSettings as refused:
        found += [f"{name}: {reason}" for name, reason in refused.problems.items()]
    try:
        found += read_project(serverless_yml, environment).warnings
    except InvalidServerlessFileError as refused:
        found += refused.problems
    return found


def _has_late_comment(line: str) -> bool:
    """Whether a comment stands behind a value, which Tencent's command line would take for a part of it."""
    return not line.startswith("#") and " #" in line


if __name__ == "__main__":
    reasons = problems(ROOT / "serverless.yml", ROOT / ".env")
    if reasons:
        sys.exit("not deployed:\n  - " + "\n  - ".join(reasons))
