"""A ring of secrets as text: the secrets themselves, or the name under which Secrets Manager keeps them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

CURRENT_VERSION = "SSM_Current"  # the version that a secret has when its creation names none (1140/40522)
_STORED = "ssm:"
# The characters that CreateSecret takes (1078/38656, and the dot from the vendor's SDK).
_REFERENCE = re.compile(
    rf"{_STORED}(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{{0,127}})(?::(?P<version_id>[A-Za-z0-9][A-Za-z0-9_.-]{{0,63}}))?"
)

Ring = TypeVar("Ring")


@dataclass(frozen=True)
class StoredSecret:
    """A version of a secret in Secrets Manager, whose text is a ring."""

    name: str
    version_id: str = CURRENT_VERSION


def parse_setting(text: str, parse_ring: Callable[[str], Ring]) -> Ring | StoredSecret:
    """Read a setting: `ssm:<name>`, `ssm:<name>:<version>`, or a ring. Raises ValueError, which quotes nothing."""
    if not text.startswith(_STORED):
        return parse_ring(text)
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ValueError("a secret of Secrets Manager is named ssm:<name> or ssm:<name>:<version>")
    return StoredSecret(found["name"], found["version_id"] or CURRENT_VERSION)


def split_ring(text: str) -> tuple[str, ...]:
    """Return the secrets of a ring in their order: separated by commas, or a JSON array; what is blank is none.

    Raises ValueError, which quotes nothing.
    """
    return tuple(secret for each in _elements(text.strip()) if (secret := each.strip()))


def _elements(text: str) -> list[str]:
    if not text.startswith("["):
        return text.split(",")
    try:
        elements = json.loads(text)
    except ValueError:
        elements = [None]
    if not all(isinstance(element, str) for element in elements):
        raise ValueError("what begins with a bracket is a JSON array of texts")
    return list(elements)
