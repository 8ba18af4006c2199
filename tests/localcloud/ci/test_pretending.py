"""Jobs that only seem to be done: the same states, queue, limits and news, without a second of sound."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localcloud.ci.jobs import Job, State
from localcloud.ci.listing import JobFilter
from localcloud.ci.models import Ci
from localcloud.ci.pretending import Pretended
from localcloud.cos.models import Cos
from localcloud.errors import CloudError
from tests.localcloud.ci.lab import BUCKET, REGION, Clock, TokenHex, request_for

MOST = 10


@dataclass
class Pretence:
    """A CI whose jobs end when told, the first that began first."""

    cos: Cos
    ci: Ci = field(init=False)
    lasting: list[float] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    ends: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ci = Ci(
            self.cos,
            clock=Clock(),
            deliver=lambda url, _type, _body: self.notified.append(url),
            token_hex=TokenHex(),
            pretended=Pretended(self._later, lambda _job: 3.0, MOST),
        )

    def _later(self, seconds: float, end: Callable[[], object]) -> None:
        self.lasting.append(seconds)
        self.ends.append(end)

    def submit(self, count: int = 1) -> list[Job]:
        return [self.ci.submit(BUCKET, REGION, request_for()) for _ in range(count)]

    def end_one(self) -> None:
        self.ends.pop(0)()

    def states(self) -> list[State]:
        return [job.state for job in self.ci.jobs() if isinstance(job, Job)]


@pytest.fixture
def pretence(tmp_path: Path) -> Iterator[Pretence]:
    pretence = Pretence(Cos(tmp_path, Clock()))
    pretence.cos.create_bucket(BUCKET, REGION)
    pretence.cos.put(BUCKET, "in/talk.mp3", b"no sound at all")
    yield pretence
    pretence.ci.stop()


def test_a_job_runs_for_the_time_it_is_given_and_ends_as_a_success_with_stems_whose_md5_is_true(
    pretence: Pretence,
) -> None:
    pretence.submit()
    assert (pretence.states(), pretence.lasting) == ([State.RUNNING], [3.0])
    assert not pretence.ci.is_idle()
    pretence.end_one()
    (job,) = pretence.ci.jobs()
    assert isinstance(job, Job)
    assert (job.state, job.progress) == (State.SUCCESS, 100)
    assert [file.key for file in job.files] == list(job.output_keys.values())
    for file in job.files:
        content = pretence.cos.get(BUCKET, file.key).path.read_bytes()
        assert file.md5 == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert pretence.ci.is_idle()


def test_no_more_run_at_once_than_may_and_the_next_begins_when_one_has_ended(pretence: Pretence) -> None:
    pretence.submit(MOST + 2)
    assert pretence.states() == [State.RUNNING] * MOST + [State.SUBMITTED] * 2
    pretence.end_one()
    assert pretence.states() == [State.SUCCESS] + [State.RUNNING] * MOST + [State.SUBMITTED]


def test_a_queue_that_is_full_takes_no_more(pretence: Pretence) -> None:
    pretence.ci.set_max_size(BUCKET, 3)
    pretence.submit(MOST + 3)
    with pytest.raises(CloudError, match="403 QueueSaturated"):
        pretence.submit()
    pretence.end_one()
    pretence.submit()


def test_one_that_waits_can_be_cancelled_and_one_that_runs_cannot(pretence: Pretence) -> None:
    *_, running, waiting = pretence.submit(MOST + 1)
    pretence.ci.cancel(BUCKET, waiting.job_id)
    assert pretence.states()[-1] is State.CANCEL
    with pytest.raises(CloudError, match="403 AccessDenied"):
        pretence.ci.cancel(BUCKET, running.job_id)


def test_a_job_without_its_input_fails(pretence: Pretence) -> None:
    pretence.submit()
    pretence.cos.delete(BUCKET, "in/talk.mp3")
    pretence.end_one()
    (job,) = pretence.ci.jobs()
    assert isinstance(job, Job)
    assert (job.state, job.code, job.files) == (State.FAILED, "NoSuchKey", ())


def test_nothing_ends_after_the_stop(pretence: Pretence) -> None:
    pretence.submit(MOST + 1)
    pretence.ci.stop()
    pretence.end_one()
    assert pretence.states() == [State.RUNNING] * MOST + [State.SUBMITTED]


def test_a_list_that_lags_hides_young_jobs_from_a_search_but_not_from_a_question_by_id(pretence: Pretence) -> None:
    (job,) = pretence.submit()
    pretence.ci.list_lag_seconds = 5  # the clock is a second later at every look
    listed = [len(pretence.ci.list(BUCKET, JobFilter()).jobs) for _ in range(6)]
    assert (listed[0], listed[-1]) == (0, 1)
    assert pretence.ci.get(BUCKET, [job.job_id]).missing == ()
