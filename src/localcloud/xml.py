"""The vendor's XML: no attributes, no namespaces, lists as repeated nodes."""

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from localcloud.errors import CloudError

# XML 1.0 has no way to say these characters, not even as references.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(root: str, children: Mapping[str, object]) -> bytes:
    """Return the UTF-8 document of `root` with these child nodes.

    A child is text, a number, a mapping (a node with children), a sequence (the node repeated) or None (an
    empty node, `<Node/>` as in the vendor's samples); True and False become `true` and `false`. A character XML
    cannot hold becomes U+FFFD.
    """
    return xmltodict.unparse({root: _speakable(children)}, encoding="utf-8", short_empty_elements=True).encode()


def _speakable(value: object) -> object:
    match value:
        case Mapping():
            return {name: _speakable(child) for name, child in value.items()}
        case list() | tuple():
            return [_speakable(child) for child in value]
        case bool():
            return str(value).lower()
        case None:
            return None
        case _:
            return _UNSPEAKABLE.sub("\ufffd", str(value))


def parse(body: bytes, *, root: str, code: str = "MalformedXML") -> Mapping[str, Any]:
    """Return the children of `root`: texts, mappings, lists where a node repeats, None for an empty node.

    Raises CloudError 400 `code` for anything that is not such a document; one that declares entities is not.
    """
    try:
        document = xmltodict.parse(body)
    except (ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding nobody knows
        raise CloudError(400, code, f"The request body is not the XML document <{root}>: {error}.") from error
    if root not in document:
        raise CloudError(400, code, f"The request body is XML, but its root is not <{root}>.")
    children = document[root]
    if children is None:
        return {}
    if not isinstance(children, Mapping):
        raise CloudError(400, code, f"<{root}> holds text where it should hold nodes.")
    return children
