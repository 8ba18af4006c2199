"""Asynchronous invocations that fail: tried again, given up, and kept as dead letters."""

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from localcloud.account import Account
from localcloud.clock import MovableClock, stopped_at
from localcloud.scf.async_invocations import AsyncInvocations
from localcloud.scf.cron import Cron
from localcloud.scf.event_queue import QueuedEvent, RetryPolicy
from localcloud.scf.function import Function
from localcloud.scf.interpreter import Interpreter
from localcloud.scf.invocation import FunctionError
from localcloud.scf.project import DeadLetterQueue, TimerTrigger
from localcloud.scf.records import Records
from localcloud.scf.registry import FunctionNotDeployedError
from tests.localcloud.scf.lab import LabFactory
from tests.support import PATIENCE, eventually

NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
LOST = DeadLetterQueue("CMQ", "lost")
FAILING = "def main_handler(event, context): raise RuntimeError('no')\n"
SOURCE = """
    import os
    def main_handler(event, context):
        return os.environ.get("TRIGGER_SRC")
"""


@pytest.mark.parametrize(
    ("status_codes", "callers", "platforms"),
    [
        ((400, 401, 406, 435, 441), True, False),
        ((429, 432, 449, 500), False, True),
        ((407, 430, 433, 434, 437, 439, 450), False, False),
    ],
)
def test_a_status_says_whose_fault_it_is(status_codes: tuple[int, ...], callers: bool, platforms: bool) -> None:
    for status_code in status_codes:
        error = FunctionError(status_code, "")
        assert (error.is_the_callers, error.is_the_platforms) == (callers, platforms)


def test_no_retry_comes_later_than_the_event_is_kept(new_lab: LabFactory) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_lab(clock=clock, retry=RetryPolicy(retries=5, delay_seconds=60, max_age_seconds=100))
    key = lab.deploy(FAILING)
    lab.scf.invoke_async(key, {})
    eventually(lambda: lab.scf.invocations)

    eventually(lambda: lab.is_done_a_second_later(clock))
    assert [record.outcome for record in lab.scf.invocations] == ["retrying", "dropped"]


def test_a_full_platform_is_asked_until_the_event_is_too_old(new_lab: LabFactory) -> None:
    clock = MovableClock(stopped_at(NEW_YEAR))
    lab = new_lab(
        clock=clock, interpreter=Interpreter(Path("/nowhere/python")), retry=RetryPolicy(0, 0, max_age_seconds=3600)
    )
    key = lab.deploy(FAILING, dead_letter=LOST)
    lab.scf.invoke_async(key, {})
    eventually(lambda: len(lab.scf.invocations) >= 4)

    clock.advance(3601)

    assert lab.scf.drain(PATIENCE)
    records = lab.scf.invocations
    assert {record.result.status_code for record in records} == {500}
    assert {record.outcome for record in records[:-1]} == {"retrying"}
    assert records[-1].outcome == "dead-lettered"


def test_what_is_given_up_becomes_the_documented_dead_letter(new_lab: LabFactory) -> None:
    lab = new_lab(clock=stopped_at(NEW_YEAR), retry=RetryPolicy(retries=1, delay_seconds=0))
    timer = TimerTrigger("echo", "nightly", Cron.parse("0 0 3 * * * *"), "audit", enabled=True)
    lab.deploy(FAILING, triggers=(timer,), dead_letter=LOST)

    request_id = lab.scf.fire_timer("nightly")

    assert lab.scf.drain(PATIENCE)
    (letter,) = lab.scf.dead_letters
    assert letter.queue == LOST
    assert letter.message.pop("ErrorMessage").endswith("RuntimeError: no")
    event = letter.message["Body"].pop("ClientContext")
    assert json.loads(event) == {
        "Type": "Timer",
        "TriggerName": "nightly",
        "Time": "2026-01-01T00:00:00Z",
        "Message": "audit",
    }
    assert letter.message == {
        "RequestId": request_id,
        "ErrorCode": -1,
        "Body": {
            "AppId": 1250000000,
            "Uin": "100000000036",
            "SubAccountUin": "100000000036",
            "RequestSource": "TRIGGER_TIMER",
            "FunctionName": "mps-dev-media-echo",
            "Namespace": "default",
            "Qualifier": "$DEFAULT",
            "InvocationType": "RequestResponse",
            "LogType": "",
            "TimeStampForInvoker": "1767225600000",
            "RequestId": request_id,
            "PushTime": "2026-01-01T08:00:00.000000+08:00",
            "RetryNum": 1,
            "Ttl": 0,
        },
    }


def test_without_a_dead_letter_queue_what_is_given_up_is_gone(new_lab: LabFactory) -> None:
    lab = new_lab()
    key = lab.deploy(FAILING)

    lab.scf.invoke_async(key, {})

    assert lab.scf.drain(PATIENCE)
    assert lab.scf.invocations[-1].outcome == "dropped"
    assert lab.scf.dead_letters == ()


def test_an_event_whose_function_is_not_there_is_dropped() -> None:
    clock = stopped_at(NEW_YEAR)
    records = Records(clock)
    invocations = AsyncInvocations(
        find_nobody, records, account=Account("1250000000"), clock=clock, retry=RetryPolicy(), workers=1
    )

    invocations.queue.put(QueuedEvent("nobody", {}, "r", NEW_YEAR))

    assert invocations.queue.drain(PATIENCE)
    (record,) = records.all()
    assert (record.result.status_code, record.outcome) == (435, "dropped")
    invocations.queue.close()
    invocations.queue.join()


def find_nobody(name: str) -> Function:
    raise FunctionNotDeployedError(name)


def test_only_a_timer_says_where_an_event_comes_from(new_lab: LabFactory) -> None:
    lab = new_lab()
    timer = TimerTrigger("echo", "nightly", Cron.parse("0 0 3 * * * *"), "", enabled=True)
    key = lab.deploy(SOURCE, triggers=(timer,))

    lab.scf.fire_timer("nightly")
    assert lab.scf.drain(PATIENCE)
    lab.scf.invoke_async(key, {})
    assert lab.scf.drain(PATIENCE)

    assert [record.result.value for record in lab.scf.invocations] == ["timer", None]
