"""Functions that run from a bundle have nothing but the bundle."""

import os
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud import LocalCloud, Options
from localcloud.scf.bundle import BundleUnreadableError, UnpackedBundle

SERVERLESS = """
component: scf
app: media
stage: dev
name: probe
inputs:
  name: probe
  src: ./
  region: ap-guangzhou
  runtime: Python3.10
  handler: index.main_handler
"""
PROBE = """
import importlib, os, pathlib, sys
import beside

def main_handler(event, context):
    missing = []
    for name in event:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    here = pathlib.Path(__file__).parent
    return {
        "missing": missing,
        "path": sys.path,
        "here": str(here),
        "executable": sys.executable,
        "modes": sorted({oct(path.stat().st_mode & 0o777) for path in (here, *here.rglob("*"))}),
    }
"""
OTHERS = ["localcloud", "voicesep", "numpy", "pip", "bundle", "bootstrap"]


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "beside").mkdir(parents=True)
    (folder / "index.py").write_text(PROBE)
    (folder / "beside" / "__init__.py").touch()
    (tmp_path / "serverless.yml").write_text(SERVERLESS)
    return folder


def as_it_is(code: Path) -> Path:
    return code


def zipped(code: Path) -> Path:
    path = code.parent / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in code.rglob("*.py"):
            archive.write(file, file.relative_to(code))
    return path


@pytest.mark.parametrize("packed", [as_it_is, zipped])
def test_a_function_sees_the_bundle_the_standard_library_and_nothing_else(
    code: Path, tmp_path: Path, packed: Callable[[Path], Path]
) -> None:
    with LocalCloud(Options(bundle=packed(code))) as cloud:
        cloud.deploy(tmp_path / "serverless.yml", tmp_path / "not-used", {})
        seen = cloud.scf.invoke("probe", [*OTHERS, "json", "sqlite3", "beside"]).value
    assert seen["missing"] == OTHERS
    assert not [place for place in seen["path"] if "site-packages" in place or "localcloud/scf" in place]
    assert seen["here"] in seen["path"]


def test_what_runs_is_a_copy_that_may_not_be_written_to_and_that_goes_with_the_cloud(
    code: Path, tmp_path: Path
) -> None:
    with LocalCloud(Options(bundle=code)) as cloud:
        cloud.deploy(tmp_path / "serverless.yml", code, {})
        seen = cloud.scf.invoke("probe", []).value
        assert seen["modes"] == ["0o444", "0o555"]
    assert not Path(seen["here"]).exists()
    assert os.access(code / "index.py", os.W_OK)
    assert stat.S_IMODE((code / "index.py").stat().st_mode) & stat.S_IWUSR


def test_the_interpreter_can_be_chosen(code: Path, tmp_path: Path) -> None:
    other = tmp_path / "another-python"
    other.symlink_to(os.path.realpath(sys.executable))
    with LocalCloud(Options(bundle=code, python=other)) as cloud:
        cloud.deploy(tmp_path / "serverless.yml", code, {})
        assert cloud.scf.invoke("probe", []).value["executable"] == str(other)


def test_without_a_bundle_functions_see_what_is_installed(code: Path, tmp_path: Path) -> None:
    with LocalCloud() as cloud:
        cloud.deploy(tmp_path / "serverless.yml", code, {})
        assert "numpy" not in cloud.scf.invoke("probe", OTHERS).value["missing"]


@pytest.mark.parametrize("content", [None, b"no zip"])
def test_what_is_neither_zip_nor_folder_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "code.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BundleUnreadableError, match=rf"{path} cannot be unpacked: .*\. Give a zip"):
        UnpackedBundle(path)


def test_removing_twice_does_no_harm(code: Path) -> None:
    unpacked = UnpackedBundle(code)
    unpacked.remove()
    unpacked.remove()
    assert not unpacked.folder.exists()
