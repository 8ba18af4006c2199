"""`make deploy`, with a stand-in for Tencent's command line on PATH, which runs the hook of serverless.yml first."""

import shutil
from pathlib import Path

import pytest

from tests.deploy.project import ENV_EXAMPLE, INPUTS, SERVERLESS_YML
from tests.support import ROOT
from tools.deploy import deploy

SCF = f"{INPUTS['src']['hook']} && echo scf $@ >> steps"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that may be deployed; what its `make package` and `scf` do is written into `steps`."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(SERVERLESS_YML, root)
    shutil.copy(ENV_EXAMPLE, root / ".env")
    (root / "Makefile").write_text("package:\n\t@echo package >> steps\n")
    programs = tmp_path / "programs"
    programs.mkdir()
    make_scf(programs, SCF)
    for needed in ("make", "sh"):
        (programs / needed).symlink_to(str(shutil.which(needed)))
    monkeypatch.setenv("PATH", str(programs))
    for inherited in ("MAKEFLAGS", "MAKELEVEL"):  # of the `make test` that runs this
        monkeypatch.delenv(inherited, raising=False)
    return root


def make_scf(folder: Path, script: str) -> None:
    program = folder / "scf"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def steps(project: Path) -> list[str]:
    taken = project / "steps"
    return taken.read_text().splitlines() if taken.exists() else []


def test_it_packages_then_deploys_and_says_what_comes_next(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert deploy(project) == 0
    assert steps(project) == ["package", "scf deploy"]
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("Next: .venv/bin/voicesep callback-url --live, then make deploy again")


def test_once_the_address_is_known_the_doctor_comes_next(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    env = project / ".env"
    address = "https://1250000000-abc.ap-guangzhou.tencentscf.com"
    secret = "CALLBACK_SECRETS=a-secret-of-tests-only"
    text = env.read_text().replace("CALLBACK_URL=-", f"CALLBACK_URL={address}").replace("CALLBACK_SECRETS=-", secret)
    env.write_text(text)
    assert deploy(project) == 0
    assert capfd.readouterr().err.splitlines()[-1] == "Next: .venv/bin/voicesep doctor --live"


def test_without_an_env_file_one_line_says_so(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / ".env").unlink()
    assert deploy(project) == 1
    assert capfd.readouterr().err == "not deployed: there is no .env; copy .env.example to it and fill it in\n"
    assert steps(project) == []


def test_without_tencents_command_line_one_line_says_how_to_get_it(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "programs" / "scf").unlink()
    assert deploy(project) == 1
    assert capfd.readouterr().err == "not deployed: scf is missing: npm install -g serverless-cloud-framework\n"
    assert steps(project) == []


def test_what_would_not_work_is_not_deployed(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    env = project / ".env"
    env.write_text(env.read_text().replace("OUTPUT_PREFIX=separated/", "OUTPUT_PREFIX=incoming/stems/"))
    assert deploy(project) == 1
    assert "OUTPUT_PREFIX: it overlaps INPUT_PREFIX" in capfd.readouterr().err
    assert steps(project) == []


@pytest.mark.parametrize(("broken", "taken"), [("package", ["package"]), ("scf", ["package", "scf deploy"])])
def test_the_step_that_fails_is_the_last_one(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], broken: str, taken: list[str]
) -> None:
    if broken == "package":
        (project / "Makefile").write_text("package:\n\t@echo package >> steps; exit 3\n")
    else:
        make_scf(tmp_path / "programs", f"{SCF}; exit 3")
    assert deploy(project) != 0
    assert steps(project) == taken
    assert "failed with" in capfd.readouterr().err.splitlines()[-1]


def test_make_deploy_is_this() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ndeploy: ")[2].partition("\n\n")[0]
    assert recipe.splitlines()[1:] == ["\t@$(BIN)/python -m tools.deploy"]
