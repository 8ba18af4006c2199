"""One function at a time, in real processes."""

import itertools
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore
from types import SimpleNamespace

import pytest

from localcloud.scf.instance import Instance
from localcloud.scf.interpreter import Interpreter
from localcloud.scf.invocation import SYNC_BYTES
from localcloud.scf.pool import InstancePool
from tests.localcloud.scf.lab import Lab, LabFactory
from tests.support import PATIENCE, eventually

ECHO = """
    def main_handler(event, context):
        return event
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_handler_gets_its_event_and_its_value_comes_back(lab: Lab) -> None:
    key = lab.deploy(ECHO)
    event = {"text": "人声 \u2028 \n", "numbers": [1, 2.5, None, True]}

    result = lab.scf.invoke(key, event)

    assert result.value == event
    assert (result.status_code, result.error) == (200, None)
    assert result.function_name == "mps-dev-media-echo"


def test_the_context_has_the_documented_keys(lab: Lab) -> None:
    key = lab.deploy(
        """
        def main_handler(event, context):
            return context
        """,
        environment={"COLOUR": "blue"},
        timeout_s=3,
        memory_mb=128,
    )

    assert lab.scf.invoke(key, {}, request_id="f03dc946").value == {
        "memory_limit_in_mb": 128,
        "time_limit_in_ms": 3000,
        "request_id": "f03dc946",
        "environment": '{"SCF_NAMESPACE": "default", "COLOUR": "blue"}',
        "environ": "SCF_NAMESPACE=default;COLOUR=blue",
        "function_version": "$LATEST",
        "function_name": "mps-dev-media-echo",
        "namespace": "default",
        "tencentcloud_region": "ap-guangzhou",
        "tencentcloud_appid": "1250000000",
        "tencentcloud_uin": "100000000036",
    }


ENVIRONMENT = """
    import os, sys
    def main_handler(event, context):
        return {"variables": dict(os.environ), "cwd": os.getcwd(), "path": sys.path[0]}
"""


def test_the_environment_is_the_platforms_and_the_functions_own(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "hush")
    key = lab.deploy(ENVIRONMENT, environment={"COLOUR": "blue"})

    seen = lab.scf.invoke(key, {}).value
    variables = seen["variables"]

    assert seen["cwd"] == seen["path"] == variables["PYTHONPATH"] == str(lab.code)
    of_this_machine = {name: variables.pop(name) for name in ("HOME", "PWD", "LD_LIBRARY_PATH", "USER_CODE_ROOT")}
    assert of_this_machine == {
        "HOME": tempfile.gettempdir(),
        "PWD": str(lab.code),
        "LD_LIBRARY_PATH": str(lab.code),
        "USER_CODE_ROOT": f"{lab.code}/",
    }
    assert variables == {
        "COLOUR": "blue",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "SHELL": "/bin/bash",
        "USER": "qcloud",
        "LOGNAME": "qcloud",
        "LANG": "en_US.UTF8",
        "LC_ALL": "en_US.UTF8",
        "TZ": "UTC",
        "PYTHONPATH": str(lab.code),
        "PYTHONDONTWRITEBYTECODE": "x",
        "_SCF_SERVER_PORT": "28902",
        "SCF_FUNCTIONNAME": "mps-dev-media-echo",
        "SCF_FUNCTIONVERSION": "$LATEST",
        "SCF_NAMESPACE": "default",
        "SCF_RUNTIME": "Python3.10",
        "TENCENTCLOUD_APPID": "1250000000",
        "TENCENTCLOUD_REGION": "ap-guangzhou",
        "TENCENTCLOUD_RUNENV": "SCF",
        "TENCENTCLOUD_SECRETID": "AKID1",
        "TENCENTCLOUD_SECRETKEY": "secret1",
        "TENCENTCLOUD_SESSIONTOKEN": "token1",
        "TENCENTCLOUD_TZ": "UTC",
        "TENCENTCLOUD_UIN": "100000000036",
    }


def test_every_invocation_finds_fresh_credentials_in_a_warm_instance(lab: Lab) -> None:
    key = lab.deploy(ENVIRONMENT)

    first, second = (lab.scf.invoke(key, {}).value["variables"] for _ in range(2))

    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")
    assert [first[name] for name in names] == ["AKID1", "secret1", "token1"]
    assert [second[name] for name in names] == ["AKID2", "secret2", "token2"]


def test_without_a_role_there_are_no_credentials(lab: Lab) -> None:
    key = lab.deploy(ENVIRONMENT, role=None)

    assert not [name for name in lab.scf.invoke(key, {}).value["variables"] if "SECRET" in name or "TOKEN" in name]


def test_an_instance_stays_warm_for_the_next_event(lab: Lab) -> None:
    key = lab.deploy("""
        import os
        print("loading")
        served = 0
        def main_handler(event, context):
            global served
            served += 1
            return [os.getpid(), served]
    """)

    first, second = lab.scf.invoke(key, {}), lab.scf.invoke(key, {})

    assert [first.cold_start, second.cold_start] == [True, False]
    assert first.value[0] == second.value[0]
    assert [first.value[1], second.value[1]] == [1, 2]
    assert [first.logs, second.logs] == [("loading",), ()]


MEET = """
    import os, pathlib, time
    def main_handler(event, context):
        place = pathlib.Path(event["place"])
        (place / str(os.getpid())).touch()
        deadline = time.monotonic() + 60
        while len(list(place.iterdir())) < event["guests"] and time.monotonic() < deadline:
            time.sleep(0.005)
        return len(list(place.iterdir()))
"""


def test_parallel_events_run_in_instances_of_their_own(lab: Lab, tmp_path: Path) -> None:
    key = lab.deploy(MEET, timeout_s=100)
    place = tmp_path / "place"
    place.mkdir()
    event = {"place": str(place), "guests": 3}

    with ThreadPoolExecutor(3) as callers:
        results = list(callers.map(lambda _: lab.scf.invoke(key, event), range(3)))

    assert [result.value for result in results] == [3, 3, 3]
    assert all(result.cold_start for result in results)
    assert len(lab.scf.function(key).pids) == 3


def test_at_its_cap_a_function_lets_events_wait(new_lab: LabFactory) -> None:
    lab = new_lab(max_instances=1)
    key = lab.deploy("""
        import os, time
        def main_handler(event, context):
            began = time.monotonic()
            time.sleep(0.05)
            return [os.getpid(), began, time.monotonic()]
    """)

    with ThreadPoolExecutor(3) as callers:
        runs = sorted(callers.map(lambda _: lab.scf.invoke(key, {}).value, range(3)), key=lambda run: run[1])

    assert len({pid for pid, _, _ in runs}) == 1
    assert all(earlier[2] <= later[1] for earlier, later in itertools.pairwise(runs))


def test_a_function_that_takes_too_long_is_killed_with_all_it_started(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = lab.deploy("""
        import os, pathlib, subprocess, time
        def main_handler(event, context):
            child = subprocess.Popen(["sleep", "600"])
            print("waiting", flush=True)
            pathlib.Path(event + ".new").write_text(str(child.pid))
            os.rename(event + ".new", event)
            time.sleep(600)
    """)
    pid_file = tmp_path / "pid"
    an_hour_later = SimpleNamespace(monotonic=lambda: time.monotonic() + (3600 if pid_file.exists() else 0))
    monkeypatch.setattr("localcloud.scf.instance.time", an_hour_later)

    result = lab.scf.invoke(key, str(pid_file), request_id="b17b75c6")

    assert result.error is not None
    assert result.error.document("b17b75c6") == {
        "errorCode": -1,
        "errorMessage": "Invoking task timed out after 20 seconds",
        "requestId": "b17b75c6",
        "statusCode": 433,
    }
    assert result.logs == ("waiting",)
    assert lab.scf.function(key).pids == ()
    eventually(lambda: has_ended(int(pid_file.read_text())))


def has_ended(pid: int) -> bool:
    """Whether a grandchild, which only init can reap, is gone or lies dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:  # or there is no /proc on this machine
        return not is_running(pid)


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        ("os._exit(3)", "exit status 3"),
        ("sys.exit(4)", "exit status 4"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_a_process_that_ends_is_reported_and_replaced(lab: Lab, ending: str, how: str) -> None:
    key = lab.deploy(f"""
        import os, sys
        def main_handler(event, context):
            if event == "end":
                print("last words", end="")
                {ending}
            return "alive"
    """)
    assert lab.scf.invoke(key, "go on").value == "alive"

    ended, next_one = lab.scf.invoke(key, "end"), lab.scf.invoke(key, "go on")

    assert ended.error is not None
    assert (ended.status_code, ended.error.message) == (439, f"User process exit when running: {how}")
    assert ended.logs == ("last words",)
    assert (next_one.value, next_one.cold_start) == ("alive", True)


def test_an_exception_becomes_the_platforms_error_object(lab: Lab) -> None:
    key = lab.deploy("""
        def main_handler(event, context):
            raise Exception("err msg")
    """)

    result = lab.scf.invoke(key, {}, request_id="a325b967")

    assert result.error is not None
    assert result.error.document("a325b967") == {
        "errorCode": -1,
        "errorMessage": "user code exception caught",
        "requestId": "a325b967",
        "stackTrace": "Traceback (most recent call last):\n"
        f'  File "{lab.code}/index.py", line 3, in main_handler\n'
        '    raise Exception("err msg")\n'
        "Exception: err msg",
        "statusCode": 430,
    }


def test_an_instance_survives_an_exception(lab: Lab) -> None:
    key = lab.deploy("""
        def main_handler(event, context):
            return 1 / event
    """)

    assert lab.scf.invoke(key, 0).status_code == 430
    assert lab.scf.invoke(key, 2).cold_start is False


@pytest.mark.parametrize("value", ["{1, 2}", "float('nan')", "b'bytes'", "'\\ud800'"])
def test_a_result_that_is_no_json_is_the_functions_error(lab: Lab, value: str) -> None:
    key = lab.deploy(f"""
        def main_handler(event, context):
            return {value}
    """)

    assert lab.scf.invoke(key, {}).status_code == 430


def test_a_failing_import_is_the_functions_error_with_its_trace(lab: Lab) -> None:
    key = lab.deploy("import a_package_nobody_has\n")

    result = lab.scf.invoke(key, {})

    assert result.error is not None
    assert result.status_code == 430
    assert "No module named 'a_package_nobody_has'" in (result.error.stack_trace or "")
    assert lab.scf.function(key).pids == ()


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        ("other.main_handler", "no other.py in the root of the code"),
        ("index.other", "index.py has no function other"),
    ],
)
def test_a_missing_handler_is_named(lab: Lab, handler: str, reason: str) -> None:
    key = lab.deploy(ECHO, handler=handler)

    result = lab.scf.invoke(key, {})

    assert result.error is not None
    assert (result.status_code, result.error.message) == (437, f"HandlerNotFound: {reason}")


def test_the_functions_files_come_before_any_other_of_the_same_name(lab: Lab) -> None:
    (lab.code / "models.py").write_text("WHOSE = 'mine'\n")
    key = lab.deploy("""
        import models
        def main_handler(event, context):
            return models.WHOSE
    """)

    assert lab.scf.invoke(key, {}).value == "mine"


def test_a_cold_start_has_a_time_limit_of_its_own(lab: Lab) -> None:
    key = lab.deploy("import time; time.sleep(60)\n", init_timeout_s=1)

    result = lab.scf.invoke(key, {})

    assert (result.status_code, result.cold_start) == (450, True)


def test_stdout_stderr_and_logging_are_the_log_in_order_and_are_heard_at_once(lab: Lab) -> None:
    key = lab.deploy("""
        import logging, os, sys
        def main_handler(event, context):
            print("one")
            print("two", file=sys.stderr)
            logging.warning("three")
            os.write(1, b"\\xff four")
    """)

    result = lab.scf.invoke(key, {}, request_id="r1")

    assert result.logs == ("one", "two", "WARNING:root:three", "\ufffd four")
    assert lab.heard == [("mps-dev-media-echo", "r1", line) for line in result.logs]


def test_big_events_results_and_logs_pass_without_a_jam(lab: Lab) -> None:
    key = lab.deploy("""
        def main_handler(event, context):
            for _ in range(3000):
                print("x" * 99)
            return event
    """)
    event = "人" * 1_500_000

    result = lab.scf.invoke(key, event)

    assert result.value == event
    assert result.logs == ("x" * 99,) * 3000


def test_an_event_of_more_than_six_megabytes_is_refused(lab: Lab) -> None:
    key = lab.deploy(ECHO)

    assert lab.scf.invoke(key, "x" * (SYNC_BYTES - 2)).status_code == 200
    assert lab.scf.invoke(key, "x" * (SYNC_BYTES - 1)).status_code == 406


def test_a_result_of_more_than_six_megabytes_is_an_error(lab: Lab) -> None:
    key = lab.deploy("""
        def main_handler(event, context):
            return "x" * event
    """)

    assert lab.scf.invoke(key, SYNC_BYTES - 2).status_code == 200
    assert lab.scf.invoke(key, SYNC_BYTES - 1).status_code == 407


def test_an_interpreter_that_is_not_there_fails_the_invocation(new_lab: LabFactory) -> None:
    lab = new_lab(interpreter=Interpreter(Path("/nowhere/python")))
    key = lab.deploy(ECHO)

    result = lab.scf.invoke(key, {})

    assert result.error is not None
    assert result.status_code == 500
    assert "/nowhere/python" in result.error.message


def test_stop_ends_every_process_even_a_busy_one(lab: Lab, tmp_path: Path) -> None:
    key = lab.deploy("""
        import pathlib, time
        def main_handler(event, context):
            if event:
                pathlib.Path(event).touch()
                time.sleep(60)
    """)
    lab.scf.invoke(key, None)
    started = tmp_path / "started"

    with ThreadPoolExecutor(1) as caller:
        busy = caller.submit(lab.scf.invoke, key, str(started))
        eventually(started.exists)
        pids = lab.scf.function(key).pids
        lab.scf.stop()

    assert busy.result().status_code == 439
    assert pids
    assert not [pid for pid in pids if is_running(pid)]
    assert lab.scf.invoke(key, None).status_code == 438


def test_a_variable_of_one_invocation_is_gone_in_the_next(lab: Lab) -> None:
    key = lab.deploy(ENVIRONMENT)
    function = lab.scf.function(key)

    first = function.invoke({}, request_id="r1", variables={"TRIGGER_SRC": "timer"})
    second = function.invoke({}, request_id="r2")

    assert first.value["variables"]["TRIGGER_SRC"] == "timer"
    assert "TRIGGER_SRC" not in second.value["variables"]
    assert not second.cold_start


def test_a_result_tells_of_its_cold_start(lab: Lab) -> None:
    key = lab.deploy("""
        import time
        print("loading")
        print("loaded", end="")
        time.sleep(0.05)
        def main_handler(event, context):
            print("running")
    """)

    cold, warm = lab.scf.invoke(key, {}), lab.scf.invoke(key, {})

    assert cold.logs == ("loading", "loaded", "running")
    assert cold.initialisation is not None
    assert cold.initialisation.log_lines == 2
    assert 0.05 <= cold.initialisation.duration <= cold.duration
    assert warm.initialisation is None


def test_waiting_for_a_free_instance_is_not_part_of_a_run(
    new_lab: LabFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = new_lab(max_instances=1)
    key = lab.deploy("""
        import pathlib, time
        def main_handler(event, context):
            if event:
                here = pathlib.Path(event)
                (here / "started").touch()
                while not (here / "go").exists():
                    time.sleep(0.005)
    """)
    lab.scf.invoke(key, None)  # from now on there is a warm instance
    watch, asked = SimpleNamespace(now=0.0), Semaphore(0)
    acquire = InstancePool.acquire

    def noted(pool: InstancePool, start: Callable[[], Instance]) -> tuple[Instance, bool]:
        asked.release()
        return acquire(pool, start)

    monkeypatch.setattr(InstancePool, "acquire", noted)
    monkeypatch.setattr("localcloud.scf.function.time", SimpleNamespace(monotonic=lambda: watch.now))

    with ThreadPoolExecutor(2) as callers:
        slow = callers.submit(lab.scf.invoke, key, str(tmp_path))
        assert asked.acquire(timeout=PATIENCE)
        eventually((tmp_path / "started").exists)
        quick = callers.submit(lab.scf.invoke, key, None)
        assert asked.acquire(timeout=PATIENCE)
        watch.now = 100.0
        (tmp_path / "go").touch()

    assert (slow.result().duration, quick.result().duration) == (100.0, 0.0)
