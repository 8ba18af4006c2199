import logging
import threading

import pytest

from localcloud.faults.later import Later
from tests.support import eventually


def test_calls_are_made_in_the_order_they_are_due() -> None:
    later, made = Later(), list[str]()
    later.call(0.1, lambda: made.append("late"))
    later.call(0.0, lambda: made.append("soon"))
    later.call(0.0, lambda: made.append("then"))

    eventually(later.is_idle)

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
    eventually(later.is_idle)
    later.stop()


def test_a_call_that_fails_is_logged_without_its_words_and_the_next_is_made(caplog: pytest.LogCaptureFixture) -> None:
    later, made = Later(), list[str]()

    def fail() -> None:
        raise OSError("https://host/secret")

    with caplog.at_level(logging.WARNING, logger="localcloud.faults"):
        later.call(0.0, fail)
        later.call(0.0, lambda: made.append("next"))
        eventually(later.is_idle)

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
