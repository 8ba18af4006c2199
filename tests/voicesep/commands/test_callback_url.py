"""`voicesep callback-url`: the address on stdout, and in .env, of which nothing else is changed."""

import stat
from pathlib import Path

import pytest

from tests.voicesep.site import SECRET, Found, Site, keep_addresses_back, without_function_url


@pytest.fixture
def fresh(new_site: Found) -> Site:
    """A site after the first deployment, when nobody knows the address yet."""
    site = new_site(deployed=False)
    site.deploy()
    return site


def test_the_address_is_printed_and_written(fresh: Site) -> None:
    told = fresh.run("callback-url")
    assert told.exit_code == 0, told.stderr
    url = fresh.cloud.scf.function_url("callback")
    assert told.stdout == f"{url}\n"
    assert told.stderr == "Written into deployment.env. Next: make deploy\n"
    assert fresh.environment["CALLBACK_URL"] == url


def test_everything_else_in_the_file_stays_comments_order_and_mode_included(fresh: Site) -> None:
    fresh.env_file.chmod(0o600)
    before = fresh.env_file.read_text()
    fresh.run("callback-url")
    url = fresh.cloud.scf.function_url("callback")
    assert fresh.env_file.read_text() == before.replace("CALLBACK_URL=-", f"CALLBACK_URL={url}")
    assert stat.S_IMODE(fresh.env_file.stat().st_mode) == 0o600
    assert [path.name for path in fresh.env_file.parent.iterdir() if path.name.startswith(".tmp")] == []


def test_a_file_that_lacks_a_variable_of_serverless_yml_is_wrong_usage(fresh: Site) -> None:
    fresh.env_file.write_text(fresh.env_file.read_text().replace("CALLBACK_URL=-\n", ""))
    told = fresh.run("callback-url")
    assert told.exit_code == 2
    assert "${env:CALLBACK_URL} is not set" in told.stderr


def test_a_dry_run_prints_and_writes_nothing(fresh: Site) -> None:
    before = fresh.env_file.read_bytes()
    told = fresh.run("callback-url", "--dry-run")
    assert told.stdout.startswith("https://")
    assert "stays as it is" in told.stderr
    assert fresh.env_file.read_bytes() == before


def test_a_file_that_has_it_is_left_alone(site: Site) -> None:
    before = site.env_file.stat()
    told = site.run("callback-url")
    assert (told.exit_code, told.stderr) == (0, "deployment.env has it already.\n")
    assert site.env_file.stat().st_ino == before.st_ino


def test_no_secret_is_printed(fresh: Site) -> None:
    told = fresh.run("callback-url")
    assert SECRET not in told.stdout + told.stderr


def test_a_function_that_is_not_deployed_has_no_address(new_site: Found) -> None:
    site = new_site(deployed=False)
    told = site.run("callback-url")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "voice-dev-separation-callback is not deployed in ap-guangzhou; run `make deploy`" in told.stderr


def test_a_function_without_a_url_is_told_of(fresh: Site) -> None:
    fresh.deploy(without_function_url)
    told = fresh.run("callback-url")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "has no function URL; run `make deploy` with the trigger `http` in serverless.yml" in told.stderr


def test_an_address_that_scf_does_not_tell_is_to_be_copied_from_the_console(
    fresh: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fresh.env_file.read_bytes()
    keep_addresses_back(monkeypatch)
    told = fresh.run("callback-url")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "has a function URL, but SCF does not tell its address: copy it from the page Function URL" in told.stderr
    assert "make deploy" not in told.stderr
    assert fresh.env_file.read_bytes() == before


def test_what_cannot_be_written_is_left_whole(fresh: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fresh.env_file.read_text()
    monkeypatch.setattr("os.replace", _refuse)
    told = fresh.run("callback-url")
    assert (told.exit_code, told.stderr.splitlines()[-1].partition(": ")[2].endswith("the disk is full")) == (1, True)
    assert fresh.env_file.read_text() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp")] == []


def _refuse(*_paths: object) -> None:
    raise OSError("the disk is full")
