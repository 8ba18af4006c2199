import threading
from collections.abc import Callable

from localcloud.ci.turns import Turns


def turns_of(most: int | Callable[[str], int]) -> tuple[Turns, list[str]]:
    begun: list[str] = []
    return Turns(begun.append, most if callable(most) else lambda _queue: most), begun


def test_names_begin_in_order_but_higher_levels_first() -> None:
    turns, begun = turns_of(1)
    for name, level in (("first", 0), ("a", 0), ("b", 0), ("urgent", 2), ("soon", 1)):
        turns.add(name, "q", level)
    for _ in range(4):
        turns.end(begun[-1])
    assert begun == ["first", "urgent", "soon", "a", "b"]


def test_no_more_begin_than_the_queue_lets() -> None:
    turns, begun = turns_of(2)
    for name in "abcd":
        turns.add(name, "q", 0)
    assert begun == ["a", "b"]
    turns.end("b")
    assert begun == ["a", "b", "c"]
    assert turns.begun == ("a", "c")


def test_one_full_queue_does_not_hold_up_another() -> None:
    turns, begun = turns_of(lambda queue: {"full": 0, "free": 1}[queue])
    turns.add("a", "full", 2)
    turns.add("b", "free", 0)
    assert begun == ["b"]


def test_a_queue_that_lets_more_begin_begins_what_waits_when_it_is_told() -> None:
    most = [1]
    turns, begun = turns_of(lambda _queue: most[0])
    for name in "abcd":
        turns.add(name, "q", 0)
    most[0] = 3
    turns.begin_what_may("q")
    assert begun == ["a", "b", "c"]


def test_a_queue_that_lets_fewer_begin_ends_none() -> None:
    most = [2]
    turns, begun = turns_of(lambda _queue: most[0])
    for name in "abc":
        turns.add(name, "q", 0)
    most[0] = 1
    turns.end("a")
    assert begun == ["a", "b"]
    turns.end("b")
    assert begun == ["a", "b", "c"]


def test_a_name_that_waits_can_be_withdrawn_and_one_that_has_begun_cannot() -> None:
    turns, begun = turns_of(1)
    for name, level in (("first", 0), ("a", 0), ("b", 1), ("c", 0), ("d", 2)):
        turns.add(name, "q", level)
    assert [turns.withdraw(name, "q") for name in ("first", "b", "b", "never")] == [False, True, False, False]
    for _ in range(3):
        turns.end(begun[-1])
    assert begun == ["first", "d", "a", "c"]


def test_after_the_stop_nothing_begins() -> None:
    turns, begun = turns_of(1)
    turns.add("a", "q", 0)
    turns.add("b", "q", 0)
    turns.stop()
    turns.end("a")
    turns.add("c", "q", 0)
    assert begun == ["a"]


def test_many_threads_never_have_more_begin_than_may() -> None:
    most, names = 3, [str(n) for n in range(60)]
    running, peaks, done = set[str](), list[int](), list[str]()
    changed = threading.Condition()

    def work(name: str) -> None:
        with changed:
            running.discard(name)
            done.append(name)
            changed.notify_all()
        turns.end(name)

    def begin(name: str) -> None:
        with changed:
            running.add(name)
            peaks.append(len(running))
        threading.Thread(target=work, args=(name,)).start()

    turns = Turns(begin, lambda _queue: most)
    for name in names:
        threading.Thread(target=turns.add, args=(name, "q", 0)).start()
    with changed:
        assert changed.wait_for(lambda: len(done) == len(names), 30)
    assert sorted(done) == sorted(names)
    assert max(peaks) <= most
