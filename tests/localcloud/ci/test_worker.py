import threading
import time

from localcloud.ci.worker import Worker


def wait_until_idle(worker: Worker) -> None:
    until = time.monotonic() + 10
    while not worker.is_idle():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_names_are_worked_on_in_order_but_higher_levels_first() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def work(name: str) -> None:
        begun.set()
        assert go_on.wait(10)
        done.append(name)

    worker = Worker(work)
    worker.add("first", 0)
    assert begun.wait(10)
    for name, level in (("a", 0), ("b", 0), ("urgent", 2), ("soon", 1)):
        worker.add(name, level)
    go_on.set()
    wait_until_idle(worker)
    worker.stop()
    assert done == ["first", "urgent", "soon", "a", "b"]


def test_a_worker_is_busy_until_the_work_has_ended() -> None:
    go_on = threading.Event()

    def work(_: str) -> None:
        go_on.wait(10)

    worker = Worker(work)
    assert worker.is_idle()
    worker.add("a", 0)
    assert not worker.is_idle()
    go_on.set()
    wait_until_idle(worker)
    worker.stop()


def test_after_the_stop_nothing_is_begun() -> None:
    done: list[str] = []
    worker = Worker(done.append)
    worker.add("a", 0)
    wait_until_idle(worker)
    worker.stop()
    worker.add("b", 0)
    assert worker.stopped
    assert done == ["a"]


def test_a_worker_without_work_has_no_thread_to_stop() -> None:
    before = threading.active_count()
    worker = Worker(lambda _: None)
    assert threading.active_count() == before
    worker.stop()


def test_a_name_that_waits_can_be_withdrawn_and_one_that_is_worked_on_cannot() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def work(name: str) -> None:
        begun.set()
        assert go_on.wait(10)
        done.append(name)

    worker = Worker(work)
    worker.add("first", 0)
    assert begun.wait(10)
    for name, level in (("a", 0), ("b", 1), ("c", 0), ("d", 2)):
        worker.add(name, level)
    assert [worker.withdraw(name) for name in ("first", "b", "b", "never")] == [False, True, False, False]
    go_on.set()
    wait_until_idle(worker)
    worker.stop()
    assert done == ["first", "d", "a", "c"]
