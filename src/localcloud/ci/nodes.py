"""What nodes of CI's XML, and parameters of its queries, become when read: frozen models under the vendor's names."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel, to_pascal

from localcloud import xml
from localcloud.errors import CloudError

Nodes = dict[str, Any]  # child nodes in their order, ready to be rendered; "" is an empty node


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


class Parameters(BaseModel):
    """The parameters of a query; `queue_id` here is `queueId` there."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


NodeT = TypeVar("NodeT", bound=Node)
ParametersT = TypeVar("ParametersT", bound=Parameters)
ModelT = TypeVar("ModelT", bound=BaseModel)

comma_separated = BeforeValidator(lambda value: value.split(",") if isinstance(value, str) else value)
Texts = Annotated[tuple[str, ...], comma_separated]


def read_request(body: bytes) -> Mapping[str, Any]:
    """Return the children of `<Request>`. Raises CloudError 400 MissingContent or InvalidContent."""
    if not body:
        raise CloudError(400, "MissingContent", "The request has no body. Send the XML document <Request>.")
    return xml.parse(body, root="Request", code="InvalidContent")


def read_node(kind: type[NodeT], children: Mapping[str, Any]) -> NodeT:
    """Return the node with these children. Raises CloudError 400 InvalidArgument, naming the first wrong one."""
    return _read(kind, children, "Request")


def read_parameters(kind: type[ParametersT], query: Mapping[str, str]) -> ParametersT:
    """Return the parameters of a query; empty ones are absent, for the vendor's SDKs send all they know.

    Raises CloudError 400 InvalidArgument, naming the first wrong one.
    """
    return _read(kind, {name: value for name, value in query.items() if value})


def without_empty_nodes(node: Any) -> Any:
    """Return nodes as JSON notifications have them: what would be an empty node in XML is left out."""
    if isinstance(node, Mapping):
        return {name: without_empty_nodes(child) for name, child in node.items() if child not in ("", [])}
    if isinstance(node, list):
        return [without_empty_nodes(child) for child in node]
    return node


def invalid_argument(message: str) -> CloudError:
    """Return the answer to a request that is well-formed and yet cannot be meant."""
    return CloudError(400, "InvalidArgument", message)


def _read(kind: type[ModelT], values: Mapping[str, Any], *place: str) -> ModelT:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = ".".join([*place, *map(str, wrong["loc"])])
        raise invalid_argument(f"{name} is not right: {wrong['msg'].removeprefix('Value error, ')}.") from None
