"""What happens when too much is to run at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from localcloud.clock import MovableClock, stopped_at
from localcloud.scf.concurrency import NO_LIMIT, VENDOR_QUOTA, Concurrency, NoRoomError, Quota
from localcloud.scf.event_queue import RetryPolicy
from tests.localcloud.scf.lab import LabFactory, function_spec, project
from tests.support import PATIENCE, eventually

A_MOMENT = stopped_at(datetime(2026, 1, 1, tzinfo=timezone.utc))
HOLD = """
    import pathlib, time
    def main_handler(event, context):
        here = pathlib.Path(event)
        (here / "started").touch()
        while not (here / "go").exists():
            time.sleep(0.005)
        return "done"
"""


def refusal(concurrency: Concurrency, function: str = "f", memory_mb: int = 128) -> str:
    with pytest.raises(NoRoomError) as full, concurrency.running(function_spec(function, memory_mb=memory_mb)):
        pass
    return full.value.error.message


def test_every_running_invocation_counts_with_its_memory_until_it_ends() -> None:
    concurrency = Concurrency(Quota(region=512), A_MOMENT)

    with concurrency.running(function_spec(memory_mb=256)), concurrency.running(function_spec(memory_mb=256)):
        assert refusal(concurrency) == (
            "ResourceLimitReached: Function [ mps-dev-media-f ] concurrency exceeded region unreserved quota 512 MB"
        )
    with concurrency.running(function_spec(memory_mb=512)):
        pass


def test_what_is_set_aside_is_the_functions_own_and_its_most() -> None:
    concurrency = Concurrency(Quota(region=512, reserved={"mine": 384}), A_MOMENT)

    with concurrency.running(function_spec("mine", memory_mb=384)):
        assert "mps-dev-media-mine ] concurrency exceeded reserved quota 384 MB" in refusal(concurrency, "mine")
        with concurrency.running(function_spec("other", memory_mb=128)):
            assert "concurrency exceeded region unreserved quota 128 MB" in refusal(concurrency, "other")


def test_nothing_set_aside_stops_a_function() -> None:
    stopped = Concurrency(Quota(reserved={"mps-dev-media-f": 0}), A_MOMENT)

    assert "concurrency exceeded reserved quota 0 MB" in refusal(stopped)
    with stopped.running(function_spec("other")):
        pass


def test_instances_start_at_most_so_many_a_minute() -> None:
    clock = MovableClock(A_MOMENT)
    concurrency = Concurrency(Quota(burst=2), clock)
    concurrency.count_instance(function_spec())
    clock.advance(30)
    concurrency.count_instance(function_spec())

    with pytest.raises(NoRoomError) as full:
        concurrency.count_instance(function_spec())
    assert full.value.error.status_code == 429
    clock.advance(30)
    concurrency.count_instance(function_spec())


def test_no_more_can_be_set_aside_than_there_is() -> None:
    assert Quota(region=512, reserved={"one": 256, "two": 256}).unreserved == 0
    with pytest.raises(ValueError, match="640 MB are set aside of the region's 512; set less aside"):
        Quota(region=512, reserved={"one": 256, "two": 384})


def test_the_vendors_quota_and_none() -> None:
    assert (VENDOR_QUOTA.region, VENDOR_QUOTA.burst, VENDOR_QUOTA.unreserved) == (128_000, 500, 128_000)
    assert (NO_LIMIT.region, NO_LIMIT.burst, NO_LIMIT.unreserved) == (None, None, None)


def test_a_synchronous_call_beyond_the_quota_is_refused_at_once(new_lab: LabFactory, tmp_path: Path) -> None:
    lab = new_lab(quota=Quota(region=256), max_instances=1)
    key = lab.deploy(HOLD, memory_mb=256)

    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(lab.scf.invoke, key, str(tmp_path))
        eventually((tmp_path / "started").exists)
        refused = lab.scf.invoke(key, str(tmp_path))
        (tmp_path / "go").touch()

    assert running.result().value == "done"
    assert (refused.status_code, refused.cold_start, refused.logs) == (432, False, ())
    assert lab.scf.invoke(key, str(tmp_path)).value == "done"


def test_an_asynchronous_event_beyond_the_quota_comes_again_more_often_than_a_failing_one(
    new_lab: LabFactory, tmp_path: Path
) -> None:
    lab = new_lab(quota=Quota(region=256), retry=RetryPolicy(retries=0, delay_seconds=0))
    key = lab.deploy(HOLD, memory_mb=256)

    first, second = (lab.scf.invoke_async(key, str(tmp_path)) for _ in range(2))
    eventually(lambda: len(lab.scf.invocations) >= 3)
    (tmp_path / "go").touch()

    assert lab.scf.drain(PATIENCE)
    records = lab.scf.invocations
    assert {record.result.status_code for record in records if record.outcome == "retrying"} == {432}
    done = [record for record in records if record.outcome == "succeeded"]
    assert {record.result.request_id for record in done} == {first, second}
    assert max(record.retry_num for record in done) >= 3


def test_a_cold_start_beyond_the_burst_is_refused_and_a_warm_instance_is_not(new_lab: LabFactory) -> None:
    lab = new_lab(quota=Quota(burst=1), clock=A_MOMENT)
    key = lab.deploy("def main_handler(event, context): return 1 / event")

    assert lab.scf.invoke(key, 1).cold_start
    assert lab.scf.invoke(key, 1).status_code == 200
    lab.deploy("def main_handler(event, context): return 2")
    assert lab.scf.invoke(key, 1).status_code == 429


def test_each_region_has_a_quota_of_its_own(new_lab: LabFactory, tmp_path: Path) -> None:
    lab = new_lab(quota=Quota(region=256))
    lab.deploy(HOLD, memory_mb=256)
    there = project(function_spec("there", memory_mb=256))
    lab.scf.deploy(replace(there, region="ap-beijing"), lab.code)

    with ThreadPoolExecutor(2) as callers:
        both = [callers.submit(lab.scf.invoke, key, str(tmp_path)) for key in ("echo", "there")]
        eventually((tmp_path / "started").exists)
        (tmp_path / "go").touch()

    assert [each.result().value for each in both] == ["done", "done"]


def test_counting_survives_many_threads() -> None:
    concurrency = Concurrency(Quota(region=10 * 128), A_MOMENT)
    inside, most = 0, 0
    lock = threading.Lock()

    def work(_: int) -> None:
        nonlocal inside, most
        try:
            with concurrency.running(function_spec(memory_mb=128)):
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.001)
                with lock:
                    inside -= 1
        except NoRoomError:
            return

    with ThreadPoolExecutor(20) as callers:
        list(callers.map(work, range(200)))

    assert 0 < most <= 10
    with concurrency.running(function_spec(memory_mb=1280)):
        pass
