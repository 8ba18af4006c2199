"""`voicesep ui` as a command."""

import logging
import signal
import sys
import webbrowser
from collections.abc import Iterator

import pytest
import urllib3

from tests.voicesep.processes import printed, started
from tests.voicesep.site import Found, Site
from voicesep.commands import ui


@pytest.fixture(autouse=True)
def log_levels_of_before() -> Iterator[None]:
    """The page's commands change a level of their whole process, which is that of the tests here."""
    logger = logging.getLogger("urllib3")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.fixture
def site(new_site: Found) -> Site:
    """A bucket, which is all that the page needs."""
    return new_site(deployed=False)


@pytest.fixture
def key(site: Site, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The operator's key, in the environment."""
    identity = site.cloud.credentials
    key = {"TENCENTCLOUD_SECRETID": identity.access_key_id, "TENCENTCLOUD_SECRETKEY": identity.secret_key}
    for name, value in key.items():
        monkeypatch.setenv(name, value)
    return key


def test_the_address_is_printed_and_opened_and_answers_until_somebody_ends_it(
    site: Site, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    answered: list[int] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(ui, "until_interrupted", lambda: answered.append(urllib3.request("GET", opened[0]).status))
    result = site.run("ui")
    assert result.exit_code == 0, result.stderr
    assert answered == [200]
    assert result.stdout.split() == opened
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", opened[0], retries=False)


def test_ctrl_c_ends_it_quietly_and_without_an_index_it_says_so(site: Site, key: dict[str, str]) -> None:
    program = [sys.executable, "-c", "from voicesep.main import main; main()"]
    command = [*program, "ui", "--no-browser", "--live", "--env-file", str(site.env_file)]
    with started(command, env=key) as process:
        index = urllib3.request("GET", f"{printed(process)}index.json")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert (process.returncode, stderr) == (0, "Ctrl-C ends it\n")
    assert (index.status, index.data) == (204, b"")


def test_a_port_that_is_taken_is_told_in_one_line(site: Site, key: dict[str, str]) -> None:
    port = str(urllib3.util.parse_url(site.cloud.endpoint).port)
    result = site.run("ui", "--no-browser", "--port", port)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"port {port} is taken" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_key_it_is_a_wrong_usage(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "until_interrupted", lambda: None)
    site.set(TENCENT_SECRET_ID="", TENCENT_SECRET_KEY="")
    result = site.run("ui", "--no-browser")
    assert result.exit_code == 2
    assert "TENCENTCLOUD_SECRETID" in result.stderr
