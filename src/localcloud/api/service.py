"""What a service of the API 3.0 is: a name, a version, and actions with typed parameters and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_pascal

from localcloud.api.errors import ApiError
from localcloud.cam.access import EVERYTHING


class Parameters(BaseModel):
    """The parameters of an action, in the vendor's PascalCase on the wire; subclasses say which."""

    model_config = ConfigDict(  # type: ignore[pydantic-alias]  # parameters are read, never made
        frozen=True, extra="forbid", alias_generator=to_pascal, hide_input_in_errors=True
    )


class Answer(BaseModel):
    """What an action answers, besides the RequestId; in the vendor's PascalCase on the wire."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal, populate_by_name=True)


P = TypeVar("P", bound=Parameters)
Admit = Callable[[str], None]
"""Takes the last segment of a resource's name in CAM, or `*`. Raises ApiError if the caller may not go there."""


class Act(Protocol):
    """An action, with the type of its parameters out of sight."""

    def __call__(self, region: str, body: bytes, admit: Admit) -> Answer:
        """Read the parameters, ask whether the caller may, and carry the action out. Raises ApiError."""


@dataclass(frozen=True)
class Action(Generic[P]):
    """One action. `run` takes the region and the parameters, may block, and raises ApiError to refuse.

    `resource` is the last segment of what the action is done to, in CAM's words; `*` where CAM grants no single one.
    """

    parameters: type[P]
    run: Callable[[str, P], Answer]
    resource: Callable[[P], str] = lambda _: EVERYTHING

    def __call__(self, region: str, body: bytes, admit: Admit) -> Answer:
        """Do as Act says."""
        try:
            parameters = self.parameters.model_validate_json(body or b"{}")
        except ValidationError as error:
            raise _refused(error) from None
        admit(self.resource(parameters))
        return self.run(region, parameters)


@dataclass(frozen=True)
class Service:
    """A service, as `X-TC-Version` and `X-TC-Action` choose from it."""

    name: str
    version: str
    actions: Mapping[str, Act]


# By pydantic's word for what is wrong; the codes are the common ones (1388/114322).
_CODES = {"missing": "MissingParameter", "extra_forbidden": "UnknownParameter", "json_invalid": "InvalidParameter"}


def _refused(error: ValidationError) -> ApiError:
    first: Any = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    fallback = "InvalidParameter" if first["type"].endswith("_type") else "InvalidParameterValue"
    return ApiError(_CODES.get(first["type"], fallback), f"`{where}`: {first['msg']}. Correct the parameter.")
