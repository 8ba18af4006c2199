"""Deploying, asynchronous invocations and their retries, and what is remembered."""

import os
import re
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from localcloud.clock import MovableClock, stopped_at
from localcloud.cos.models import ObjectCreated, StoredObject
from localcloud.scf.event_queue import RetryPolicy
from localcloud.scf.models import CodeNotFoundError
from localcloud.scf.project import CosTrigger, HttpTrigger
from localcloud.scf.registry import FunctionNotDeployedError, NoFunctionUrlError, url_id
from tests.localcloud.scf.lab import REGION, Lab, LabFactory, function_spec, project
from tests.support import PATIENCE, eventually

ECHO = """
    def main_handler(event, context):
        return event
"""
NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)


def http_trigger(function: str = "echo") -> HttpTrigger:
    return HttpTrigger(function, "url-trigger", "NONE", extranet=True, enabled=True)


def test_an_asynchronous_event_runs_and_is_remembered(lab: Lab) -> None:
    key = lab.deploy(ECHO)

    request_id = lab.scf.invoke_async(key, {"n": 1})

    assert lab.scf.drain(PATIENCE)
    (record,) = lab.scf.invocations
    assert record.result.request_id == request_id
    assert record.result.value == {"n": 1}
    assert (record.invocation_type, record.outcome, record.retry_num) == ("Event", "succeeded", 0)
    assert record.at > lab.scf.deployments[0].at


def test_a_failing_event_is_retried_twice_with_the_same_request_id_and_then_dropped(lab: Lab) -> None:
    key = lab.deploy("""
        def main_handler(event, context):
            print(context["request_id"])
            raise RuntimeError
    """)

    request_id = lab.scf.invoke_async(key, {})

    assert lab.scf.drain(PATIENCE)
    records = lab.scf.invocations
    assert [record.outcome for record in records] == ["retrying", "retrying", "dropped"]
    assert [record.retry_num for record in records] == [0, 1, 2]
    assert [record.result.logs for record in records] == [(request_id,)] * 3


def test_a_retry_that_succeeds_ends_the_matter(lab: Lab, tmp_path: Path) -> None:
    key = lab.deploy("""
        import os, pathlib
        def main_handler(event, context):
            if not os.path.exists(event):
                pathlib.Path(event).touch()
                os._exit(1)
            return "second try"
    """)

    lab.scf.invoke_async(key, str(tmp_path / "tried"))

    assert lab.scf.drain(PATIENCE)
    assert [record.outcome for record in lab.scf.invocations] == ["retrying", "succeeded"]
    assert lab.scf.invocations[-1].result.value == "second try"


def test_a_retry_waits_its_delay(new_lab: LabFactory) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_lab(retry=RetryPolicy(retries=1, delay_seconds=60), clock=clock)
    key = lab.deploy("def main_handler(event, context): raise RuntimeError")
    lab.scf.invoke_async(key, {})
    eventually(lambda: lab.scf.invocations)

    eventually(lambda: lab.is_done_a_second_later(clock))
    first, second = lab.scf.invocations
    assert second.at - first.at >= timedelta(seconds=60)


def test_a_synchronous_call_is_not_retried(lab: Lab) -> None:
    key = lab.deploy("def main_handler(event, context): raise RuntimeError")

    lab.scf.invoke(key, {})

    assert lab.scf.drain(PATIENCE)
    assert [(record.invocation_type, record.outcome) for record in lab.scf.invocations] == [
        ("RequestResponse", "failed")
    ]


def test_an_asynchronous_event_over_128_kib_is_refused_without_running(lab: Lab) -> None:
    key = lab.deploy(ECHO)

    lab.scf.invoke_async(key, "x" * (128 * 1024 - 2))
    assert lab.scf.drain(PATIENCE)
    lab.scf.invoke_async(key, "x" * (128 * 1024 - 1))
    assert lab.scf.drain(PATIENCE)

    accepted, refused = lab.scf.invocations
    assert (accepted.result.status_code, accepted.outcome) == (200, "succeeded")
    assert (refused.result.status_code, refused.outcome) == (406, "dropped")


def test_functions_are_found_by_key_and_by_name(lab: Lab) -> None:
    key = lab.deploy(ECHO)

    assert lab.scf.function(key) is lab.scf.function("mps-dev-media-echo")
    assert lab.scf.functions == (lab.scf.function(key),)


def test_an_unknown_function_is_named_with_those_there_are(lab: Lab) -> None:
    lab.deploy(ECHO)

    with pytest.raises(FunctionNotDeployedError, match="Function nobody is not deployed; deployed: mps-dev-media-echo"):
        lab.scf.invoke("nobody", {})


def test_deploying_again_replaces_the_code_and_ends_idle_instances(lab: Lab) -> None:
    key = lab.deploy("def main_handler(event, context): return 'old'")
    assert lab.scf.invoke(key, {}).value == "old"
    (old_pid,) = lab.scf.function(key).pids

    lab.deploy("def main_handler(event, context): return 'new'")

    result = lab.scf.invoke(key, {})
    assert (result.value, result.cold_start) == ("new", True)
    assert len(lab.scf.functions) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(old_pid, 0)


def test_a_function_that_is_removed_is_not_there_any_more_and_its_instances_and_url_neither(lab: Lab) -> None:
    key = lab.deploy(ECHO, triggers=(http_trigger(),))
    assert lab.scf.invoke(key, {}).value == {}
    (pid,) = lab.scf.function(key).pids

    lab.scf.remove(key)

    assert lab.scf.deployments == ()
    for ask in (lab.scf.invoke_async, lambda name, _event: lab.scf.remove(name)):
        with pytest.raises(FunctionNotDeployedError, match="Function echo is not deployed; deployed: none"):
            ask(key, {})
    with pytest.raises(NoFunctionUrlError):
        lab.scf.at_url(url_id("mps-dev-media-echo"), REGION)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_runs_during_a_deployment_finishes_and_then_ends(lab: Lab, tmp_path: Path) -> None:
    key = lab.deploy("""
        import pathlib, time
        def main_handler(event, context):
            here = pathlib.Path(event)
            (here / "started").touch()
            while not (here / "go").exists():
                time.sleep(0.005)
            return "old"
    """)
    old = lab.scf.function(key)

    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(lab.scf.invoke, key, str(tmp_path))
        eventually((tmp_path / "started").exists)
        lab.deploy(ECHO)
        busy = old.pids
        (tmp_path / "go").touch()
        assert running.result().value == "old"

    assert len(busy) == 1
    assert old.pids == ()


def test_each_function_of_a_project_runs_the_code_of_its_folder(lab: Lab) -> None:
    for folder in ("one", "two"):
        (lab.code / folder).mkdir()
        (lab.code / folder / "index.py").write_text(f"def main_handler(event, context): return {folder!r}\n")

    lab.scf.deploy(project(function_spec("a", folder="one"), function_spec("b", folder="two")), lab.code)

    assert [lab.scf.invoke(key, {}).value for key in ("a", "b")] == ["one", "two"]


def test_code_that_was_not_built_is_named(lab: Lab) -> None:
    with pytest.raises(CodeNotFoundError, match=r"The code of mps-dev-media-echo should be in .*/missing"):
        lab.scf.deploy(project(function_spec()), lab.code / "missing")


def test_variables_given_at_deployment_win_over_the_functions_own(lab: Lab) -> None:
    (lab.code / "index.py").write_text(
        textwrap.dedent("""
            import os
            def main_handler(event, context):
                return [os.environ["COS_ENDPOINT"], os.environ["COLOUR"]]
        """)
    )
    spec = function_spec(environment={"COS_ENDPOINT": "", "COLOUR": "blue"})

    lab.scf.deploy(project(spec), lab.code, environment={"COS_ENDPOINT": "http://127.0.0.1:9000"})

    assert lab.scf.invoke("echo", {}).value == ["http://127.0.0.1:9000", "blue"]


def test_a_function_url_is_the_same_after_every_deployment(lab: Lab, new_lab: LabFactory) -> None:
    other = new_lab()
    for each in (lab, other, other):
        each.deploy(ECHO, triggers=(http_trigger(),))

    url = lab.scf.function_url("echo")

    assert re.fullmatch(r"https://1250000000-[0-9a-z]{10}\.ap-guangzhou\.tencentscf\.com", url)
    assert other.scf.function_url("echo") == url


def test_a_function_without_an_http_trigger_has_no_url(lab: Lab) -> None:
    lab.deploy(ECHO)

    with pytest.raises(NoFunctionUrlError, match="mps-dev-media-echo has no http trigger"):
        lab.scf.function_url("echo")


def upload(key: str, tmp_path: Path) -> ObjectCreated:
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    stored = StoredObject(
        bucket="media-1250000000",
        region=REGION,
        key=key,
        size=5,
        etag="5d41402abc4b2a76b9719d911017c592",
        last_modified=at,
        content_type="audio/mpeg",
        metadata={},
        path=tmp_path / "content",
        crc64=0,
        request_id="NjE3Nzk2NGZf",
        headers={},
        storage_class="STANDARD",
    )
    return ObjectCreated(stored, "cos:ObjectCreated:Put", "q-sign-algorithm=sha1", "127.0.0.1", at)


def test_an_upload_calls_the_function_whose_trigger_fires_and_no_other(lab: Lab, tmp_path: Path) -> None:
    for key in ("submit", "other"):
        (lab.code / f"{key}.py").write_text("def main_handler(event, context): return event\n")
    triggers = tuple(
        CosTrigger(key, "media-1250000000", REGION, "cos:ObjectCreated:*", prefix, "", enabled=True)
        for key, prefix in (("submit", "incoming/"), ("other", "elsewhere/"))
    )
    specs = [function_spec(key, handler=f"{key}.main_handler") for key in ("submit", "other")]
    lab.scf.deploy(project(*specs, triggers=triggers), lab.code)

    for name in ("incoming/talk.mp3", "ignored/talk.mp3"):
        lab.scf.on_object_created(upload(name, tmp_path))

    assert lab.scf.drain(PATIENCE)
    (record,) = lab.scf.invocations
    assert record.result.function_name == "mps-dev-media-submit"
    assert record.result.value["Records"][0]["cos"]["cosObject"]["key"] == "/1250000000/media/incoming/talk.mp3"


def test_stop_drops_retries_that_wait(new_lab: LabFactory) -> None:
    lab = new_lab(retry=RetryPolicy(delay_seconds=3600))
    key = lab.deploy("def main_handler(event, context): raise RuntimeError")
    lab.scf.invoke_async(key, {})
    eventually(lambda: lab.scf.invocations)

    lab.scf.stop()

    assert lab.scf.drain(0)
    assert len(lab.scf.invocations) == 1


def test_secrets_do_not_show_where_objects_are_printed(lab: Lab) -> None:
    lab.deploy(ECHO, environment={"CALLBACK_SECRETS": "hush"})

    assert "hush" not in repr(lab.scf.function("echo").spec)
