"""Jobs that go from state to state at once, after a while, or when told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localcloud.ci.jobs import State
from localcloud.ci.pace import Go, Immediate, Manual, Pace, Timed
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, Lab, lab_in, request_for
from tests.localcloud.media.files import tone, write
from tests.support import eventually

ADDRESS = "<CallBack>http://127.0.0.1:9/secret</CallBack>"
DELAY = 0.3


@dataclass
class Timer:
    """A timer on which time passes when the test says so."""

    due: list[tuple[float, Go]] = field(default_factory=list)

    def call(self, seconds: float, call: Go) -> None:
        self.due.append((seconds, call))

    def is_idle(self) -> bool:
        return not self.due

    def stop(self) -> None:
        self.due.clear()

    def fire(self) -> float:
        """Make the call that was asked for first, and return how many seconds it should have waited."""
        seconds, call = self.due.pop(0)
        call()
        return seconds


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def timed(tmp_path: Path, timer: Timer) -> Iterator[Lab]:
    with lab_in(tmp_path / "cloud", pace=Timed(DELAY, lambda: timer)) as lab:
        lab.upload(write(tmp_path / "tone.wav", tone(0.2)))
        yield lab


@pytest.fixture
def manual() -> Manual:
    return Manual()


@pytest.fixture
def by_hand(tmp_path: Path, manual: Manual) -> Iterator[Lab]:
    with lab_in(tmp_path / "cloud", pace=manual) as lab:
        lab.upload(write(tmp_path / "tone.wav", tone(0.2)))
        yield lab


def test_at_once_a_step_is_taken_at_once() -> None:
    taken: list[str] = []
    pace: Pace = Immediate()
    pace.step("j", lambda: taken.append("step"))
    assert taken == ["step"]
    assert (pace.withdraw("j"), pace.waits_for_somebody("j"), pace.is_idle()) == (False, False, True)


def test_by_hand_a_job_waits_in_each_state_until_it_is_told(by_hand: Lab, manual: Manual) -> None:
    job_id = by_hand.submit(request_for(request=ADDRESS)).job_id
    assert by_hand.ci.is_idle()
    assert by_hand.job(job_id).state is State.SUBMITTED
    manual.advance(job_id)
    eventually(by_hand.ci.is_idle)
    running = by_hand.job(job_id)
    assert (running.state, running.progress, running.files) == (State.RUNNING, 99, ())
    assert by_hand.deliveries == []
    manual.advance(job_id)
    done = by_hand.finished(job_id)
    assert (done.state, done.progress, len(done.files)) == (State.SUCCESS, 100, 2)
    assert len(by_hand.deliveries) == 1


def test_by_hand_a_job_may_be_told_before_it_is_there_yet(by_hand: Lab, manual: Manual) -> None:
    job_id = by_hand.submit(request_for()).job_id
    manual.advance(job_id)
    manual.advance(job_id)
    assert by_hand.finished(job_id).state is State.SUCCESS


def test_by_hand_a_job_that_fails_fails_only_when_told(by_hand: Lab, manual: Manual) -> None:
    job_id = by_hand.submit(request_for(key="in/none.mp3")).job_id
    manual.advance(job_id)
    eventually(by_hand.ci.is_idle)
    assert by_hand.job(job_id).state is State.RUNNING
    manual.advance(job_id)
    assert by_hand.finished(job_id).code == "ResourceNotFound"


def test_by_hand_only_the_job_that_is_told_goes_on(by_hand: Lab, manual: Manual) -> None:
    by_hand.ci.set_max_concurrent(BUCKET, 2)
    first, second = (by_hand.submit(request_for()).job_id for _ in range(2))
    manual.advance(second)
    eventually(by_hand.ci.is_idle)
    assert [by_hand.job(job_id).state for job_id in (first, second)] == [State.SUBMITTED, State.RUNNING]


def test_by_hand_a_job_that_waits_can_be_cancelled_and_one_that_runs_cannot(by_hand: Lab, manual: Manual) -> None:
    by_hand.ci.set_max_concurrent(BUCKET, 2)
    first, second = (by_hand.submit(request_for()).job_id for _ in range(2))
    by_hand.ci.cancel(BUCKET, first)
    manual.advance(first)
    manual.advance(second)
    eventually(by_hand.ci.is_idle)
    with pytest.raises(CloudError, match="does not wait any more"):
        by_hand.ci.cancel(BUCKET, second)
    assert [by_hand.job(job_id).state for job_id in (first, second)] == [State.CANCEL, State.RUNNING]


def test_by_hand_a_job_keeps_its_place_in_a_full_queue(by_hand: Lab, manual: Manual) -> None:
    first, second = (by_hand.submit(request_for()).job_id for _ in range(2))
    for job_id in (first, second):
        manual.advance(job_id)
    eventually(by_hand.ci.is_idle)
    assert [by_hand.job(job_id).state for job_id in (first, second)] == [State.RUNNING, State.SUBMITTED]
    manual.advance(first)
    eventually(by_hand.ci.is_idle)
    assert [by_hand.job(job_id).state for job_id in (first, second)] == [State.SUCCESS, State.RUNNING]


def test_by_hand_the_stop_waits_for_nobody(by_hand: Lab, manual: Manual) -> None:
    job_id = by_hand.submit(request_for(request=ADDRESS)).job_id
    manual.advance(job_id)
    eventually(by_hand.ci.is_idle)
    by_hand.ci.stop()
    assert by_hand.job(job_id).state is State.RUNNING
    assert by_hand.deliveries == []
    assert not [thread for thread in threading.enumerate() if thread.name == "localcloud:ci"]


def test_by_hand_one_word_is_good_for_one_step(manual: Manual) -> None:
    taken: list[str] = []
    manual.advance("j")
    manual.step("j", lambda: taken.append("first"))
    manual.step("j", lambda: taken.append("second"))
    assert taken == ["first"]
    manual.advance("j")
    assert taken == ["first", "second"]


def test_timed_a_job_stays_in_each_state_for_the_delay(timed: Lab, timer: Timer) -> None:
    job_id = timed.submit(request_for(request=ADDRESS)).job_id
    assert not timed.ci.is_idle()
    assert timed.job(job_id).state is State.SUBMITTED
    assert timer.fire() == DELAY
    eventually(lambda: timer.due)
    assert timed.job(job_id).state is State.RUNNING
    assert timed.deliveries == []
    assert timer.fire() == DELAY
    assert timed.finished(job_id).state is State.SUCCESS


def test_timed_a_job_that_waits_can_be_cancelled(timed: Lab, timer: Timer) -> None:
    job_id = timed.submit(request_for()).job_id
    timed.ci.cancel(BUCKET, job_id)
    timer.fire()
    timed.wait()
    assert timed.job(job_id).state is State.CANCEL


def test_timed_a_job_that_its_queue_held_begins_after_another_delay(timed: Lab, timer: Timer) -> None:
    job_id = timed.submit(request_for()).job_id
    timed.set_queue("Paused")
    assert timed.job(job_id).state is State.PAUSE
    timed.set_queue("Active")
    timer.fire()
    assert timed.job(job_id).state is State.SUBMITTED, "the delay of before counts no more"
    timer.fire()
    eventually(lambda: timed.job(job_id).state is State.RUNNING)


def test_timed_the_stop_waits_for_no_delay(tmp_path: Path) -> None:
    with lab_in(tmp_path / "cloud", pace=Timed(3600)) as lab:
        job_id = lab.submit(request_for()).job_id
        lab.ci.stop()
        assert lab.job(job_id).state is State.SUBMITTED


@pytest.mark.parametrize("pace", [Immediate(), Timed(0.01), Manual()], ids=lambda pace: type(pace).__name__)
def test_after_a_stop_a_pace_serves_another_and_has_forgotten_the_former(pace: Pace) -> None:
    steps: list[str] = []
    if isinstance(pace, Manual):
        pace.advance("told in advance")
    pace.step("former", lambda: steps.append("former"))
    pace.stop()
    former = list(steps)
    pace.step("told in advance", lambda: steps.append("latter"))
    if isinstance(pace, Manual):
        assert steps == former
        pace.advance("told in advance")
        pace.advance("former")
    eventually(lambda: steps == [*former, "latter"] and pace.is_idle())
    pace.stop()
    assert former == (["former"] if isinstance(pace, Immediate) else [])
