"""The zip and its table."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from tools.package.archive import shares, size_table, zipped

FILES = {
    "submit.py": b"import shop\n",
    "__pycache__/submit.cpython-310.pyc": b"code",
    "shop/__init__.py": b"",
    "shop/till.py": b"OPEN = True\n" * 100,
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return written(tmp_path, dict(FILES))


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_order_time_and_mode_of_the_files_make_no_difference(tree: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other", dict(reversed(FILES.items())))
    for file in other.rglob("*.py"):
        file.chmod(0o700)
        os.utime(file, (0, 0))
    first = zipped(tree / "shop")
    assert zipped(other / "shop") == first
    (other / "shop" / "till.py").write_bytes(b"OPEN = False\n")
    assert zipped(other / "shop") != first


def test_files_are_readable_and_dated_as_early_as_a_zip_can(tree: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(tree))) as archive:
        assert archive.namelist() == sorted(FILES)
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_each_package_has_its_share_and_a_module_s_byte_code_is_its_own(tree: Path) -> None:
    found = shares(zipped(tree))
    assert set(found) == {"submit", "shop"}
    assert (found["submit"].files, found["submit"].unpacked, found["submit"].bytecode) == (2, 16, 4)
    assert (found["shop"].files, found["shop"].unpacked, found["shop"].bytecode) == (2, 1200, 0)
    assert 0 < found["shop"].zipped < 100


def test_the_table_is_sorted_by_size_and_ends_with_the_whole_zip(tree: Path) -> None:
    archive = zipped(tree)
    lines = size_table(archive).splitlines()
    assert [line.split()[0] for line in lines] == ["package", "shop", "submit", "voice-separation.zip"]
    assert lines[-1].split()[1] == "4"
    assert lines[-1].endswith(f"{len(archive) / 1024:,.1f} KiB")
