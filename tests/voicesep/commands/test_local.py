import json
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.receiver import SECRET
from tests.support import ROOT, SAMPLE
from voicesep.running import FILE, LOG, STATE

VOICESEP = str(Path(sys.executable).with_name("voicesep"))
SECONDS = 60


@dataclass
class Checkout:
    """A copy of the project, in which commands are processes of their own."""

    folder: Path

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [VOICESEP, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

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
    process = checkout.start("local", "--port", str(port))
    try:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        told = dict(line.split(maxsplit=1) for line in (process.stderr.readline() for _ in range(2)))
        return urlsplit(told["page"]).port or 0
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def running(checkout: Checkout) -> "Iterator[subprocess.Popen[str]]":
    process = checkout.start("local", "--port", "0")
    try:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_stays_for_other_commands_until_ctrl_c(checkout: Checkout, running: "subprocess.Popen[str]") -> None:
    uploaded = checkout.run("upload", str(SAMPLE), "--wait")
    assert uploaded.returncode == 0, uploaded.stderr
    assert json.loads(uploaded.stdout)["state"] == "Success"
    assert "job.submitted" in checkout.run("show", f"incoming/{SAMPLE.name}").stdout
    (row,) = json.loads(checkout.run("jobs", "--format", "json").stdout)
    assert (row["state"], row["key"]) == ("Success", f"incoming/{SAMPLE.name}")
    assert running.stderr
    told = [running.stderr.readline() for _ in range(2)]
    page = told[1].removeprefix("page").strip()
    assert urllib3.request("GET", f"{page}open.json").json()["rows"][0]["key"] == f"incoming/{SAMPLE.name}"
    second = checkout.run("local", "--port", "0")
    assert (second.returncode, "runs here already" in second.stderr) == (1, True)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate(timeout=SECONDS)
    assert (running.returncode, "Traceback" in stderr) == (0, False)
    assert told[0].startswith("localcloud is neither Tencent's separation quality nor a security boundary.")
    assert not (checkout.folder / STATE / FILE).exists()
    assert (checkout.folder / STATE / LOG).read_text().count("job.submitted") == 1
    assert checkout.run("jobs").returncode == 1


def test_what_was_uploaded_is_there_again_the_next_time(checkout: Checkout) -> None:
    for answers in (1, 2):
        process = checkout.start("local", "--port", "0")
        try:
            assert process.stdout
            process.stdout.readline()
            uploaded = checkout.run("upload", str(SAMPLE), "--key", f"elsewhere/{answers}.mp3")
            assert uploaded.returncode == 0, uploaded.stderr
            assert checkout.run("queue", "list", "--format", "json").returncode == 0  # in the same cloud
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=SECONDS)
    kept = [path.name for path in (checkout.folder / STATE).rglob("files/**/*.mp3")]
    assert sorted(kept) == ["1.mp3", "2.mp3"]


def test_the_page_is_next_to_the_port_of_the_cloud_or_where_there_is_room(checkout: Checkout) -> None:
    cloud, page = neighbours()
    port = cloud.getsockname()[1]
    cloud.close()
    with page:
        assert page_of(checkout, port) not in (port, port + 1)
    assert page_of(checkout, port) == port + 1


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
    process = checkout.start("local", "--port", "0", "--env-file", str(settings))
    try:
        assert process.stdout
        process.stdout.readline()
        told = json.loads((checkout.folder / STATE / FILE).read_text())["environment"]
    finally:
        process.kill()
        process.communicate()
    assert (told["AUDIO_MODE"], told["REGION"], told["INPUT_SUFFIXES"]) == ("IsAudio", "ap-shanghai", "-")
    assert "example.com" not in told["CALLBACK_URL"]
    assert (told["WEBHOOK_URL"], told["WEBHOOK_SECRETS"]) == ("-", "-")


def test_a_wrong_setting_is_wrong_usage(checkout: Checkout) -> None:
    settings = checkout.folder / "mine.env"
    settings.write_text("AUDIO_MODE=Loud\n")
    done = checkout.run("local", "--env-file", str(settings))
    assert done.returncode == 2
    assert "AUDIO_MODE" in done.stderr
    assert "Traceback" not in done.stderr
