import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from localcloud import LocalCloud, Options
from localcloud.ci.jobs import State
from localcloud.ci.pace import Manual, Timed
from localcloud.clock import stopped_at
from localcloud.faults.later import Later
from tests.localcloud.cloud_lab import BUCKET, CloudLab, on_upload
from tests.localcloud.control.steering import Steering, submit
from tests.support import PATIENCE, eventually

NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_the_cloud_tells_where_it_is_and_which_key_opens_it(steered: Steering) -> None:
    told = steered.get("/cloud")
    assert told["endpoint"] == steered.cloud.endpoint
    assert (told["secret_id"], told["secret_key"]) == ("AKIDlocalcloud", "localcloud")
    assert "nor a security boundary" in told["is_not"]


def test_time_is_put_forward_frozen_and_released() -> None:
    with LocalCloud(Options(clock=stopped_at(NEW_YEAR))) as cloud:
        steering = Steering(cloud)
        assert steering.get("/clock") == {"now": "2026-01-01T00:00:00Z", "is_frozen": False}
        assert steering.post("/clock/advance", seconds=90)["now"] == "2026-01-01T00:01:30Z"
        assert steering.post("/clock/freeze")["is_frozen"] is True
        assert steering.post("/clock/advance", seconds=0.5)["now"] == "2026-01-01T00:01:30.500000Z"
        assert steering.post("/clock/release") == {"now": "2026-01-01T00:01:30.500000Z", "is_frozen": False}
        assert cloud.clock() == NEW_YEAR + timedelta(seconds=90.5)


def test_time_neither_goes_back_nor_past_its_end() -> None:
    with LocalCloud(Options(clock=stopped_at(datetime(9999, 12, 31, tzinfo=timezone.utc)))) as cloud:
        steering = Steering(cloud)
        assert steering.refused("POST", "/clock/advance", {"seconds": -1})[0] == 400
        assert "9999" in steering.refused("POST", "/clock/advance", {"seconds": 2 * 86400})[2]
        assert steering.get("/clock")["now"] == "9999-12-31T00:00:00Z"


def test_objects_are_stamped_with_the_time_of_the_clock() -> None:
    with LocalCloud(Options(clock=stopped_at(NEW_YEAR), buckets={BUCKET: "ap-guangzhou"})) as cloud:
        Steering(cloud).post("/clock/advance", seconds=86400)
        assert cloud.cos.put(BUCKET, "key", b"").last_modified == NEW_YEAR + timedelta(days=1)


UNTIL_TOLD = """
import pathlib, time
def main_handler(event, context):
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.005)
"""


def test_whoever_waits_is_told_when_all_is_done(cloud_lab: CloudLab, steering: Steering, tmp_path: Path) -> None:
    go = tmp_path / "go"
    cloud_lab.deploy(source=UNTIL_TOLD.format(go=str(go)), triggers=(on_upload(),))
    cloud_lab.cloud.cos.put(BUCKET, "key", b"content")
    assert steering.get("/idle", timeout=0) == {"is_idle": False}
    go.touch()
    assert steering.get("/idle", timeout=PATIENCE) == {"is_idle": True}
    assert len(cloud_lab.cloud.scf.invocations) == 1


class Asked(Later):
    """A timer that notes when somebody wants to know whether it is idle."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()

    def is_idle(self) -> bool:
        self.asked.set()
        return super().is_idle()


def test_nobody_who_waits_keeps_the_cloud_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localcloud.server._GRACE_SECONDS", PATIENCE)
    timer = Asked()
    with LocalCloud(Options(pace=Timed(3600, lambda: timer), buckets={BUCKET: "ap-guangzhou"})) as cloud:
        submit(cloud)
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(Steering(cloud).get, "/idle", timeout=600)
            assert timer.asked.wait(PATIENCE)
            cloud.stop()
            assert waiting.result(PATIENCE) == {"is_idle": False}


def test_after_a_reset_the_cloud_is_as_at_its_start() -> None:
    with LocalCloud(Options(buckets={"first-1250000000": "ap-guangzhou"}, clock=stopped_at(NEW_YEAR))) as cloud:
        steering = Steering(cloud)
        cloud.cos.put("first-1250000000", "key", b"content")
        steering.post("/buckets", name="second-1250000000", region="ap-beijing")
        steering.post("/faults", effect={"kind": "drop"}, requests={"service": "ci"})
        steering.post("/events", cos={"lose_next": 3})
        steering.post("/clock/advance", seconds=3600)
        steering.send("GET", "/nothing-of-control")

        steering.post("/reset")

        assert cloud.cos.buckets() == {"first-1250000000": "ap-guangzhou"}
        assert cloud.cos.list("first-1250000000").contents == ()
        assert cloud.faults.rules == ()
        assert cloud.faults.events.cos.next.lose == 0
        assert cloud.recorder.requests() == ()
        assert cloud.clock() == NEW_YEAR


SERVERLESS = """
component: multi-scf
app: separation
stage: dev
name: voice
inputs:
  region: ap-guangzhou
  functions:
    hello: {runtime: Python3.10, handler: index.main_handler, timeout: 10, memorySize: 128}
  triggers:
    - type: timer
      function: hello
      parameters: {name: hourly, cronExpression: '0 0 * * * * *', argument: x, enable: true}
"""


def test_after_a_reset_what_was_deployed_is_deployed_anew_and_its_timers_fire(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(SERVERLESS, encoding="utf-8")
    (tmp_path / "index.py").write_text("def main_handler(event, context): return event['Time']\n", encoding="utf-8")
    with LocalCloud(Options(clock=stopped_at(NEW_YEAR), timers=True)) as cloud:
        cloud.deploy(tmp_path / "serverless.yml", tmp_path, {})
        cloud.scf.invoke("hello", {"Time": "before"})

        Steering(cloud).post("/reset")

        assert not cloud.scf.invocations
        assert cloud.scf.invoke("hello", {"Time": "after"}).value == "after"
        cloud.clock.advance(3600)
        eventually(lambda: len(cloud.scf.invocations) == 2)
        assert cloud.scf.invocations[-1].result.value == "2026-01-01T01:00:00Z"


def test_a_reset_forgets_what_the_directory_keeps(tmp_path: Path) -> None:
    options = Options(directory=tmp_path / "kept")
    with LocalCloud(options) as cloud:
        cloud.cos.create_bucket(BUCKET, "ap-guangzhou")
        cloud.cos.put(BUCKET, "key", b"content")
        cloud.reset()
    with LocalCloud(options) as cloud:
        assert cloud.cos.buckets() == {}


def test_a_reset_ends_jobs_that_run_and_jobs_can_be_done_again() -> None:
    manual = Manual()
    with LocalCloud(Options(pace=manual, buckets={BUCKET: "ap-guangzhou"})) as cloud:
        first = submit(cloud)
        manual.advance(first)
        cloud.reset()
        assert cloud.ci.jobs() == ()
        second = submit(cloud)
        manual.advance(second)
        manual.advance(second)
        assert cloud.wait_until_idle(PATIENCE)
        (job,) = cloud.ci.jobs()
        assert (job.job_id, job.state) == (second, State.FAILED)  # there is no such object to separate


def test_requests_are_listed_the_latest_first_and_forgotten(cloud_lab: CloudLab, steering: Steering) -> None:
    cloud_lab.deploy()
    cloud_lab.send("PUT", "/by-hand", body=b"1")
    cloud_lab.cloud.scf.invoke("echo", [["PUT", "/by-function"]])

    by_function, by_hand = steering.get("/requests", service="cos")["requests"]
    assert (by_hand["path"], by_hand["status"], by_hand["function"]) == ("/by-hand", 200, None)
    assert (by_function["path"], by_function["function"]) == ("/by-function", "mps-dev-media-echo")
    assert steering.get("/requests", function="mps-dev-media-echo")["requests"] == [by_function]
    assert steering.get("/requests", limit=1)["requests"] == [by_function]

    steering.delete("/requests")
    assert steering.get("/requests")["requests"] == []
