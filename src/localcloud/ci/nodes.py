"""What nodes of CI's XML become when read: frozen models under the vendor's names."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_pascal

from localcloud.errors import CloudError

NodeT = TypeVar("NodeT", bound="Node")


class Node(BaseModel):
    """A node with children; `au_object` here is `AuObject` there. Nodes nobody knows are left aside, as CI does."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal, populate_by_name=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, children: Any) -> Any:
        if not isinstance(children, Mapping):
            return children
        return {name: child for name, child in children.items() if child is not None}

    def nodes(self) -> Mapping[str, Any]:
        """Return the children that were given, as they were given."""
        return self.model_dump(by_alias=True, exclude_unset=True, mode="json")


def read_node(kind: type[NodeT], children: Mapping[str, Any]) -> NodeT:
    """Return the node with these children. Raises CloudError 400 InvalidArgument, naming the first wrong one."""
    try:
        return kind.model_validate(children)
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(["Request", *map(str, wrong["loc"])])
        raise invalid_argument(f"{place} is not right: {wrong['msg'].removeprefix('Value error, ')}.") from None


def invalid_argument(message: str) -> CloudError:
    """Return the answer to a request that is well-formed and yet cannot be meant."""
    return CloudError(400, "InvalidArgument", message)
