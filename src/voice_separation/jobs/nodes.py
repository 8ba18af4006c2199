"""How the vendor's nodes are read: XML and JSON to one shape, unknown nodes ignored, empty ones as absent.

In XML a single repeated node is a value, several are a list, an empty one is None; in JSON numbers are strings
and empty nodes are absent (ci-protocol samples, 1045/49531). The models below see one shape only.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from xml.parsers.expat import ExpatError

import xmltodict
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic.alias_generators import to_pascal

Tree = dict[str, Any]

LONGEST_KEY_BYTES = 1024  # of an object in COS
_LARGEST_NUMBER = 2**53 - 1
_MINUTE = timedelta(minutes=1)
_YEARS = range(1970, 9999)  # beyond, no change of the zone and no difference can be computed


class MalformedXml(ValueError):
    """Not well-formed XML, or XML with entities of its own."""


class Node(BaseModel):
    """One of the vendor's containers, its nodes spelled as the vendor spells them."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_pascal,
        populate_by_name=True,
        hide_input_in_errors=True,
        defer_build=True,  # no door uses all of them: a cold start has to build only those that it does
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
    """Read a number; what readers of JSON would not agree on (RFC 8259 §6), NaN and infinity included, is none."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= _LARGEST_NUMBER else None


def _moment(value: Any) -> Any:
    """Read `2022-07-01T10:12:26+0800`; `-`, an empty node and what no job's time can be mean: not yet."""
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        moment = datetime.strptime(value.strip(), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    sound = moment.year in _YEARS and not _offset(moment) % _MINUTE  # RFC 3339 knows no seconds of an offset
    return moment if sound else None


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


T = TypeVar("T")
Text = Annotated[str | None, BeforeValidator(_as_text)]
Exact = Annotated[str | None, BeforeValidator(_absent_if_empty)]
KeyText = Annotated[str, StringConstraints(max_length=LONGEST_KEY_BYTES)]  # it may begin or end with a space
Key = Annotated[KeyText | None, BeforeValidator(_absent_if_empty)]
Number = Annotated[float | None, BeforeValidator(_number)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
OrAbsent = Annotated[T | None, BeforeValidator(_absent_if_empty)]
Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
