"""What is in a bundle: the doors at the root, what they can reach, and the licences of all of it."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from tools.package.reachable import reachable
from tools.package.wheels import ROOT, WHEELS, unpack

SOURCES = ROOT / "src"
DOORS = ("submit", "callback", "reconcile")
APP = "voice_separation"
LICENCES = "licenses"
COMPILED = ".so"
_NO_DATA = {".py", ".pyi", ".pyc", ".typed", COMPILED}
_LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE")


@dataclass(frozen=True)
class Dependency:
    """An installed distribution: its code, and the texts under which it may be passed on."""

    name: str
    code: frozenset[Path]
    licences: tuple[Path, ...]

    @property
    def is_compiled(self) -> bool:
        """Whether any of its code is compiled, so that not all of its imports can be read."""
        return any(file.suffix == COMPILED for file in self.code)


def gather(into: Path, wheels: Path = WHEELS) -> None:
    """Copy what the functions need into the folder `into`. Raises WheelsUnavailable."""
    with tempfile.TemporaryDirectory() as folder:
        installed = Path(folder).resolve() / "installed"
        unpack(installed, wheels)
        for door in DOORS:
            shutil.copy(SOURCES / f"{door}.py", installed)
        shutil.copytree(SOURCES / APP, installed / APP, ignore=shutil.ignore_patterns("__pycache__"))
        dependencies = list(read_dependencies(installed))
        files = wanted(installed, dependencies)
        for file in files:
            _copy(file, into / file.relative_to(installed))
        for dependency in dependencies:
            if dependency.code & files:
                for text in dependency.licences:
                    _copy(text, into / LICENCES / dependency.name / text.name)
    _copy(ROOT / "LICENSE", into / LICENCES / APP / "LICENSE")


def read_dependencies(installed: Path) -> Iterator[Dependency]:
    """Yield what pip has installed into a folder."""
    for distribution in distributions(path=[str(installed)]):
        listed = [file for file in distribution.files or [] if ".." not in file.parts]  # scripts lie outside
        files = [Path(str(distribution.locate_file(file))) for file in listed]
        code = frozenset(file for file in files if file.suffix in {".py", COMPILED})
        yield Dependency(distribution.metadata["Name"], code, _licences(files))


def wanted(root: Path, dependencies: Iterable[Dependency]) -> set[Path]:
    """Return the files below `root` that the doors can reach, with the data files of the packages among them.

    Compiled code does not show what it imports, so a dependency that has any is kept whole once it is reached.
    """
    compiled = [dependency.code for dependency in dependencies if dependency.is_compiled]
    whole: set[Path] = set()
    while True:
        sources = reachable(root, [*DOORS, *_modules(root, whole)])
        more = {file for code in compiled if code & sources for file in code}
        if more <= whole:
            break
        whole |= more
    packages = {file.parent for file in sources if file.name == "__init__.py"}
    data = {
        file for package in packages for file in package.iterdir() if file.is_file() and file.suffix not in _NO_DATA
    }
    return whole | sources | data


def _modules(root: Path, files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        if file.suffix == ".py":
            yield ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _licences(files: Iterable[Path]) -> tuple[Path, ...]:
    """Return the licence texts; the metadata, which names the licence, where a distribution brings no text."""
    information = [file for file in files if file.parent.name.endswith((".dist-info", "licenses"))]
    texts = tuple(file for file in information if file.name.upper().startswith(_LICENCE_NAMES))
    return texts or tuple(file for file in information if file.name == "METADATA")


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
