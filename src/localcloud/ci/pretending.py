"""Jobs that only pretend: no audio is touched, so that thousands of them can load a queue within seconds."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from heapq import heapify, heappop, heappush

from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError
from localcloud.media.probe import AudioTrack, Format, MediaInfo
from localcloud.media.stems import Stem

CallLater = Callable[[float, Callable[[], object]], object]
"""Makes a call in so many seconds, on whatever clock it goes by: `localcloud.faults.later.Later.call`, for one."""

_SECONDS_OF_SOUND = 1.0
_PLACEHOLDER_MEDIA = MediaInfo(
    Format(128.0, _SECONDS_OF_SOUND, "MP2/3 (MPEG audio layer 2/3)", "mp3", 0, 1, 16000, 0.0),
    (
        AudioTrack(
            128.0,
            2,
            "stereo",
            "MP3 (MPEG audio layer 3)",
            "mp3",
            "0x0000",
            "[0][0][0][0]",
            _SECONDS_OF_SOUND,
            0,
            "fltp",
            44100,
            0.0,
            Fraction(1, 44100),
        ),
    ),
)


@dataclass(frozen=True)
class Pretended:
    """How jobs pretend: each runs for `lasts(job)` seconds by `later`, and ends with stems of a line of text.

    `max_concurrent` run at once (10 as in the vendor's samples). Only a job whose input or output bucket is not there
    fails; what the input holds is not looked at. The MD5s of the stems are true, their MediaInfo is not.
    """

    later: CallLater
    lasts: Callable[[Job], float]
    max_concurrent: int = 10


class PretendingRunner:
    """Lets jobs run and end in their turn without doing them. Safe to share between threads."""

    def __init__(
        self, pretended: Pretended, jobs: JobStore, cos: Cos, clock: Clock, on_finished: Callable[[Job], None]
    ) -> None:
        self._pretended = pretended
        self._jobs = jobs
        self._cos = cos
        self._clock = clock
        self._on_finished = on_finished
        self._waiting: list[tuple[int, int, str]] = []
        self._count = 0
        self._running = 0
        self._stopped = False
        self._lock = threading.Lock()

    def add(self, job: Job) -> None:
        """Have the job run in its turn: the higher its level, the sooner."""
        with self._lock:
            self._count += 1
            heappush(self._waiting, (-job.request.operation.job_level, self._count, job.job_id))
            self._begin_what_has_room()

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not run, and return whether it did wait."""
        with self._lock:
            still = [waiting for waiting in self._waiting if waiting[-1] != job.job_id]
            withdrawn = len(still) < len(self._waiting)
            self._waiting = still
            heapify(self._waiting)
            return withdrawn

    def is_idle(self) -> bool:
        """Return whether every job is finished and everyone told."""
        with self._lock:
            return not (self._waiting or self._running)

    def stop(self) -> None:
        """Let no job begin or end any more."""
        with self._lock:
            self._stopped = True

    def _begin_what_has_room(self) -> None:
        while self._waiting and self._running < self._pretended.max_concurrent and not self._stopped:
            *_, job_id = heappop(self._waiting)
            self._running += 1
            job = self._jobs.update(job_id, state=State.RUNNING, start_time=self._clock())
            self._pretended.later(self._pretended.lasts(job), partial(self._end, job_id))

    def _end(self, job_id: str) -> None:
        if self._stopped:
            return
        try:
            job = self._finished(job_id)
        finally:
            with self._lock:
                self._running -= 1
                self._begin_what_has_room()
        self._on_finished(job)

    def _finished(self, job_id: str) -> Job:
        job = self._jobs.update(job_id)
        try:
            self._cos.get(job.bucket, job.input_object)
            files = tuple(self._placeholder(job, stem, key) for stem, key in job.output_keys.items())
        except CloudError as error:
            return self._jobs.update(
                job_id, state=State.FAILED, end_time=self._clock(), code=error.code, message=error.message
            )
        return self._jobs.update(job_id, state=State.SUCCESS, end_time=self._clock(), progress=100, files=files)

    def _placeholder(self, job: Job, stem: Stem, key: str) -> OutputFile:
        content = f"the {stem} of {job.input_object}, if it had been separated\n".encode()
        stored = self._cos.put(job.request.operation.output.bucket, key, content)
        return OutputFile(key, stored.etag, _PLACEHOLDER_MEDIA)
