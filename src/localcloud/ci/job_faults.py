"""Jobs that fail although nothing is wrong with them, as CI's own troubles make them."""

import threading

from localcloud.ci.separating import JobFailedError

PASSING_TROUBLE = "InternalError"


class JobFaults:
    """How many of the next jobs fail, and with which code. Safe to share between threads; no job, until told."""

    def __init__(self) -> None:
        self._times = 0
        self._code = PASSING_TROUBLE
        self._lock = threading.Lock()

    def fail_next(self, times: int = 1, code: str = PASSING_TROUBLE) -> None:
        """Have the next jobs that run fail, instead of those that were still to fail."""
        with self._lock:
            self._times, self._code = times, code

    def strike(self) -> None:
        """Raise JobFailedError if the job that runs now is to fail."""
        with self._lock:
            if not self._times:
                return
            self._times -= 1
            code = self._code
        raise JobFailedError(code, "The local cloud was told to let this job fail. Submit it again.")
