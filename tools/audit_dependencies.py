"""Ask for known vulnerabilities of what goes into the functions: requirements.txt, as it is pinned.

Exits with 1 when there is one. Where nobody can be asked (offline, or a mirror that keeps no advisories) it says so,
for each package, and exits with 0: that is no finding, and no clean bill either.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120


def report() -> Any:
    """Return what pip-audit says of requirements.txt, as JSON; None when it could ask nobody."""
    options = ["--require-hashes", "--disable-pip", "--timeout", "10", "--progress-spinner", "off", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "-r", str(ROOT / "requirements.txt"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - our own
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        return None


def verdict(told: Any) -> tuple[list[str], int]:
    """Return what to say of a report, and the exit code."""
    if told is None:
        return ["NOT AUDITED: nobody could be asked for known vulnerabilities. Run `make audit` with a connection."], 0
    dependencies = told["dependencies"]
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'nothing yet'}"
        for each in dependencies
        for flaw in each.get("vulns", ())
    ]
    lines = [f"{len(dependencies) - len(skipped)} of {len(dependencies)} packages audited, {len(found)} known flaws"]
    if skipped:
        lines.append(f"NOT AUDITED, as this registry knows no advisories of them: {', '.join(skipped)}")
    return [*lines, *found], int(bool(found))


if __name__ == "__main__":
    sentences, code = verdict(report())
    print("\n".join(sentences), file=sys.stderr)  # noqa: T201 - a tool talks
    sys.exit(code)
