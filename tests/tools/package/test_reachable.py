"""Which modules import statements lead to."""

from pathlib import Path

import pytest

from tools.package.reachable import reachable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def write(root: Path, **modules: str) -> None:
    """Write modules; in their names `__` stands for a dot, and a name that ends in it is a package."""
    for name, source in modules.items():
        *folders, last = name.split("__")
        place = root.joinpath(*folders)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{last or '__init__'}.py").write_text(source)


def reached(root: Path, *entries: str) -> set[str]:
    return {file.relative_to(root).as_posix() for file in reachable(root, entries)}


def test_a_module_reaches_what_it_imports_and_what_that_imports(root: Path) -> None:
    write(root, door="import one", one="import two", two="", other="")
    assert reached(root, "door") == {"door.py", "one.py", "two.py"}


def test_a_submodule_brings_the_packages_above_it(root: Path) -> None:
    write(root, door="import shop.till.drawer", shop__="", shop__till__="import key", shop__till__drawer="", key="")
    assert reached(root, "door") == {
        "door.py",
        "shop/__init__.py",
        "shop/till/__init__.py",
        "shop/till/drawer.py",
        "key.py",
    }


def test_a_name_taken_from_a_package_may_be_a_module_of_it(root: Path) -> None:
    write(root, door="from shop import till, CLOSED", shop__="CLOSED = True", shop__till="")
    assert reached(root, "door") == {"door.py", "shop/__init__.py", "shop/till.py"}


@pytest.mark.parametrize("statement", ["from . import till", "from .till import OPEN", "from ..hall import till"])
def test_relative_imports_are_followed_from_a_module(root: Path, statement: str) -> None:
    write(root, shop__="", shop__hall__="", shop__hall__counter=statement, shop__hall__till="")
    assert reached(root, "shop.hall.counter") >= {"shop/hall/counter.py", "shop/hall/till.py"}


def test_a_package_s_own_relative_imports_begin_at_itself(root: Path) -> None:
    write(root, shop__="from .till import OPEN", shop__till="", till="")
    assert reached(root, "shop") == {"shop/__init__.py", "shop/till.py"}


@pytest.mark.parametrize(
    "source",
    [
        "def late():\n    import one",
        "try:\n    import one\nexcept ImportError:\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import one",
    ],
)
def test_an_import_counts_wherever_it_stands(root: Path, source: str) -> None:
    write(root, door=source, one="")
    assert reached(root, "door") == {"door.py", "one.py"}


def test_what_lies_elsewhere_is_left_out(root: Path) -> None:
    write(root, door="import json, urllib.parse\nfrom nowhere import nothing")
    assert reached(root, "door") == {"door.py"}


def test_modules_that_import_each_other_come_to_an_end(root: Path) -> None:
    write(root, one="import two", two="import one")
    assert reached(root, "one") == {"one.py", "two.py"}
