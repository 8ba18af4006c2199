"""The functions' dependencies are pinned so that any machine gets the same."""

import re
import shutil
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.package import wheels
from tools.package.errors import WheelsUnavailable

PINS = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)(.*)$", wheels.REQUIREMENTS.read_text(), re.MULTILINE)
IN_SCF = {"python_version": "3.10", "python_full_version": "3.10.0", "sys_platform": "linux", "extra": ""}


@pytest.fixture(scope="module")
def wheel_files() -> list[Path]:
    assert wheels.are_there(), "run `make setup`"
    return sorted(wheels.WHEELS.glob("*.whl"))


def metadata(wheel: Path) -> list[str]:
    """What a wheel says it needs."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []


def test_no_pin_has_a_marker_which_pip_would_judge_by_the_machine_that_builds() -> None:
    assert PINS
    assert {rest.strip() for _, _, rest in PINS} == {"\\"}


def test_there_is_one_wheel_for_every_pin_and_it_runs_in_scf(wheel_files: list[Path]) -> None:
    found = {}
    for wheel in wheel_files:
        name, version, _, tags = parse_wheel_filename(wheel.name)
        found[name] = str(version)
        assert {(tag.interpreter, tag.platform) for tag in tags} & {
            ("py3", "any"),
            ("cp310", "manylinux2014_x86_64"),
        }
    assert found == {canonicalize_name(name): version for name, version, _ in PINS}


def test_what_is_pinned_needs_nothing_that_is_not(wheel_files: list[Path]) -> None:
    pinned = {canonicalize_name(name): version for name, version, _ in PINS}
    for wheel in wheel_files:
        for needed in map(Requirement, metadata(wheel)):
            if needed.marker is None or needed.marker.evaluate(IN_SCF):
                assert needed.specifier.contains(pinned[canonicalize_name(needed.name)]), (wheel.name, needed)


def test_wheels_that_are_there_are_not_downloaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(wheels, "_pip", lambda *words: called.append(words[0]))
    wheels.fetch(tmp_path / "wheels")
    wheels.fetch(tmp_path / "wheels")
    assert called == ["download"]


def test_wheels_of_other_requirements_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(wheels, "_pip", lambda *words: called.append(words[0]))
    (tmp_path / "requirements.txt").write_text("urllib3==1.26\n")
    (tmp_path / "urllib3-1.26-py3-none-any.whl").touch()
    with pytest.raises(WheelsUnavailable):
        wheels.unpack(tmp_path / "installed", tmp_path)
    wheels.fetch(tmp_path)
    assert called == ["download"]
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.txt"]


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path: Path, wheel_files: list[Path]) -> None:
    for wheel in (*wheel_files, wheels.WHEELS / wheels.REQUIREMENTS.name):
        shutil.copy(wheel, tmp_path)
    (changed,) = tmp_path.glob("certifi-*.whl")
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("certifi/more.py", "")
    with pytest.raises(WheelsUnavailable, match="HASHES"):
        wheels.unpack(tmp_path / "installed", tmp_path)
