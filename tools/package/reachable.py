"""Which modules the doors can reach: by any import statement, wherever it stands, of whatever they reach.

That is more than one run imports, for imports inside functions and under conditions count, and those that only a
type checker would follow. What no statement shows is an import by name (`import_module`) and one by compiled code.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def reachable(root: Path, entries: Iterable[str]) -> set[Path]:
    """Return the source files below the folder `root` that the modules named `entries` can reach, themselves included.

    Modules that are not below `root` are somebody else's: the standard library's, or not installed.
    """
    found: dict[str, Path | None] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = file = _source(root, name)
        if file is not None:
            waiting += _with_parents(imported_by(file, name))
    return {file for file in found.values() if file is not None}


def imported_by(file: Path, name: str) -> Iterator[str]:
    """Yield whatever may be a module in the import statements of the module `name`, in absolute names."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    parents = package.split(".")
    base = parents[: len(parents) - node.level + 1]
    return ".".join([*base, *filter(None, [node.module])])


def _with_parents(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _source(root: Path, name: str) -> Path | None:
    place = root.joinpath(*name.split("."))
    candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return next((file for file in candidates if file.is_file()), None)
