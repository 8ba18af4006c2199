"""The part of CLS's query language (CQL, 614/47044) that picks records by whole values of their fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.api.errors import ApiError

_TERM = re.compile(r'(?P<name>[A-Za-z_][\w.]*):"(?P<value>[^"]*)"')


@dataclass(frozen=True)
class Query:
    """Fields and the values that a record must have in all of them."""

    wanted: Mapping[str, str]

    def admits(self, fields: Mapping[str, str]) -> bool:
        """Tell whether a record is asked for."""
        return all(fields.get(name) == value for name, value in self.wanted.items())


def parse_query(text: str) -> Query:
    """Read `name:"value" AND …`; nothing, or `*`, means every record.

    Raises ApiError FailedOperation.SyntaxError for whatever else CQL has.
    """
    if text.strip() in ("", "*"):
        return Query({})
    terms = [_TERM.fullmatch(term.strip()) for term in text.split(" AND ")]
    if not all(terms):
        message = f'The local cloud understands terms like name:"value", joined by AND; not {text!r}.'
        raise ApiError("FailedOperation.SyntaxError", message)
    return Query({term["name"]: term["value"] for term in terms if term})
