"""`voicesep cam-policy`: a policy on stdout, or the reason why there is none, and exit 2."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from localcloud.cam.documents import parse_policy
from tests.support import ROOT
from voicesep.commands import cam_policy
from voicesep.main import main
from voicesep.policies import DOORS, FILES, policy_document
from voicesep.project import local_environment

EXAMPLE = ROOT / ".env.example"


def voicesep(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["cam-policy", *arguments])


def env_file(folder: Path, **settings: str) -> str:
    path = folder / "settings.env"
    path.write_text("".join(f"{name}={value}\n" for name, value in local_environment(settings).items()))
    return str(path)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_policy_is_printed_as_json_for_the_settings_in_env(name: str, tmp_path: Path) -> None:
    path = env_file(tmp_path, REGION="ap-beijing", INPUT_BUCKET="takes-1259999999")
    printed = voicesep(name, "--env-file", path, "--uin", "100000000009")
    assert printed.exit_code == 0, printed.stderr
    settings = local_environment({"REGION": "ap-beijing", "INPUT_BUCKET": "takes-1259999999"})
    assert json.loads(printed.stdout) == policy_document(ROOT, name, settings, uin="100000000009")
    assert "${" not in printed.stdout
    assert "ap-beijing" in printed.stdout or name == "trust"


@pytest.mark.parametrize("name", [*DOORS, "role", "deployer"])
def test_what_is_printed_can_be_enforced_by_the_local_cloud(name: str) -> None:
    assert parse_policy(voicesep(name, "--env-file", str(EXAMPLE)).stdout).statements


def test_without_env_the_file_beside_serverless_yml_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cam_policy, "find_project", lambda: tmp_path)
    result = voicesep("trust")
    assert result.exit_code == 2
    assert f"there is no {tmp_path / '.env'}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument"),
        (("everything",), "'everything' is not one of"),
        (("submit", "--env-file", "no-such.env"), "there is no no-such.env"),
        (("submit", "--env-file", str(EXAMPLE), "--uin", "me"), "--uin: 'me' is no account number"),
    ],
)
def test_wrong_usage_ends_with_2_and_prints_nothing(arguments: tuple[str, ...], told: str) -> None:
    result = voicesep(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"INPUT_BUCKET": "-"}, "INPUT_BUCKET"),
        ({"INPUT_BUCKET": "media"}, "INPUT_BUCKET"),
        ({"INDEX_PREFIX": "index"}, "INDEX_PREFIX"),
        ({"INPUT_PREFIX": "in?/"}, "INPUT_PREFIX holds * or ?"),
        ({"INDEX_BUCKET": "index-1"}, "INDEX_BUCKET is another account's"),
        ({"REGION": "guangzhou"}, "region"),
    ],
)
def test_settings_that_make_no_policy_are_named(settings: dict[str, str], told: str, tmp_path: Path) -> None:
    result = voicesep("submit", "--env-file", env_file(tmp_path, **settings))
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_no_secret_of_the_settings_is_printed(tmp_path: Path) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    path = env_file(tmp_path, CALLBACK_SECRETS=secret)
    printed = [voicesep(name, "--env-file", path) for name in sorted(FILES)]
    assert all(each.exit_code == 0 and secret not in each.output for each in printed)
