"""Which files of what is installed go into a bundle."""

from pathlib import Path

import pytest

from tools.package.contents import read_dependencies, wanted


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    for door, source in {"submit": "import fast", "callback": "import plain", "reconcile": ""}.items():
        (tmp_path / f"{door}.py").write_text(source)
    return tmp_path


def install(installed: Path, name: str, *files: str) -> None:
    """Write an installed distribution of these files, all of them empty."""
    information = f"{name}-1.0.dist-info"
    listed = [*files, f"{information}/METADATA", f"{information}/RECORD", "../../bin/script"]
    for file in listed[:-1]:
        (installed / file).parent.mkdir(parents=True, exist_ok=True)
        (installed / file).touch()
    (installed / information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (installed / information / "RECORD").write_text("".join(f"{file},,\n" for file in listed))


def names(installed: Path) -> set[str]:
    dependencies = list(read_dependencies(installed))
    return {file.relative_to(installed).as_posix() for file in wanted(installed, dependencies)}


def test_modules_that_nothing_imports_and_files_for_type_checkers_stay_out(installed: Path) -> None:
    install(installed, "plain", "plain/__init__.py", "plain/unused.py", "plain/py.typed", "plain/__init__.pyi")
    assert names(installed) == {"submit.py", "callback.py", "reconcile.py", "plain/__init__.py"}


def test_data_files_of_a_package_go_with_it(installed: Path) -> None:
    install(installed, "plain", "plain/__init__.py", "plain/cacert.pem", "plain/more/other.pem")
    assert names(installed) >= {"plain/cacert.pem"}
    assert "plain/more/other.pem" not in names(installed)


def test_a_compiled_dependency_is_kept_whole_with_what_its_modules_import(installed: Path) -> None:
    install(installed, "fast", "fast/__init__.py", "fast/core.cpython-310-x86_64-linux-gnu.so", "fast/schema.py")
    install(installed, "helper", "helper.py", "unused.py")
    (installed / "fast" / "schema.py").write_text("import helper")
    assert names(installed) >= {"fast/core.cpython-310-x86_64-linux-gnu.so", "fast/schema.py", "helper.py"}
    assert "unused.py" not in names(installed)


def test_a_compiled_dependency_that_nothing_reaches_stays_out(installed: Path) -> None:
    install(installed, "numbers_", "numbers_/__init__.py", "numbers_/core.so")
    assert not [name for name in names(installed) if name.startswith("numbers_")]


def test_licences_are_found_where_distributions_keep_them_else_the_metadata_names_one(installed: Path) -> None:
    install(installed, "new", "new.py", "new-1.0.dist-info/licenses/LICENSE", "new-1.0.dist-info/licenses/NOTICE.txt")
    install(installed, "old", "old.py", "old-1.0.dist-info/LICENSE.md", "old-1.0.dist-info/WHEEL")
    install(installed, "bare", "bare.py", "bare/LICENSE")
    found = {one.name: {text.name for text in one.licences} for one in read_dependencies(installed)}
    assert found == {"new": {"LICENSE", "NOTICE.txt"}, "old": {"LICENSE.md"}, "bare": {"METADATA"}}
