"""What traps are looked for in: a serverless.yml, the .env beside it, and what the toolkit made of both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tencentcloud.scf.v20180416.models import CreateFunctionRequest, CreateTriggerRequest
from tencentcloud.tag.v20180813.models import AttachResourcesTagRequest

from tests.deploy.toolkit import Recording
from voice_separation.settings import Settings, from_environment


@dataclass(frozen=True)
class Deployment:
    """One file, the .env beside it, and what the toolkit made of both."""

    document: Mapping[str, Any]  # as written, nothing resolved
    environment: Mapping[str, str]
    recording: Recording

    @property
    def inputs(self) -> Mapping[str, Any]:
        inputs: Mapping[str, Any] = self.document["inputs"]
        return inputs

    @property
    def functions(self) -> list[Any]:
        return self.recording.requests(CreateFunctionRequest)

    @property
    def tags(self) -> list[Any]:
        return self.recording.requests(AttachResourcesTagRequest)

    @property
    def settings(self) -> Settings:
        """What submit filters by, whatever else is wrong in .env."""
        names = ("INPUT_PREFIX", "INPUT_SUFFIXES")
        return from_environment({name: self.environment.get(name, "") for name in names})

    def triggers(self, kind: str) -> list[Any]:
        return [each for each in self.recording.requests(CreateTriggerRequest) if each.Type == kind]


Trap = Callable[[Deployment], Iterator[str]]


def variables(function: Any) -> dict[str, str]:
    """Return a function's environment."""
    given = function.Environment.Variables if function.Environment else None
    return {variable.Key: variable.Value for variable in given or []}
