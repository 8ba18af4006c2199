import json
import random
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.receiver import SECRET
from tests.support import ROOT, SAMPLE
from tests.voicesep.processes import SECONDS, printed, started, told
from voicesep.running import FILE, LOG, STATE

VOICESEP = str(Path(sys.executable).with_name("voicesep"))


@dataclass
class Checkout:
    """A copy of the project, in which commands are processes of their own."""

    folder: Path

    def started(self, *arguments: str) -> "AbstractContextManager[subprocess.Popen[str]]":
        return started([VOICESEP, *arguments], cwd=self.folder)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [VOICESEP, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=SECONDS
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "serverless.yml").write_bytes((ROOT / "serverless.yml").read_bytes())
    (tmp_path / "src").symlink_to(ROOT / "src")
    return Checkout(tmp_path)


NEVER_GIVEN_OUT = range(15_000, 32_000)  # below the ports that a system gives out by itself, to other tests too


def neighbours() -> tuple[socket.socket, socket.socket]:
    """Listen at a port and at the one above it."""
    for port in random.sample(NEVER_GIVEN_OUT, 100):
        with ExitStack() as opened:
            try:
                first, second = (
                    opened.enter_context(socket.create_server(("127.0.0.1", number))) for number in (port, port + 1)
                )
            except OSError:
                continue
            opened.pop_all()
            return first, second
    raise AssertionError("no two free ports next to each other in a hundred tries")


def page_of(checkout: Checkout, port: int) -> int:
    """Start the app, and return which port its page has."""
    with checkout.started("local", "--port", str(port)) as process:
        printed(process)
        _, page = told(process), told(process).split()
    assert page[0] == "page"
    return urlsplit(page[1]).port or 0


@pytest.fixture
def running(checkout: Checkout) -> "Iterator[subprocess.Popen[str]]":
    with checkout.started("local", "--port", "0") as process:
        assert printed(process).startswith("http://127.0.0.1:")
        yield process


def test_it_stays_for_other_commands_until_ctrl_c(checkout: Checkout, running: "subprocess.Popen[str]") -> None:
    uploaded = checkout.run("upload", str(SAMPLE), "--wait")
    assert uploaded.returncode == 0, uploaded.stderr
    assert json.loads(uploaded.stdout)["state"] == "Success"
    assert "job.submitted" in checkout.run("show", f"incoming/{SAMPLE.name}").stdout
    (row,) = json.loads(checkout.run("jobs", "--format", "json").stdout)
    assert (row["state"], row["key"]) == ("Success", f"incoming/{SAMPLE.name}")
    what_it_is_not, page = told(running), told(running).removeprefix("page").strip()
    story = urllib3.request("GET", f"{page}stories/{row['job_id']}.json").json()
    assert (story["state"], story["upload"]["key"]) == ("Success", f"incoming/{SAMPLE.name}")
    second = checkout.run("local", "--port", "0")
    assert (second.returncode, "runs here already" in second.stderr) == (1, True)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate()
    assert (running.returncode, "Traceback" in stderr) == (0, False)
    assert what_it_is_not.startswith("localcloud is neither Tencent's separation quality nor a security boundary.")
    assert not (checkout.folder / STATE / FILE).exists()
    assert (checkout.folder / STATE / LOG).read_text().count("job.submitted") == 1
    assert checkout.run("jobs").returncode == 1


def test_what_was_uploaded_is_there_again_the_next_time(checkout: Checkout) -> None:
    for answers in (1, 2):
        with checkout.started("local", "--port", "0") as process:
            printed(process)
            uploaded = checkout.run("upload", str(SAMPLE), "--key", f"elsewhere/{answers}.mp3")
            assert uploaded.returncode == 0, uploaded.stderr
            assert checkout.run("queue", "list", "--format", "json").returncode == 0  # in the same cloud
            process.send_signal(signal.SIGTERM)
            process.communicate()
    kept = [path.name for path in (checkout.folder / STATE).rglob("files/**/*.mp3")]
    assert sorted(kept) == ["1.mp3", "2.mp3"]


def test_the_page_is_next_to_the_port_of_the_cloud_or_where_there_is_room(checkout: Checkout) -> None:
    cloud, page = neighbours()
    port = cloud.getsockname()[1]
    cloud.close()
    with page:
        assert page_of(checkout, port) not in (port, port + 1)
    assert page_of(checkout, port) == port + 1


def test_the_callback_s_address_is_told_with_how_it_is_reached_for_it_is_in_this_cloud_only(
    checkout: Checkout, running: "subprocess.Popen[str]"
) -> None:
    lines = [told(running) for _ in range(6)]
    address = json.loads((checkout.folder / STATE / FILE).read_text())["environment"]["CALLBACK_URL"]
    assert lines[4] == f"callback  {address}, which is in this cloud and nowhere else:"
    command = shlex.split(lines[5])
    assert command[:2] == ["curl", "-x"]
    proxy, url = command[2:]
    with urllib3.ProxyManager(proxy) as through_the_cloud:
        answer = through_the_cloud.request("GET", url)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_port_that_is_taken_is_told_in_one_line(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = checkout.run("local", "--port", port)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_come_from_a_file_but_not_those_of_the_real_cloud(checkout: Checkout) -> None:
    settings = checkout.folder / "mine.env"
    receivers = f"WEBHOOK_URL=https://app.example.com\nWEBHOOK_SECRETS={SECRET}\n"
    settings.write_text(
        f"AUDIO_MODE=IsAudio\nCALLBACK_URL=https://example.com\nINPUT_SUFFIXES=-\nREGION=ap-shanghai\n{receivers}"
    )
    with checkout.started("local", "--port", "0", "--env-file", str(settings)) as process:
        printed(process)
        taken = json.loads((checkout.folder / STATE / FILE).read_text())["environment"]
    assert (taken["AUDIO_MODE"], taken["REGION"], taken["INPUT_SUFFIXES"]) == ("IsAudio", "ap-shanghai", "-")
    assert "example.com" not in taken["CALLBACK_URL"]
    assert (taken["WEBHOOK_URL"], taken["WEBHOOK_SECRETS"]) == ("-", "-")


def test_a_wrong_setting_is_wrong_usage(checkout: Checkout) -> None:
    settings = checkout.folder / "mine.env"
    settings.write_text("AUDIO_MODE=Loud\n")
    done = checkout.run("local", "--env-file", str(settings))
    assert done.returncode == 2
    assert "AUDIO_MODE" in done.stderr
    assert "Traceback" not in done.stderr
