"""A cloud account whose functions are written, deployed and stopped within one test."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.clock import MovableClock
from localcloud.scf.models import Scf
from localcloud.scf.project import FunctionSpec, Project, Source, Trigger

APPID = "1250000000"
REGION = "ap-guangzhou"


def function_spec(key: str = "echo", **changed: Any) -> FunctionSpec:
    fields: dict[str, Any] = {
        "key": key,
        "name": f"mps-dev-media-{key}",
        "handler": "index.main_handler",
        "runtime": "Python3.10",
        "memory_mb": 256,
        "timeout_s": 20,
        "init_timeout_s": 20,
        "environment": {},
        "role": "SCF_Role",
        "namespace": "default",
    }
    return FunctionSpec(**{**fields, **changed})


def project(*functions: FunctionSpec, triggers: tuple[Trigger, ...] = ()) -> Project:
    return Project("mps", "media", "dev", REGION, Source(), functions, triggers)


@dataclass
class Lab:
    """Deploys handlers given as source text."""

    scf: Scf
    code: Path
    heard: list[tuple[str, str, str]]

    def deploy(self, source: str, *, triggers: tuple[Trigger, ...] = (), **changed: Any) -> str:
        """Deploy one function with this `index.py`, and return its key."""
        spec = function_spec(**changed)
        (self.code / "index.py").write_text(textwrap.dedent(source), encoding="utf-8")
        self.scf.deploy(project(spec, triggers=triggers), self.code)
        return spec.key

    def is_done_a_second_later(self, clock: MovableClock) -> bool:
        """Put the clock forward by a second, and return whether nothing is left to run or to be tried again."""
        clock.advance(1)
        return self.scf.drain(0.01)


LabFactory = Callable[..., Lab]
