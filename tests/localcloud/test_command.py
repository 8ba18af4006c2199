"""`localcloud`, as people start it: in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from qcloud_cos import CosConfig, CosS3Client

from localcloud import LocalCloud
from tests.localcloud.cam.policies import document, statement
from tests.localcloud.control.steering import Answer, send
from tests.support import PATIENCE, eventually

PROGRAM = Path(sys.executable).with_name("localcloud")
BUCKET = "media-1250000000"
REGION = "ap-guangzhou"
NOTHING: Mapping[str, str] = {}

SERVERLESS = """
component: multi-scf
app: separation
stage: dev
name: {name}
inputs:
  region: ap-guangzhou
  environments:
    - {{key: GREETING, value: '${{env:GREETING}}'}}
  functions:
    hello:
      {{runtime: Python3.10, handler: index.main_handler, timeout: 10, memorySize: 128, role: SCF_Role}}
  triggers:
    - type: cos
      function: hello
      parameters:
        bucket: {bucket}.cos.ap-guangzhou.myqcloud.com
        events: 'cos:ObjectCreated:*'
        filter: {{prefix: in/}}
        enable: true
    - type: http
      function: hello
      parameters: {{name: url, authType: NONE, netConfig: {{enableExtranet: true}}, enable: true}}
"""
HELLO = """
import os
def main_handler(event, context):
    print(os.environ["GREETING"], "from", event.get("httpMethod", "a bucket"))
    return {"statusCode": 200, "body": os.environ["GREETING"]}
"""


@dataclass(frozen=True)
class Running:
    """A `localcloud` that listens, and the file that its talk goes to."""

    process: "subprocess.Popen[bytes]"
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def endpoint(self) -> str:
        (address,) = re.findall(r"It listens on (http://127\.0\.0\.1:\d+)", self.said)
        return str(address)

    @property
    def function_host(self) -> str:
        """Where its one function with a URL is, which it tells last."""
        url = re.compile(r"http://(1250000009-\S+\.tencentscf\.com)")
        eventually(lambda: url.search(self.said) is not None)
        (address,) = url.findall(self.said)
        return str(address)

    def send(self, method: str, target: str, *, body: bytes | None = None, host: str = "") -> Answer:
        headers = {"Host": host} if host else NOTHING
        return send(int(self.endpoint.rpartition(":")[2]), method, target, body=body, headers=headers)

    def end(self, number: int = signal.SIGINT) -> int:
        """Send the signal, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def start(folder: Path, *arguments: str, environment: Mapping[str, str] = NOTHING) -> Running:
    output = folder / "said.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [str(PROGRAM), "--port", "0", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    return Running(process, output)


@contextmanager
def running(folder: Path, *arguments: str, environment: Mapping[str, str] = NOTHING) -> Iterator[Running]:
    """Run until the context ends, from when it listens."""
    started = start(folder, *arguments, environment=environment)
    try:
        eventually(lambda: "curl -x" in started.said or started.process.poll() is not None)
        assert started.process.poll() is None, started.said
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()


def refused(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run what cannot start, and return exit code and stderr."""
    done = subprocess.run(
        [str(PROGRAM), *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.fixture
def function(tmp_path: Path) -> Path:
    """A folder with a serverless.yml, its code and its .env."""
    folder = tmp_path / "project"
    folder.mkdir()
    text = SERVERLESS.format(name="voice", bucket="recordings-1250000009")
    (folder / "serverless.yml").write_text(text, encoding="utf-8")
    (folder / "index.py").write_text(HELLO, encoding="utf-8")
    (folder / ".env").write_text("GREETING=hello\n", encoding="utf-8")
    return folder


def test_it_says_first_what_it_is_not_then_where_it_is_and_ends_well_by_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path, "--bucket", f"{BUCKET}@{REGION}") as cloud:
        first, second, *rest = cloud.said.splitlines()
        assert first == "localcloud is neither Tencent's separation quality nor a security boundary."
        assert cloud.endpoint in second
        talk = "\n".join(rest)
        for told in ("AKIDlocalcloud", f"{BUCKET} ({REGION})", f'Proxies={{"http": "{cloud.endpoint}"}}'):
            assert told in talk
        assert b"<title>localcloud</title>" in cloud.send("GET", "/").body
        assert cloud.end() == 0
        assert cloud.said.splitlines() == [first, second, *rest]


def test_it_ends_well_when_it_is_terminated_in_the_middle_of_a_function(tmp_path: Path, function: Path) -> None:
    (function / "index.py").write_text(
        "import os, time\ndef main_handler(event, context):\n    print('pid', os.getpid())\n    time.sleep(60)\n",
        encoding="utf-8",
    )
    with running(function, "--serverless", "serverless.yml", "--env-file", ".env") as cloud:
        cloud.send("PUT", "/_localcloud/object?bucket=recordings-1250000009&key=in/1", body=b"1")
        eventually(lambda: "pid " in cloud.said)
        (pid,) = re.findall(r"pid (\d+)", cloud.said)
        assert cloud.end(signal.SIGTERM) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_the_vendor_s_sdk_works_as_it_is_told(tmp_path: Path) -> None:
    with running(tmp_path, "--bucket", f"{BUCKET}@{REGION}") as cloud:
        config = CosConfig(
            Region=REGION,
            SecretId="AKIDlocalcloud",
            SecretKey="localcloud",
            Scheme="http",
            Proxies={"http": cloud.endpoint},
        )
        client = CosS3Client(config)
        client.put_object(Bucket=BUCKET, Key="key", Body=b"content")
        assert client.get_object(Bucket=BUCKET, Key="key")["Body"].get_raw_stream().read() == b"content"


def test_a_serverless_yml_is_deployed_with_its_variables_and_its_bucket(tmp_path: Path, function: Path) -> None:
    with running(tmp_path, "--serverless", "project/serverless.yml", "--env-file", "project/.env") as cloud:
        assert cloud.send("GET", "/", host=cloud.function_host).body == b"hello"
        cloud.send("PUT", "/_localcloud/object?bucket=recordings-1250000009&key=in/1", body=b"1")
        eventually(lambda: "hello from a bucket" in cloud.said)
        assert "voice-dev-separation-hello: hello from GET" in cloud.said


def test_several_files_are_deployed_side_by_side(tmp_path: Path, function: Path) -> None:
    text = SERVERLESS.format(name="other", bucket="others-1250000009")
    (function / "other.yml").write_text(text, encoding="utf-8")
    files = ("--serverless", "serverless.yml", "--serverless", "other.yml")
    with running(function, *files, environment={"GREETING": "from the environment"}) as cloud:
        functions = cloud.send("GET", "/_localcloud/functions").told["functions"]
        assert [each["name"] for each in functions] == ["voice-dev-separation-hello", "other-dev-separation-hello"]
        buckets = cloud.send("GET", "/_localcloud/buckets").told["buckets"]
        assert {each["name"] for each in buckets} == {"recordings-1250000009", "others-1250000009"}


def test_code_can_be_elsewhere(tmp_path: Path, function: Path) -> None:
    (function / "index.py").rename(tmp_path / "index.py")
    options = ("--serverless", "project/serverless.yml", "--env-file", "project/.env", "--code", ".")
    with running(tmp_path, *options) as cloud:
        assert cloud.send("GET", "/", host=cloud.function_host).body == b"hello"


def test_code_can_be_a_bundle_that_sees_no_installed_package(tmp_path: Path, function: Path) -> None:
    (function / "index.py").write_text(
        "import importlib.util\ndef main_handler(event, context): return str(importlib.util.find_spec('localcloud'))\n",
        encoding="utf-8",
    )
    options = ("--serverless", "project/serverless.yml", "--env-file", "project/.env", "--bundle", "project")
    with running(tmp_path, *options, "--python", sys.executable) as cloud:
        assert cloud.send("GET", "/", host=cloud.function_host).body == b"None"


def test_a_role_is_held_to_its_policy(tmp_path: Path, function: Path) -> None:
    (function / "policy.json").write_text(document(statement("cos:HeadObject", "*")), encoding="utf-8")
    (function / "index.py").write_text(
        "import os\ndef main_handler(event, context): return os.environ['TENCENTCLOUD_SECRETID'] + ' ' +"
        " os.environ['TENCENTCLOUD_SECRETKEY'] + ' ' + os.environ['TENCENTCLOUD_SESSIONTOKEN']\n",
        encoding="utf-8",
    )
    options = ("--serverless", "serverless.yml", "--env-file", ".env", "--policy", "SCF_Role=policy.json")
    with running(function, *options) as cloud:
        secret_id, secret_key, token = cloud.send("GET", "/", host=cloud.function_host).body.decode().split()
        config = CosConfig(
            Region=REGION,
            SecretId=secret_id,
            SecretKey=secret_key,
            Token=token,
            Scheme="http",
            Proxies={"http": cloud.endpoint},
        )
        client = CosS3Client(config, retry=0)
        assert client.object_exists(Bucket="recordings-1250000009", Key="none") is False
        with pytest.raises(Exception, match="AccessDenied"):
            client.put_object(Bucket="recordings-1250000009", Key="key", Body=b"")


def test_buckets_and_objects_are_there_at_the_next_start(tmp_path: Path) -> None:
    options = ("--data", "kept", "--bucket", f"{BUCKET}@{REGION}")
    target = f"/_localcloud/object?bucket={BUCKET}&key=key"
    with running(tmp_path, *options) as cloud:
        cloud.send("PUT", target, body=b"content")
        assert cloud.end() == 0
    with running(tmp_path, *options) as cloud:
        assert cloud.send("GET", target).body == b"content"


def test_jobs_wait_to_be_told_or_for_the_delay(tmp_path: Path) -> None:
    with running(tmp_path, "--manual") as cloud:
        assert cloud.send("POST", "/_localcloud/jobs/advance", body=b'{"job_id": "j"}').told["code"] == "JobNotFound"
    with running(tmp_path, "--state-delay", "1.5") as cloud:
        assert cloud.send("POST", "/_localcloud/jobs/advance", body=b'{"job_id": "j"}').told["code"] == "JobsNotManual"


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with LocalCloud() as other:
        port = other.endpoint.rpartition(":")[2]
        assert refused(tmp_path, "--port", port) == (
            1,
            f"Error: port {port} of 127.0.0.1 is taken; choose another with --port.\n",
        )


def test_every_problem_of_a_file_is_a_line(tmp_path: Path, function: Path) -> None:
    text = (function / "serverless.yml").read_text(encoding="utf-8").replace("index.main_handler", "nowhere")
    (function / "serverless.yml").write_text(text, encoding="utf-8")
    code, said = refused(function, "--serverless", "serverless.yml")
    assert code == 1
    assert len(said.splitlines()) == 2
    assert all(line.startswith("Error: serverless.yml: ") for line in said.splitlines())
    assert "GREETING" in said
    assert "handler" in said


def test_code_that_is_not_there_is_told_in_one_line(tmp_path: Path, function: Path) -> None:
    text = (function / "serverless.yml").read_text(encoding="utf-8") + "  src: {src: ., hook: make, dist: built}\n"
    (function / "serverless.yml").write_text(text, encoding="utf-8")
    code, said = refused(function, "--serverless", "serverless.yml", "--env-file", ".env", "--port", "0")
    assert (code, len(said.splitlines())) == (1, 1)
    assert "built" in said


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, said = refused(tmp_path, "--data", "file/kept", "--port", "0")
    assert (code, len(said.splitlines())) == (1, 1)
    assert "file/kept" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--bucket", "media"], "media-1250000000@ap-guangzhou"),
        (["--policy", "SCF_Role"], "SCF_Role=policy.json"),
        (["--policy", "SCF_Role=none.json"], "none.json cannot be read"),
        (["--manual", "--state-delay", "1"], "exclude each other"),
        (["--code", ".", "--bundle", "."], "exclude each other"),
        (["--serverless", "none.yml"], "none.yml"),
        (["--python", "no-such-python"], "no-such-python"),
        (["--port", "70000"], "65535"),
        (["--quality", "best"], "--quality"),
    ],
)
def test_wrong_usage_ends_with_two_and_names_what_is_wrong(tmp_path: Path, arguments: list[str], named: str) -> None:
    code, said = refused(tmp_path, *arguments)
    assert code == 2
    assert named in said.splitlines()[-1]


def test_it_starts_answers_and_ends_within_a_second_of_processor_time(tmp_path: Path) -> None:
    assert min(processor_seconds(tmp_path) for _ in range(3)) < 1.0


def processor_seconds(folder: Path) -> float:
    with running(folder, "--bucket", f"{BUCKET}@{REGION}") as cloud:
        assert cloud.send("GET", "/_localcloud/cloud").status == 200
        cloud.process.send_signal(signal.SIGINT)
        _, status, usage = os.wait4(cloud.process.pid, 0)
        cloud.process.returncode = os.waitstatus_to_exitcode(status)
        assert cloud.process.returncode == 0
        return usage.ru_utime + usage.ru_stime


def imported_by(*modules: str) -> set[str]:
    """The top-level modules that are there once these are imported."""
    code = f"import {', '.join(modules)}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def distributions_for(requirement: Requirement) -> set[str]:
    """The names of what is installed for a requirement: its own, and all it needs."""
    found: set[str] = set()
    waiting = [requirement]
    while waiting:
        each = waiting.pop()
        found.add(canonicalize_name(each.name))
        for needed in map(Requirement, metadata.requires(each.name) or ()):
            is_wanted = needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in (*each.extras, "")
            )
            if is_wanted and canonicalize_name(needed.name) not in found:
                waiting.append(needed)
    return found


def test_it_imports_nothing_of_the_app() -> None:
    imported = imported_by("localcloud", "localcloud.command", "localcloud.pytest_plugin")
    assert "localcloud" in imported
    assert not imported & {"voice_separation", "voicesep", "submit", "callback", "reconcile"}


def test_the_extra_local_brings_all_that_it_imports() -> None:
    allowed = distributions_for(Requirement("voice-separation[local]"))
    owners = metadata.packages_distributions()
    at_python_s_start = imported_by("sys")
    imported = imported_by("localcloud.command") - at_python_s_start - sys.stdlib_module_names
    assert "click" in imported
    for module in imported & owners.keys():
        assert allowed & set(map(canonicalize_name, owners[module])), f"{module} is of {owners[module]}"
