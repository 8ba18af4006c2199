"""Jobs that only pretend: no audio is touched, so that thousands of them can load a queue within seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from localcloud.ci.job_store import JobStore
from localcloud.ci.jobs import Job, OutputFile, State
from localcloud.ci.turns import Turns
from localcloud.clock import Clock
from localcloud.cos.models import Cos
from localcloud.errors import CloudError
from localcloud.media.models import AudioTrack, Format, MediaInfo, Stem

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

    `max_concurrent` of a queue run at once (10 as in the vendor's samples). Only a job whose input or output bucket is
    not there fails; what the input holds is not looked at. The MD5s of the stems are true, their MediaInfo is not.
    """

    later: CallLater
    lasts: Callable[[Job], float]
    max_concurrent: int = 10


class PretendingRunner:
    """Lets jobs run and end in their turn without doing them. Safe to share between threads."""

    def __init__(
        self,
        pretended: Pretended,
        jobs: JobStore,
        cos: Cos,
        clock: Clock,
        on_finished: Callable[[Job], None],
        *,
        most: Callable[[str], int],
    ) -> None:
        self._pretended = pretended
        self._jobs = jobs
        self._cos = cos
        self._clock = clock
        self._on_finished = on_finished
        self._turns = Turns(self._begin, most)
        self._stopped = False

    def add(self, job: Job) -> None:
        """Have the job run in its turn: the higher its level, the sooner."""
        self._turns.add(job.job_id, job.queue_id, job.request.operation.job_level)

    def withdraw(self, job: Job) -> bool:
        """Have a job that waits not run, and return whether it did wait."""
        return self._turns.withdraw(job.job_id, job.queue_id)

    def begin_what_may(self, queue_id: str) -> None:
        """Begin what waits in a queue whose limit was changed."""
        self._turns.begin_what_may(queue_id)

    def is_idle(self) -> bool:
        """Return whether every job is finished and everyone told."""
        return not self._turns.begun

    def stop(self) -> None:
        """Let no job begin or end any more."""
        self._stopped = True
        self._turns.stop()

    def _begin(self, job_id: str) -> None:
        job = self._jobs.update(job_id, state=State.RUNNING, start_time=self._clock())
        self._pretended.later(self._pretended.lasts(job), partial(self._end, job_id))

    def _end(self, job_id: str) -> None:
        if self._stopped:
            return
        try:
            self._on_finished(self._finished(job_id))
        finally:
            self._turns.end(job_id)

    def _finished(self, job_id: str) -> Job:
        job = self._jobs.of(job_id)
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
