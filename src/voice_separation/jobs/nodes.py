"""How the vendor's nodes are read: XML and JSON to one shape, unknown nodes ignored, empty ones as absent.

In XML a single repeated node is a value, several are a list, an empty one is None; in JSON numbers are strings
and empty nodes are absent (ci-protocol samples, 1045/49531). The models below see one shape only.
"""

import math
from datetime import datetime
from typing import Annotated, Any, TypeVar
from xml.parsers.expat import ExpatError

import xmltodict
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_pascal

Tree = dict[str, Any]


class MalformedXml(ValueError):
    """Not well-formed XML, or XML with entities of its own."""


class Node(BaseModel):
    """One of the vendor's containers, its nodes spelled as the vendor spells them."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True, hide_input_in_errors=True
    )


def parse_xml(body: bytes) -> Tree:
    """Read XML into nested dicts; attributes are dropped, entities refused.

    Raises MalformedXml.
    """
    try:
        tree: Tree = xmltodict.parse(body, xml_attribs=False, disable_entities=True, strip_whitespace=False)
    except (ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding nobody knows
        raise MalformedXml(str(error)) from error
    return tree


def _absent_if_empty(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        return None
    return value


def _as_text(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else value


def _as_tuple(value: Any) -> Any:
    value = _absent_if_empty(value)
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: Any) -> Any:
    """Read `2022-07-01T10:12:26+0800`; `-`, an empty node and what is no time at all mean: not yet."""
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        return datetime.strptime(value.strip(), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


T = TypeVar("T")
Text = Annotated[str | None, BeforeValidator(_as_text)]
Exact = Annotated[str | None, BeforeValidator(_absent_if_empty)]  # an object key may begin or end with a space
Number = Annotated[float | None, BeforeValidator(_number)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
OrAbsent = Annotated[T | None, BeforeValidator(_absent_if_empty)]
Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
