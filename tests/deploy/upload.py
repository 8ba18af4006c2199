"""What Tencent's command line does with `src` of a serverless.yml: it runs the hook, and zips what that has built."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.toolkit import FOLDER

SHELL = ("/bin/sh", "-c")  # as Node's `exec` has it
SECONDS = 120  # the most that the hook may take


def uploaded(project: Path, environment: Mapping[str, str], node: str) -> dict[str, bytes]:
    """Return what would be deployed from a checkout, by name within the zip.

    `environment` is for the hook, `node` the path of the program.
    """
    source: dict[str, Any] = yaml.safe_load((project / "serverless.yml").read_text())["inputs"]["src"]
    hook = [*SHELL, source["hook"]]
    subprocess.run(hook, cwd=project / source["src"], env=environment, check=True, timeout=SECONDS)
    folder = project / source["dist"]
    wanted = json.dumps({**source, "folder": str(folder)})
    listed = subprocess.run(
        [node, "uploaded.js"], cwd=FOLDER, input=wanted, capture_output=True, text=True, check=True, timeout=SECONDS
    )
    return {name: (folder / name).read_bytes() for name in json.loads(listed.stdout)}
