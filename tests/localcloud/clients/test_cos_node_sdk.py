"""Tencent's own client for Node, cos-nodejs-sdk-v5, unmodified, against the server. Skipped, and said, without Node."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.localcloud.cos_server import CosServer
from tests.localcloud.signing import SECRET_ID, SECRET_KEY
from tests.programs import how_to_install

NODE = Path(__file__).parent / "node"
CASES = re.findall(r"^  async (\w+)\(cos, where\)", (NODE / "cases.js").read_text(encoding="utf-8"), re.MULTILINE)

needs_node = pytest.mark.skipif(
    not (NODE / "node_modules" / ".installed").exists(),
    reason=f"cos-nodejs-sdk-v5 is not installed: run `make setup` with Node 18 or newer. {how_to_install('node')}",
)


@pytest.fixture(scope="module")
def outcomes(cos_server_of_all: CosServer) -> Mapping[str, str | None]:
    """Return the error of every case, None for one that went well. All run in one process, one after the other."""
    server = cos_server_of_all
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_ID": SECRET_ID,
        "SECRET_KEY": SECRET_KEY,
        "COS_PROXY": server.server.url,
        "COS_BUCKET": server.bucket,
        "COS_REGION": server.region,
    }
    ran = subprocess.run(
        ["node", "run.js"],  # noqa: S607 - whichever Node the machine has
        cwd=NODE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    reports = [json.loads(line) for line in ran.stdout.splitlines()]
    return {report["name"]: report["error"] for report in reports}


@needs_node
@pytest.mark.parametrize("case", CASES)
def test_the_node_sdk_takes_it_for_cos(outcomes: Mapping[str, str | None], case: str) -> None:
    assert outcomes[case] is None


def test_the_node_sdk_has_a_fair_number_of_cases() -> None:
    assert len(CASES) >= 18
