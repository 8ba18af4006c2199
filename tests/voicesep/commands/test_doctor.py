"""`voicesep doctor`: rows on stdout, a count on stderr, exit 1 when something fails."""

import json

import pytest
from click.testing import CliRunner

from tests.voicesep.site import Site
from voicesep.doctor.examination import CHECKS
from voicesep.main import main
from voicesep.project import program


def test_a_deployment_that_is_well_exits_with_0(site: Site) -> None:
    told = site.run("doctor", "--format", "json")
    assert told.exit_code == 0, told.stdout
    rows = json.loads(told.stdout)
    assert {row["check"] for row in rows} == set(CHECKS)
    assert {row["state"] for row in rows} == {"ok"}
    assert told.stderr == f"{len(rows)} ok, 0 warn, 0 fail\n"


def test_a_failure_exits_with_1_and_stands_on_one_line_with_its_remedy(site: Site) -> None:
    site.set(CALLBACK_URL="https://1250000000-other.ap-guangzhou.tencentscf.com")
    told = site.run("doctor")
    assert told.exit_code == 1
    (line,) = [line for line in told.stdout.splitlines() if line.split()[1:3] == ["callback", "url"]]
    assert line.startswith("fail ")
    assert line.endswith(f"run `{program()} callback-url --live`, then `make deploy`")


def test_without_a_key_there_is_nothing_to_look_at(site: Site) -> None:
    site.set(TENCENT_SECRET_KEY="")
    told = site.run("doctor")
    assert told.exit_code == 2
    assert "there is no key: set TENCENTCLOUD_SECRETID" in told.stderr


def test_without_settings_it_says_how_to_get_them(site: Site) -> None:
    site.env_file.unlink()
    told = site.run("doctor")
    assert told.exit_code == 2
    assert "copy .env.example and fill it in" in told.stderr


def test_a_key_in_the_environment_wins_over_that_of_the_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRETID", "AKIDnobody")
    monkeypatch.setenv("TENCENTCLOUD_SECRETKEY", "of-nobody")
    rows = json.loads(site.run("doctor", "--format", "json").stdout)
    (credentials,) = [row for row in rows if row["check"] == "credentials"]
    assert "AuthFailure.SecretIdNotFound" in credentials["found"]
    assert "win over .env" in credentials["remedy"]


def test_newcomers_try_it_without_an_account() -> None:
    told = CliRunner().invoke(main, ["doctor", "--format", "jsonl"])
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == 0, told.stdout
    assert {row["state"] for row in rows} == {"ok"}
