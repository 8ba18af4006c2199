import threading
from collections.abc import Iterator
from functools import partial

import pytest

from localcloud.faults.events import Counts, EventFaults, Next
from tests.localcloud.cloud_lab import seeded
from tests.support import eventually

MESSAGES = 1000


@pytest.fixture
def events() -> Iterator[EventFaults]:
    events = EventFaults(seeded(11))
    yield events
    events.stop()


def passed_on(events: EventFaults, messages: int = MESSAGES) -> list[int]:
    """The numbers of the messages that arrived, in their order."""
    arrived: list[int] = []

    for number in range(messages):
        events.cos.pass_on(partial(arrived.append, number))
    eventually(events.is_idle)
    return arrived


def test_messages_arrive_at_once_and_in_order_until_told_otherwise(events: EventFaults) -> None:
    assert passed_on(events) == list(range(MESSAGES))
    assert events.cos.counts == Counts(messages=MESSAGES)


def test_lost_messages_never_arrive(events: EventFaults) -> None:
    events.lose(0.2)

    arrived = passed_on(events)

    counts = events.cos.counts
    assert counts == Counts(messages=MESSAGES, lost=MESSAGES - len(arrived))
    assert counts.lost == pytest.approx(200, abs=50)
    assert arrived == sorted(set(arrived))


def test_duplicated_messages_arrive_twice(events: EventFaults) -> None:
    events.duplicate(0.2)

    arrived = passed_on(events)

    assert events.cos.counts == Counts(messages=MESSAGES, duplicated=len(arrived) - MESSAGES)
    assert events.cos.counts.duplicated == pytest.approx(200, abs=50)
    assert set(arrived) == set(range(MESSAGES))


def test_delayed_messages_are_overtaken_and_all_arrive(events: EventFaults) -> None:
    events.delay(0.5, seconds=0.1)

    arrived = passed_on(events)

    assert sorted(arrived) == list(range(MESSAGES))
    assert arrived != sorted(arrived)
    assert events.cos.counts.delayed == pytest.approx(500, abs=80)


def test_a_lost_message_is_neither_doubled_nor_late(events: EventFaults) -> None:
    events.lose(1)
    events.duplicate(1)
    events.delay(1, seconds=0.01)

    assert passed_on(events, 10) == []
    assert events.cos.counts == Counts(messages=10, lost=10)


def test_a_doubled_and_delayed_message_comes_at_once_and_late(events: EventFaults) -> None:
    events.duplicate(1)
    events.delay(1, seconds=0.01)

    assert sorted(passed_on(events, 10)) == sorted([*range(10), *range(10)])
    assert events.cos.counts == Counts(messages=10, duplicated=10, delayed=10)


def test_the_same_seed_loses_the_same_messages() -> None:
    one, other = EventFaults(seeded(3)), EventFaults(seeded(3))
    for events in (one, other):
        events.lose(0.5)

    assert passed_on(one) == passed_on(other)


def test_the_two_channels_are_told_and_counted_apart(events: EventFaults) -> None:
    events.ci.lose(1)

    events.ci.pass_on(lambda: pytest.fail("was lost"))

    assert passed_on(events, 5) == list(range(5))
    assert events.ci.counts == Counts(messages=1, lost=1)
    assert events.cos.counts == Counts(messages=5)


def test_cleared_it_does_no_more_harm_and_keeps_its_counts(events: EventFaults) -> None:
    events.lose(1)
    passed_on(events, 3)

    events.clear()

    assert passed_on(events, 2) == [0, 1]
    assert events.cos.counts == Counts(messages=5, lost=3)


def test_what_goes_wrong_with_a_message_is_the_sender_s_to_know(events: EventFaults) -> None:
    def refuse() -> None:
        raise OSError("refused")

    with pytest.raises(OSError, match="refused"):
        events.ci.pass_on(refuse)


@pytest.mark.parametrize("probability", [-0.1, 1.1])
def test_a_probability_is_from_zero_to_one(events: EventFaults, probability: float) -> None:
    with pytest.raises(ValueError, match="is no probability"):
        events.duplicate(probability)


def test_many_threads_may_send(events: EventFaults) -> None:
    events.lose(0.5)
    arrived: list[int] = []

    def send() -> None:
        for number in range(100):
            events.cos.pass_on(partial(arrived.append, number))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = events.cos.counts
    assert (counts.messages, counts.lost) == (800, 800 - len(arrived))


def test_what_is_to_befall_the_next_messages_befalls_them_for_certain(events: EventFaults) -> None:
    events.cos.befall(Next(lose=2, duplicate=1))

    assert sorted(passed_on(events, 5)) == [2, 2, 3, 4]
    assert events.cos.next == Next()
    assert events.cos.counts == Counts(messages=5, lost=2, duplicated=1)


def test_a_message_that_is_to_come_twice_is_not_lost_by_chance(events: EventFaults) -> None:
    events.lose(1)
    events.cos.befall(Next(duplicate=2))
    assert sorted(passed_on(events, 3)) == [0, 0, 1, 1]


def test_what_was_still_to_befall_messages_is_replaced_or_cleared(events: EventFaults) -> None:
    events.cos.befall(Next(lose=9))
    events.cos.befall(Next(lose=1))
    assert passed_on(events, 2) == [1]
    events.cos.befall(Next(lose=9))
    events.clear()
    assert passed_on(events, 1) == [0]
