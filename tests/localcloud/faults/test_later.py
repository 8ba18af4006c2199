import logging
import threading
import time

import pytest

from localcloud.faults.later import Later


def wait_until_idle(later: Later) -> None:
    until = time.monotonic() + 60
    while not later.is_idle():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_calls_are_made_in_the_order_they_are_due() -> None:
    later, made = Later(), list[str]()
    later.call(0.1, lambda: made.append("late"))
    later.call(0.0, lambda: made.append("soon"))
    later.call(0.0, lambda: made.append("then"))

    wait_until_idle(later)

    assert made == ["soon", "then", "late"]
    later.stop()


def test_it_is_not_idle_while_a_call_is_made() -> None:
    later, begun, go = Later(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        go.wait(30)

    assert later.is_idle()
    later.call(0.0, call)
    assert begun.wait(30)
    assert not later.is_idle()
    go.set()
    wait_until_idle(later)
    later.stop()


def test_a_call_that_fails_is_logged_without_its_words_and_the_next_is_made(caplog: pytest.LogCaptureFixture) -> None:
    later, made = Later(), list[str]()

    def fail() -> None:
        raise OSError("https://host/secret")

    with caplog.at_level(logging.WARNING, logger="localcloud.faults"):
        later.call(0.0, fail)
        later.call(0.0, lambda: made.append("next"))
        wait_until_idle(later)

    assert made == ["next"]
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text
    later.stop()


def test_after_the_stop_nothing_is_called() -> None:
    later, made = Later(), list[str]()
    later.call(60, lambda: made.append("late"))

    later.stop()
    later.call(0.0, lambda: made.append("later still"))

    assert later.is_idle()
    assert made == []
    assert not [thread for thread in threading.enumerate() if thread.name == "localcloud:later"]


def test_stopping_what_never_began_is_nothing() -> None:
    later = Later()
    later.stop()
    assert later.is_idle()
