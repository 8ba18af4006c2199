"""One instance of a function: a process of its own that serves one event at a time."""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.scf.interpreter import Interpreter
from localcloud.scf.memory import forget_peak, peak_bytes

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_CHUNK = 65536  # bytes; also what a pipe holds
_GRACE_SECONDS = 1.0  # for a process that closed its pipes to end by itself
_LOOK_EVERY_SECONDS = 0.05  # at the memory of a process that works


class InstanceNotStartedError(Exception):
    """The operating system could not start the process."""


class InstanceTimedOutError(Exception):
    """The instance did not answer in time, and was killed."""


class InstanceOutOfMemoryError(Exception):
    """The instance used more memory than it may, and was killed."""

    def __init__(self, used: int) -> None:
        super().__init__(f"the process of the function used {used} bytes")
        self.used = used


class InstanceExitedError(Exception):
    """The process ended without an answer; `exit_status` is negative for a signal."""

    def __init__(self, exit_status: int) -> None:
        super().__init__(f"the process of the function ended with {exit_status}")
        self.exit_status = exit_status


@dataclass(frozen=True)
class Exchange:
    """What an instance said, and how much memory (bytes) it used at most; None where nobody counts."""

    answer: bytes
    memory: int | None


class Instance:
    """A process running `bootstrap.py`. One thread may use it at a time; any thread may `kill` it."""

    def __init__(self, interpreter: Interpreter, handler: str, code: Path, environment: Mapping[str, str]) -> None:
        """Start the process in the folder `code`, with `environment` and nothing else of this process's own.

        Raises InstanceNotStartedError.
        """
        self.started_at = time.monotonic()
        theirs_to_read, self._requests = os.pipe()
        self._answers, theirs_to_write = os.pipe()
        self._output, theirs_to_print = os.pipe()
        ours = (self._requests, self._answers, self._output)
        theirs = (theirs_to_read, theirs_to_write, theirs_to_print)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the user's code is the purpose
                interpreter.command(_BOOTSTRAP, handler, str(theirs_to_read), str(theirs_to_write)),
                cwd=code,
                env=dict(environment),
                pass_fds=(theirs_to_read, theirs_to_write),
                stdin=subprocess.DEVNULL,
                stdout=theirs_to_print,
                stderr=theirs_to_print,
                start_new_session=True,  # so that what the function starts can be killed with it
            )
        except OSError as unable:
            _close(ours)
            raise InstanceNotStartedError(str(unable)) from unable
        finally:
            _close(theirs)
        for fd in ours:
            os.set_blocking(fd, False)
        self._ours = ours
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._process.pid

    def exchange(
        self, request: bytes, on_output: Callable[[bytes], None], *, seconds: float, most_memory: int
    ) -> Exchange:
        """Send `request` (a line, or nothing to await the first answer) and return what comes back, a line.

        What the function prints meanwhile goes to `on_output`. Raises InstanceTimedOutError after `seconds`,
        InstanceOutOfMemoryError beyond `most_memory` bytes, or InstanceExitedError; the process is over then, and
        only `close` is left to do.
        """
        if request:
            forget_peak(self.pid)
        try:
            answer = self._converse(request, time.monotonic() + seconds, most_memory, on_output)
            return Exchange(answer, self._memory(most_memory))
        except (InstanceTimedOutError, InstanceOutOfMemoryError):
            self.kill()
            raise
        finally:
            self._drain_output(on_output)

    def kill(self) -> None:
        """Kill the process and all that it started."""
        with self._lock:
            self._kill()

    def close(self) -> None:
        """Kill the process, wait for its end, and free its pipes."""
        with self._lock:
            self._kill()
            self._process.wait()
            _close(self._ours)

    def _kill(self) -> None:
        if self._process.returncode is None:  # not yet waited for, so the id is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _memory(self, most: int) -> int | None:
        used = peak_bytes(self.pid)
        if used is not None and used > most:
            raise InstanceOutOfMemoryError(used)
        return used

    def _converse(self, request: bytes, deadline: float, most_memory: int, on_output: Callable[[bytes], None]) -> bytes:
        unsent = memoryview(request)
        answer = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(self._answers, selectors.EVENT_READ)
            ready.register(self._output, selectors.EVENT_READ)
            if unsent:
                ready.register(self._requests, selectors.EVENT_WRITE)
            while not answer.endswith(b"\n"):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise InstanceTimedOutError
                self._memory(most_memory)
                for event, _ in ready.select(min(remaining, _LOOK_EVERY_SECONDS)):
                    if event.fd == self._answers:
                        answer += self._read_answer()
                    elif event.fd == self._requests:
                        unsent = unsent[_write(self._requests, unsent) :]
                        if not unsent:
                            ready.unregister(self._requests)
                    elif output := _read(self._output):
                        on_output(output)
                    else:
                        ready.unregister(self._output)
        return bytes(answer)

    def _read_answer(self) -> bytes:
        if chunk := _read(self._answers):
            return chunk
        with self._lock:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_SECONDS)
            self._kill()
            raise InstanceExitedError(self._process.wait())

    def _drain_output(self, on_output: Callable[[bytes], None]) -> None:
        """Read what was printed before the answer came, which the pipe still holds; no more than it can hold."""
        with contextlib.suppress(BlockingIOError):
            if output := os.read(self._output, _CHUNK):
                on_output(output)


def _read(fd: int) -> bytes:
    return os.read(fd, _CHUNK)


def _write(fd: int, unsent: memoryview) -> int:
    try:
        return os.write(fd, unsent)
    except BrokenPipeError:  # the process is gone, as the end of its answers will tell
        return len(unsent)


def _close(fds: tuple[int, ...]) -> None:
    for fd in fds:
        os.close(fd)
