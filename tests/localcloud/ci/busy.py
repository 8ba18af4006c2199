"""A CI whose one pair of hands is full, so that jobs wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.cos.models import Cos
from localcloud.media.models import Progress
from tests.localcloud.ci.lab import Lab, request_for
from tests.support import PATIENCE, eventually


@dataclass(frozen=True)
class Busy:
    """A job that runs until it is told to end."""

    job: Job
    _over: threading.Event = field(repr=False)

    def end(self) -> None:
        self._over.set()


@contextmanager
def kept_busy(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    """Have a job run, and all others succeed at once when their turn comes."""
    over = threading.Event()

    def wait(_job: Job, _cos: Cos, _progress: Progress) -> tuple[OutputFile, ...]:
        assert over.wait(PATIENCE)
        return ()

    monkeypatch.setattr("localcloud.ci.job_runner.run_job", wait)
    busy = Busy(lab.submit(request_for()), over)
    try:
        eventually(lambda: lab.job(busy.job.job_id).state is State.RUNNING)
        yield busy
    finally:
        busy.end()
