"""Runs a serverless.yml through Tencent's own deploy toolkit (tests/deploy/deploy.js) and tells what it called."""

import json
import subprocess
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, get_args

from tencentcloud.scf.v20180416 import models as scf
from tencentcloud.tag.v20180813 import models as tag

from tests.deploy.account import Call
from tests.deploy.tencent_api import TencentApi
from tests.support import first_line

FOLDER = Path(__file__).parent
SECONDS = 60  # the most that one deployment may take
MODELS = {"scf": scf, "tag": tag}
VERSIONS = {"scf": "2018-04-16", "tag": "2018-08-13"}
# What the toolkit sends although the API's models do not know it.
UNDOCUMENTED = {
    "CreateFunction": {"DeployMode", "DiskSize", "L5Enable"},
    "UpdateFunctionConfiguration": {"DiskSize"},
    "GetFunction": {"ShowTriggers"},
}
Request = TypeVar("Request")
HandedDown = Literal["everything", "basics"]  # what functions take over from `inputs`: tests/deploy/component.js
HANDED_DOWN: tuple[HandedDown, ...] = get_args(HandedDown)


@dataclass(frozen=True)
class Recording:
    """What one run of the toolkit called, and why it gave up, if it did."""

    calls: tuple[Call, ...]
    failure: str = ""

    def requests(self, kind: type[Request]) -> list[Request]:
        """Return every call of one action, as the vendor's own request model."""
        found = [as_request(call) for call in self.calls]
        return [request for request in found if isinstance(request, kind)]

    @property
    def changes(self) -> list[str]:
        """What was called beyond reading, in order: `CreateFunction voice-dev-separation-submit`."""
        return [
            f"{call.action} {call.params.get('FunctionName') or call.params.get('TagKey')}"
            for call in self.calls
            if not call.action.startswith(("Get", "List", "Describe"))
        ]


class UnknownParameters(Exception):
    """A call carries what the vendor's request model does not have."""


def as_request(call: Call) -> Any:
    """Return a call as the SDK's model of it; raises UnknownParameters."""
    known = UNDOCUMENTED.get(call.action, set())
    request = getattr(MODELS[call.service], f"{call.action}Request")()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        request._deserialize({name: value for name, value in call.params.items() if name not in known})
    if caught:
        raise UnknownParameters(f"{call.action}: {', '.join(str(warning.message) for warning in caught)}")
    return request


class Toolkit:
    """Tencent's toolkit in a Node process of its own, while the `with` block lasts."""

    def __init__(self, node: str) -> None:
        """`node` is the path of the program."""
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed as the block ends
        self._node = subprocess.Popen(
            [node, "deploy.js"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={},
        )

    def __enter__(self) -> "Toolkit":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._node.communicate(timeout=SECONDS)
        finally:
            self._node.kill()
            self._said.close()

    def run(
        self,
        action: Literal["deploy", "remove"],
        api: TencentApi,
        file: Path,
        env_file: Path,
        handed_down: HandedDown = "everything",
    ) -> Recording:
        """Deploy or remove a serverless.yml against `api`, with the variables of `env_file`."""
        before = len(api.calls)
        task = {
            "action": action,
            "endpoint": api.endpoint,
            "file": str(file),
            "envFile": str(env_file),
            "handedDown": handed_down,
        }
        answer = self._answer(json.dumps(task))
        return Recording(tuple(api.calls[before:]), answer["failure"])

    def deployed(self, file: Path, environment: Mapping[str, str], handed_down: HandedDown = "everything") -> Recording:
        """Deploy a serverless.yml into an empty account; `environment` becomes the .env beside it."""
        env_file = file.with_name(".env")
        env_file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
        with TencentApi() as api:
            return self.run("deploy", api, file, env_file, handed_down)

    def _answer(self, task: str) -> dict[str, str]:
        assert self._node.stdin
        print(task, file=self._node.stdin, flush=True)
        answer: dict[str, str] = json.loads(first_line(self._node, said=self._said, seconds=SECONDS))
        return answer
