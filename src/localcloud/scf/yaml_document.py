"""Reads a YAML document of bounded size: whatever the file, in short time and little memory."""

import yaml

MOST_CHARACTERS = 128 * 1024

MOST_NODES = 20_000
"""Scalars, lists and mappings, counted as often as aliases repeat them."""

MOST_LEVELS = 60
"""How deep they may be nested; everything that walks through a document is recursive."""

_TOO_DEEP = f"it is nested more than {MOST_LEVELS} levels deep"


class UnreadableYamlError(Exception):
    """No YAML, or more of it than a file of functions can need."""


def read_yaml(text: str | bytes) -> object:
    """Return the one document of `text`; bytes are UTF-8, or UTF-16 with a byte order mark.

    Raises UnreadableYamlError.
    """
    if len(text) > MOST_CHARACTERS:
        raise UnreadableYamlError(f"it is longer than {MOST_CHARACTERS} characters")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return None
        _check(node, {}, 1)
        return yaml.safe_load(text)
    except RecursionError as error:
        raise UnreadableYamlError(_TOO_DEEP) from error
    except yaml.YAMLError as error:
        raise UnreadableYamlError(f"it is no YAML: {error}") from error
    except (ArithmeticError, AttributeError, LookupError, ValueError) as error:  # PyYAML lets them out: 2026-13-45
        raise UnreadableYamlError(f"it holds a value that is not what it looks like: {error}") from error


def _check(node: yaml.Node, known: dict[yaml.Node, tuple[int, int]], level: int) -> tuple[int, int]:
    """Return how many nodes a node stands for once its aliases are written out, and over how many levels.

    Nine aliases of nine aliases of … are a few lines that stand for billions; a node within itself has no end.
    Raises UnreadableYamlError, UnicodeEncodeError.
    """
    if isinstance(node, yaml.ScalarNode):
        node.value.encode()  # a lone surrogate can be written as \ud800 and never sent anywhere
    if node not in known:
        children = [_check(child, known, level + 1) for child in _children(node)] if level <= MOST_LEVELS else []
        known[node] = (1 + sum(size for size, _ in children), 1 + max((levels for _, levels in children), default=0))
    size, levels = known[node]
    if level + levels > MOST_LEVELS:
        raise UnreadableYamlError(_TOO_DEEP)
    if size > MOST_NODES:
        raise UnreadableYamlError(f"it has more than {MOST_NODES} nodes with its aliases written out")
    return size, levels


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []
