"""Which bucket `template` and `queue` work on, and whose settings say so."""

import json
from pathlib import Path

from tests.support import ROOT
from tests.voicesep.site import BUCKET, REGION, Site
from tests.voicesep.terminal import Terminal
from voicesep import where

OTHER = "other-1250000000"


def names(printed: str) -> list[str]:
    return [row["name"] for row in json.loads(printed)]


def make(site: Site, name: str, *arguments: str) -> None:
    made = site.run("template", "create", "--name", name, "--mode", "IsAudio", *arguments)
    assert made.exit_code == 0, made.stderr


def test_live_it_is_the_bucket_that_the_settings_name_or_the_options(site: Site) -> None:
    site.cloud.cos.create_bucket(OTHER, REGION)
    make(site, "own")
    make(site, "theirs", "--bucket", OTHER, "--region", REGION)
    assert names(site.run("template", "list", "--format", "json").stdout) == ["own"]
    assert names(site.run("template", "list", "--bucket", OTHER, "--format", "json").stdout) == ["theirs"]
    site.set(INPUT_BUCKET=OTHER)
    assert names(site.run("template", "list", "--format", "json").stdout) == ["theirs"]
    assert BUCKET in site.run("template", "show", "tnone", "--bucket", BUCKET).stderr


def test_a_profile_names_the_settings_of_another_deployment(terminal: Terminal, site: Site) -> None:
    make(site, "of-the-profile")
    (terminal.project / ".env.staging").write_text(site.env_file.read_text())
    listed = terminal.done("template", "list", "--live", "--profile", "staging", "--format", "json")
    assert names(listed.stdout) == ["of-the-profile"]
    missing = terminal.run("queue", "list", "--live", "--profile", "none")
    assert (missing.exit_code, "there is no" in missing.stderr, ".env.none" in missing.stderr) == (2, True, True)


def test_here_it_is_the_bucket_of_the_app_that_runs(terminal: Terminal) -> None:
    made = json.loads(terminal.done("template", "create", "--name", "voice", "--mode", "IsAudio").stdout)
    assert terminal.bench.cloud.ci.templates.get(BUCKET, made["template_id"]).name == "voice"
    assert "smart-audio" in terminal.done("queue", "list").stdout


def test_the_key_of_the_settings_is_taken_where_the_environment_has_none(site: Site) -> None:
    assert site.run("queue", "list").exit_code == 0
    site.set(TENCENT_SECRET_KEY="")
    told = site.run("queue", "list")
    assert told.exit_code == 2
    assert "there is no key: set TENCENTCLOUD_SECRETID" in told.stderr


def test_the_example_of_settings_can_be_read() -> None:
    assert where.read_env(ROOT / ".env.example")["INPUT_BUCKET"] == BUCKET


def test_settings_that_are_not_there_are_wrong_usage(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run("queue", "list", "--live", "--env-file", str(tmp_path / "none.env"))
    assert told.exit_code == 2
    assert "none.env; copy .env.example and fill it in" in told.stderr
