"""The files that are under test."""

import re
from typing import Any

import yaml

from tests.support import ROOT

SERVERLESS_YML = ROOT / "serverless.yml"
ENV_EXAMPLE = ROOT / ".env.example"
INPUTS: dict[str, Any] = yaml.safe_load(SERVERLESS_YML.read_text())["inputs"]


def env_example() -> dict[str, str]:
    """Return what .env.example sets, as it stands there."""
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", ENV_EXAMPLE.read_text(), re.MULTILINE))
