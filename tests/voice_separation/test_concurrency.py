import signal
import threading
from collections.abc import Iterator
from itertools import count, islice

import pytest

from voice_separation.concurrency import ever_more, in_flight


def test_of_endless_items_no_more_are_taken_than_may_be_in_flight() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in count():
            taken += 1
            yield number

    results = in_flight(4)(lambda number: number, items())
    for heard, _ in enumerate(islice(results, 200), start=1):
        assert taken - heard <= 4


def test_every_result_comes_once() -> None:
    assert sorted(in_flight(3)(lambda number: number * 2, range(50))) == list(range(0, 100, 2))


def test_results_come_as_they_end_whatever_was_begun_first() -> None:
    second_was_heard = threading.Event()

    def work(name: str) -> str:
        if name == "first":
            assert second_was_heard.wait(30)
        return name

    results = in_flight(2)(work, ["first", "second"])
    assert next(results) == "second"
    second_was_heard.set()
    assert list(results) == ["first"]


def test_a_signal_is_heard_though_it_wakes_nobody_who_waits() -> None:
    heard = threading.Event()

    def interrupted(_item: int) -> bool:
        threading.Event().wait(0.1)  # until the other thread waits
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)  # here, so that the thread that waits sleeps on
        return heard.wait(30)

    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: heard.set())
    try:
        assert list(in_flight(1)(interrupted, [1])) == [True]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_slices_double_up_to_a_limit_and_nothing_is_taken_before_its_slice_is_asked_for() -> None:
    left = iter(range(12))
    slices = ever_more(left, 4)
    assert [next(slices), next(slices)] == [(0,), (1, 2)]
    assert next(left) == 3
    assert list(slices) == [(4, 5, 6, 7), (8, 9, 10, 11)]


def test_whoever_fails_waits_for_those_that_have_begun() -> None:
    ended: list[int] = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError("the last of them")
        threading.Event().wait(0.05)
        ended.append(number)

    with pytest.raises(ValueError, match="the last"):
        list(in_flight(4)(work, range(4)))
    assert sorted(ended) == [0, 1, 2]
