"""Node and Tencent's toolkit, which `make test` installs where Node is present."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.deploy.toolkit import FOLDER, Toolkit
from tests.programs import how_to_install


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node, with Tencent's deploy toolkit installed; where there is none, the test is skipped."""
    if (program := shutil.which("node")) is None:
        pytest.skip(f"Tencent's deploy toolkit cannot run: Node is missing. {how_to_install('node')}; then make test")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < 18:
        pytest.skip(
            f"Node 18 or newer is needed for Tencent's deploy toolkit, this is {version}. {how_to_install('node')}"
        )
    if not (FOLDER / "node_modules" / "tencent-component-toolkit").is_dir():
        pytest.fail("Tencent's deploy toolkit is not installed; run `make test`, or `npm ci` in tests/deploy")
    return program


@pytest.fixture(scope="session")
def toolkit(node: str) -> Iterator[Toolkit]:
    """Tencent's deploy toolkit, in a process of its own."""
    with Toolkit(node) as toolkit:
        yield toolkit
