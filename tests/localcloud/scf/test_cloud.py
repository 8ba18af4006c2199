"""SCF as part of a local cloud: several files, keys of roles, addresses."""

import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localcloud import LocalCloud, Options
from localcloud.clock import MovableClock
from localcloud.scf.concurrency import Quota
from localcloud.scf.models import CodeNotFoundError
from localcloud.scf.problems import InvalidServerlessFileError
from tests.localcloud.cloud_lab import SENDING, CloudLab
from tests.support import eventually

ECHO = "def main_handler(event, context):\n    return {'statusCode': 200, 'body': WHO + event['path']}\n"


def deployable(folder: Path, more: str = "") -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.py").write_text(f"WHO = {folder.name!r}\n{ECHO}")
    path = folder / "serverless.yml"
    path.write_text(
        "component: scf\n"
        f"name: {folder.name}\n"
        "inputs:\n"
        "  src: ./src\n"
        "  runtime: Python3.10\n"
        "  events:\n"
        "    - http: {parameters: {netConfig: {enableExtranet: true}}}\n"
        f"{more}"
    )
    return path


def get(cloud: LocalCloud, url: str) -> tuple[int, str]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", int(cloud.endpoint.rpartition(":")[2]), timeout=60)
    try:
        connection.request("GET", address.path or "/", headers={"Host": address.netloc})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_several_files_are_deployed_each_with_the_code_it_names(tmp_path: Path) -> None:
    files = [deployable(tmp_path / name) for name in ("one", "two")]

    with LocalCloud() as cloud:
        cloud.deploy_all(files, {})

        assert [get(cloud, cloud.scf.function_url(name)) for name in ("one", "two")] == [(200, "one/"), (200, "two/")]
        cloud.reset()
        assert get(cloud, cloud.scf.function_url("one")) == (200, "one/")


def test_one_bad_file_keeps_all_from_being_deployed(tmp_path: Path) -> None:
    good, bad = deployable(tmp_path / "one"), deployable(tmp_path / "two", "  timeout: never\n")

    with LocalCloud() as cloud:
        with pytest.raises(InvalidServerlessFileError, match=rf"^{bad}: inputs.timeout: "):
            cloud.deploy_all([good, bad], {})

        assert cloud.scf.functions == ()


def test_code_that_a_hook_has_yet_to_make_is_named(tmp_path: Path) -> None:
    path = tmp_path / "serverless.yml"
    path.write_text(
        "component: scf\nname: built\ninputs:\n  runtime: Python3.10\n  src: {src: ./, hook: make, dist: ./build}\n"
    )

    with LocalCloud() as cloud, pytest.raises(CodeNotFoundError, match=rf"should be in {tmp_path}/build"):
        cloud.deploy_all([path], {})


def test_a_function_answers_at_its_url_and_at_that_of_api_gateway(tmp_path: Path) -> None:
    with LocalCloud() as cloud:
        cloud.deploy_all([deployable(tmp_path / "one")], {})

        assert get(cloud, cloud.scf.function_url("one") + "/a") == (200, "one/a")
        assert get(cloud, cloud.scf.api_gateway_url("one") + "/a") == (200, "one/a")
        assert {request.service for request in cloud.recorder.requests()} == {"functions"}


def test_a_url_for_cam_refuses_who_does_not_sign(tmp_path: Path) -> None:
    path = deployable(tmp_path / "one")
    path.write_text(path.read_text().replace("parameters: {", "parameters: {authType: CAM, "))

    with LocalCloud() as cloud:
        cloud.deploy_all([path], {})
        status, told = get(cloud, cloud.scf.function_url("one"))

    assert (status, json.loads(told)["errorMessage"]) == (401, "The call has no Authorization header. Sign it.")


def test_the_quota_is_an_option(tmp_path: Path) -> None:
    with LocalCloud(Options(quota=Quota(reserved={"one": 0}))) as cloud:
        cloud.deploy_all([deployable(tmp_path / "one")], {})

        assert cloud.scf.invoke("one", {}).status_code == 432


SENDING_WHEN_TOLD = SENDING.replace(
    "    return [send",
    """    here = event.pop()
    open(f"{here}/started", "w").close()
    while not os.path.exists(f"{here}/go"):
        time.sleep(0.005)
    return [send""",
)


def test_keys_of_a_role_end_while_a_function_runs_and_the_next_invocation_has_others(
    new_cloud_lab: Callable[..., CloudLab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = MovableClock()  # by which keys end; functions sign by the machine's, for a minute
    monkeypatch.setattr("localcloud.cloud.system_clock", clock)
    lab = new_cloud_lab(credentials_last=timedelta(seconds=30))
    lab.deploy(source=SENDING_WHEN_TOLD)
    at_once, held = tmp_path / "at-once", tmp_path / "held"
    for folder in (at_once, held):
        folder.mkdir()
    (at_once / "go").touch()

    before = lab.cloud.scf.invoke("echo", [["PUT", "/talk.mp3"], str(at_once)])
    with ThreadPoolExecutor(1) as caller:
        meanwhile = caller.submit(lab.cloud.scf.invoke, "echo", [["PUT", "/talk.mp3"], str(held)])
        eventually((held / "started").exists)
        clock.advance(31)
        (held / "go").touch()
    after = lab.cloud.scf.invoke("echo", [["PUT", "/talk.mp3"], str(at_once)])

    assert [result.value for result in (before, meanwhile.result(), after)] == [[200], [400], [200]]
    assert [result.cold_start for result in (before, meanwhile.result(), after)] == [True, False, False]
