"""Values on the command line, held to the product's own rules."""

from typing import Any

import click
from pydantic import TypeAdapter, ValidationError


class Checked(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A value that the product's own rule must accept.

    `name` is what help calls it; `refusal` is told in place of the rule's own words.
    """

    def __init__(self, name: str, rule: Any, refusal: str = "") -> None:
        self.name = name
        self._rule: TypeAdapter[Any] = TypeAdapter(rule)
        self._refusal = refusal

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value as the rule has it; what it refuses is wrong usage."""
        try:
            return self._rule.validate_python(value)
        except ValidationError as error:
            self.fail(self._refusal or error.errors()[0]["msg"].removeprefix("Value error, "), param, ctx)
