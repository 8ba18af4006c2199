"""Node and Tencent's toolkit, which `make test` installs where Node is present."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.deploy.toolkit import FOLDER, Toolkit


@pytest.fixture(scope="session")
def toolkit() -> Iterator[Toolkit]:
    """Tencent's deploy toolkit; where it cannot run, the test is skipped, and says what to install."""
    if (program := shutil.which("node")) is None:
        pytest.skip(
            "Node is missing, so Tencent's deploy toolkit cannot run: apt-get install nodejs npm, then make test"
        )
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < 18:
        pytest.skip(f"Node 18 or newer is needed for Tencent's deploy toolkit, this is {version}: install nodejs, npm")
    if not (FOLDER / "node_modules" / "tencent-component-toolkit").is_dir():
        pytest.fail("Tencent's deploy toolkit is not installed; run `make test`, or `npm ci` in tests/deploy")
    with Toolkit(program) as toolkit:
        yield toolkit
