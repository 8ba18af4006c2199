"""Terraform itself on deploy/terraform without its resources: what is left of it needs no provider."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.programs import how_to_install
from tests.support import ROOT

PROGRAM = shutil.which("terraform")
OLDEST = (1, 9)
FOLDER = ROOT / "deploy" / "terraform"
SECONDS = 60
OFFLINE = {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}

_OF_THE_PROVIDER = re.compile(r"^(?:resource|provider|terraform|output) .*?^}\n", re.MULTILINE | re.DOTALL)
_TOLD = "tencentcloud_scf_trigger.callback_url.trigger_attribute"
_ASKED = ("settings", "policies", "callback_url")


def why_not() -> str | None:
    """Return why this machine cannot do it, None if it can."""
    if PROGRAM is None:
        return f"deploy/terraform is NOT EVALUATED: terraform is not installed. {how_to_install('terraform')}"
    told = json.loads(terraform("version", "-json").stdout)["terraform_version"]
    if tuple(int(part) for part in told.split(".")[:2]) < OLDEST:
        return f"deploy/terraform is NOT EVALUATED: it needs Terraform {OLDEST[0]}.{OLDEST[1]}, this is {told}"
    return None


@dataclass(frozen=True)
class Module:
    """A copy of the module in a folder, which is asked for its local values."""

    folder: Path

    @classmethod
    def copied_to(cls, folder: Path) -> "Module":
        """Copy the module, and the policies that it reads."""
        module = folder / "deploy" / "terraform"
        shutil.copytree(ROOT / "deploy" / "cam", folder / "deploy" / "cam")
        module.mkdir()
        for file in FOLDER.glob("*.tf"):
            text = _OF_THE_PROVIDER.sub("", file.read_text(encoding="utf-8")).replace(_TOLD, "var.told")
            (module / file.name).write_text(text)
        outputs = [f'output "{name}" {{\n  value = local.{name}\n  sensitive = true\n}}\n' for name in _ASKED]
        (module / "asked.tf").write_text('variable "told" { default = "" }\n' + "".join(outputs))
        return cls(module)

    def values(self, **variables: Any) -> dict[str, Any]:
        """Return the local values that these variables give."""
        done = self._apply(variables)
        assert done.returncode == 0, done.stderr
        told = json.loads(terraform(f"-chdir={self.folder}", "output", "-json").stdout)
        return {name: output["value"] for name, output in told.items()}

    def refusal(self, **variables: Any) -> str:
        """Return what is said of variables that are refused, in one line."""
        done = self._apply(variables)
        assert done.returncode == 1, done.stdout
        return " ".join(done.stderr.split())

    def _apply(self, variables: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        (self.folder / "terraform.tfvars.json").write_text(json.dumps(variables))
        return terraform(f"-chdir={self.folder}", "apply", "-auto-approve", "-input=false", "-no-color")


def terraform(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Terraform, which asks nothing of the network so."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "TENCENT"))}
    return subprocess.run(
        [str(PROGRAM), *arguments],
        env={**environment, **OFFLINE},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
