"""Whoever follows docs/deploy.md gets from an empty account to the first stems, through an upgrade and back, and out.

Every command of the page is typed as it stands, in a clone of this project. `scf` is a stand-in: behind it is Tencent's
own toolkit, and what that tells the API is what runs in the local cloud, from the package that was built. What the page
has done by hand is done here by the same means. A minute goes by after every command.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import LocalCloud, Options
from localcloud.cam.policy import Policy
from tests.deploy.console import Console, git
from tests.deploy.deploy_page import PYTHON310
from tests.deploy.tencent_platform import Platform
from tests.deploy.toolkit import FOLDER, Toolkit
from tests.deploy.walk import Walker, plain_environment
from tests.programs import missing
from tests.support import ROOT
from tests.voicesep.site import BUCKET, REGION

NEEDED = ("git", "make", "openssl")
NOT_CLONED = (
    ".git",
    ".venv*",
    ".*_cache",
    ".hypothesis",
    ".localcloud",
    ".env",
    "build",
    "node_modules",
    "__pycache__",
)
SAMPLE = "incoming/talk-over-music.mp3"
NEXT_VERSION = "# of the next version\n"


@pytest.fixture
def policies() -> dict[str, Policy]:
    """What each role of the account may do: an account has none at first."""
    return {}


@pytest.fixture
def cloud(policies: dict[str, Policy]) -> Iterator[LocalCloud]:
    """An empty account, whose functions run with the Python of SCF where there is one."""
    options = Options(policies=policies, require_opened=True, python=PYTHON310 or Path(sys.executable))
    with LocalCloud(options) as cloud:
        yield cloud


@pytest.fixture
def platform(toolkit: Toolkit, cloud: LocalCloud, policies: dict[str, Policy], tmp_path: Path) -> Iterator[Platform]:
    folder = tmp_path / "platform"
    folder.mkdir()
    with Platform(toolkit, cloud, policies, folder, with_packages=PYTHON310 is not None) as platform:
        yield platform


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """This project, in a repository of its own."""
    if told := missing(*NEEDED):
        pytest.skip(f"docs/deploy.md cannot be followed: {told}")
    folder = tmp_path / "upstream"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_CLONED))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "this version")
    return folder


@pytest.fixture
def checkout(upstream: Path, tmp_path: Path) -> Path:
    """A clone, with the environment and the wheels that are here already, so that `make` downloads nothing."""
    folder = tmp_path / "voice-separation"
    git(tmp_path, "clone", "--quiet", str(upstream), str(folder))
    (folder / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if not path.name.startswith("."):
            (folder / ".venv" / path.name).symlink_to(path)
    (folder / ".venv" / ".app").touch()
    shutil.copytree(ROOT / "build" / "wheels", folder / "build" / "wheels", copy_function=shutil.copyfile)
    return folder


@pytest.fixture
def console(cloud: LocalCloud, policies: dict[str, Policy], checkout: Path, upstream: Path) -> Console:
    return Console(cloud, policies, checkout, upstream)


@pytest.fixture
def walker(platform: Platform, cloud: LocalCloud, checkout: Path, tmp_path: Path) -> Walker:
    programs = tmp_path / "programs"
    programs.mkdir()
    scf = programs / "scf"
    scf.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FOLDER / "scf.py"}" {platform.address} "$@"\n')
    scf.chmod(0o755)
    if PYTHON310:
        (programs / "python3.10").symlink_to(PYTHON310)
    environment = plain_environment()
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    environment["PYTHONPATH"] = str(checkout / "src")  # as an editable installation of the checkout would

    def a_minute_goes_by() -> None:
        assert cloud.wait_until_idle(60)
        if cloud.scf.deployments:
            cloud.scf.fire_timer("every-minute")
            assert cloud.wait_until_idle(60)

    return Walker(checkout, environment, a_minute_goes_by)


def test_the_page_leads_from_an_empty_account_to_stems_through_an_upgrade_and_out_again(
    walker: Walker, console: Console, cloud: LocalCloud, platform: Platform
) -> None:
    walker.take("Programs")
    console.make_bucket_and_activate_smart_audio()
    (_, secret) = walker.take("Settings")
    console.edit_env(REGION=REGION, INPUT_BUCKET=BUCKET, CALLBACK_SECRETS=secret.strip())
    # The one thing that a real deployment does not have: where the fake is.
    console.edit_env(**dict.fromkeys(("COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT"), cloud.endpoint))
    _trust, submit, callback, reconcile = walker.take("Roles")
    console.create_role("SCF_VoiceSeparationSubmit", submit)
    console.create_role("SCF_VoiceSeparationCallback", callback)
    console.create_role("SCF_VoiceSeparationReconcile", reconcile)
    console.create_sub_account(*walker.take("Who deploys"))
    walker.take("Deploy")
    assert [len(deployment.triggers) for deployment in cloud.scf.deployments] == [1, 1, 2]
    walker.take("Callback address")
    walker.take("Look at it")
    walker.take("Try it")
    assert console.states(SAMPLE) == ["Success"]
    assert console.keys_below("separated/") == [f"separated/{SAMPLE}/{stem}.mp3" for stem in ("background", "voice")]
    assert console.counts() == {"Success": 1}

    walker.take("The package")
    console.upload("incoming/no-sound.mp3")
    walker.take("Try again what failed")
    assert console.states("incoming/no-sound.mp3") == ["Failed", "Failed"]

    console.edit_env(ENABLED="false")
    walker.take("Change a setting")
    console.upload("incoming/while-stopped.mp3")
    assert console.states("incoming/while-stopped.mp3") == []

    console.edit_env(ENABLED="true")
    console.publish_next_version(NEXT_VERSION)
    walker.take("Upgrade")
    assert (platform.code / "submit.py").read_text().endswith(NEXT_VERSION)
    console.upload("incoming/upgraded.mp3")
    assert console.states("incoming/upgraded.mp3") == ["Failed"]

    walker.take("Roll back")
    assert not (platform.code / "submit.py").read_text().endswith(NEXT_VERSION)
    console.upload("incoming/rolled-back.mp3")
    assert console.states("incoming/rolled-back.mp3") == ["Failed"]

    walker.take("Remove")
    assert (cloud.scf.deployments, platform.account.functions) == ((), {})
    assert set(cloud.cos.buckets()) == {BUCKET, "sls-cloudfunction-ap-guangzhou-code-1250000000"}
    assert len(console.keys_below("separated/")) == 2
    assert console.states(SAMPLE) == ["Success"]

    walker.take("With Terraform")
    assert walker.ahead == []
