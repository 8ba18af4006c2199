import threading
from datetime import datetime, timezone

from localcloud.clock import MovableClock, stopped_at, system_clock
from localcloud.scf.event_queue import EventQueue, QueuedEvent
from tests.support import PATIENCE, eventually


def queued(event: object) -> QueuedEvent:
    return QueuedEvent("f", event, "r", system_clock())


def test_events_run_at_once_up_to_the_number_of_workers() -> None:
    meeting = threading.Barrier(3, timeout=PATIENCE)
    most, running = 0, 0
    lock = threading.Lock()

    def handle(event: QueuedEvent) -> None:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        meeting.wait()
        with lock:
            running -= 1

    queue = EventQueue(handle, clock=system_clock, retry_delay=0, workers=3)
    for number in range(6):
        queue.put(queued(number))

    assert queue.drain(PATIENCE)
    assert most == 3
    queue.close()
    queue.join()


def test_one_worker_takes_events_in_their_order() -> None:
    seen: list[object] = []

    queue = EventQueue(lambda event: seen.append(event.event), clock=system_clock, retry_delay=0, workers=1)
    for number in range(50):
        queue.put(queued(number))

    assert queue.drain(PATIENCE)
    assert seen == list(range(50))
    queue.close()
    queue.join()


def test_a_waiting_retry_keeps_no_worker_from_other_events() -> None:
    seen: list[object] = []

    def handle(event: QueuedEvent) -> QueuedEvent | None:
        seen.append(event.event)
        return queued("again") if event.event == "failing" else None

    queue = EventQueue(handle, clock=system_clock, retry_delay=0.2, workers=1)
    queue.put(queued("failing"))
    queue.put(queued("other"))

    assert queue.drain(PATIENCE)
    assert seen == ["failing", "other", "again"]
    queue.close()
    queue.join()


def test_a_closed_queue_drops_what_waits_and_what_comes() -> None:
    entered, leave = threading.Event(), threading.Event()
    seen: list[object] = []

    def handle(event: QueuedEvent) -> None:
        seen.append(event.event)
        entered.set()
        assert leave.wait(PATIENCE)

    queue = EventQueue(handle, clock=system_clock, retry_delay=0, workers=1)
    queue.put(queued("running"))
    queue.put(queued("waiting"))
    assert entered.wait(PATIENCE)

    queue.close()
    queue.put(queued("late"))
    leave.set()
    queue.join()

    assert queue.drain(0)
    assert seen == ["running"]


def test_a_retry_is_due_by_the_clock_and_not_before() -> None:
    clock = MovableClock(stopped_at(datetime(2026, 1, 1, tzinfo=timezone.utc)))
    seen: list[object] = []

    def handle(event: QueuedEvent) -> QueuedEvent | None:
        seen.append(event.event)
        return QueuedEvent("f", "again", "r", clock()) if event.event == "failing" else None

    queue = EventQueue(handle, clock=clock, retry_delay=60, workers=1)

    def put(event: str) -> None:
        queue.put(QueuedEvent("f", event, "r", clock()))
        eventually(lambda: event in seen)

    put("failing")
    put("when its retry waits")
    clock.advance(59)
    put("a second before")
    clock.advance(1)
    assert queue.drain(PATIENCE)
    assert seen == ["failing", "when its retry waits", "a second before", "again"]
    queue.close()
    queue.join()
