"""What becomes of an invocation, in SCF's own status codes and words (583/42611)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from localcloud.scf.memory import MB

SYNC_BYTES = 6 * 1024 * 1024  # of an event, and of a response (583/11637)
ASYNC_EVENT_BYTES = 128 * 1024

LogListener = Callable[[str, str, str], None]
"""Hears each log line as it appears: function name, request id, line."""

InvocationType = Literal["RequestResponse", "Event"]
Outcome = Literal["succeeded", "failed", "retrying", "dropped", "dead-lettered"]

# By whose fault an asynchronous invocation failed decides what follows (583/41138).
_OF_THE_CALLER = frozenset({400, 401, 402, 404, 406, 435, 436, 438, 441, 442})
_OF_THE_PLATFORM = frozenset({429, 432, 449, 500})


@dataclass(frozen=True)
class FunctionError:
    """Why an invocation failed."""

    status_code: int
    message: str
    stack_trace: str | None = None

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the error object that SCF hands to a synchronous caller."""
        trace = {} if self.stack_trace is None else {"stackTrace": self.stack_trace}
        return {
            "errorCode": -1,
            "errorMessage": self.message,
            "requestId": request_id,
            **trace,
            "statusCode": self.status_code,
        }

    @property
    def is_the_callers(self) -> bool:
        """Whether the request itself is at fault, so that trying again would not help."""
        return self.status_code in _OF_THE_CALLER

    @property
    def is_the_platforms(self) -> bool:
        """Whether the platform had no room or failed, so that it tries again for as long as it keeps the event."""
        return self.status_code in _OF_THE_PLATFORM


def event_too_large(size: int, limit: int) -> FunctionError:
    """Return 406 RequestTooLarge; sizes in bytes."""
    return FunctionError(406, f"RequestTooLarge: the event has {size} bytes, the limit is {limit}")


def response_too_large() -> FunctionError:
    """Return 407."""
    return FunctionError(407, "The size of response exceeds the upper limit (6MB)")


def burst_exceeded(name: str, per_minute: int) -> FunctionError:
    """Return 429 ResourceLimit: instances are wanted faster than they may be started. UNVERIFIED wording."""
    return FunctionError(429, f"ResourceLimit: Function [ {name} ] wants more than {per_minute} new instances a minute")


def concurrency_exceeded(name: str, quota_mb: int, *, reserved: bool) -> FunctionError:
    """Return 432 ResourceLimitReached, over the function's reserved quota or what the region has left for all."""
    which = "reserved" if reserved else "region unreserved"
    message = f"ResourceLimitReached: Function [ {name} ] concurrency exceeded {which} quota {quota_mb} MB"
    return FunctionError(432, message)


def out_of_memory(used: int, limit_mb: int) -> FunctionError:
    """Return 434 MemoryLimitReached; `used` in bytes."""
    return FunctionError(434, f"MemoryLimitReached: {used / MB:.2f} MB were used, the limit is {limit_mb} MB")


def user_code_failed(stack_trace: str) -> FunctionError:
    """Return 430, an exception that the handler, or the import of its file, let out."""
    return FunctionError(430, "user code exception caught", stack_trace)


def timed_out(seconds: int) -> FunctionError:
    """Return 433 TimeLimitReached."""
    return FunctionError(433, f"Invoking task timed out after {seconds} seconds")


def handler_not_found(reason: str) -> FunctionError:
    """Return 437 HandlerNotFound."""
    return FunctionError(437, f"HandlerNotFound: {reason}")


def function_not_found(name: str) -> FunctionError:
    """Return 435 FunctionNotFound."""
    return FunctionError(435, f"FunctionNotFound: {name} is not deployed")


def function_stopped(name: str) -> FunctionError:
    """Return 438 FunctionStatusError."""
    return FunctionError(438, f"FunctionStatusError: {name} is stopped; deploy it again")


def process_exited(exit_status: int) -> FunctionError:
    """Return 439; `exit_status` is negative for a signal."""
    how = f"exit status {exit_status}" if exit_status >= 0 else f"signal {-exit_status}"
    return FunctionError(439, f"User process exit when running: {how}")


def instance_not_started(reason: str) -> FunctionError:
    """Return 500 InternalError."""
    return FunctionError(500, f"InternalError: no instance could be started, {reason}")


def initialisation_timed_out(seconds: int) -> FunctionError:
    """Return 450 InitContainerTimeout."""
    return FunctionError(450, f"InitContainerTimeout: initialisation took longer than {seconds} seconds")


@dataclass(frozen=True)
class Initialisation:
    """The cold start of an instance: its code was loaded."""

    duration: float  # seconds
    memory: int | None  # bytes at most; None where nobody counts
    log_lines: int  # how many lines it printed


@dataclass(frozen=True)
class InvocationResult:
    """One run of one function: a value (JSON), or an error."""

    function_name: str
    request_id: str
    value: Any
    error: FunctionError | None
    duration: float  # seconds in an instance, with the cold start
    logs: tuple[str, ...]  # lines of stdout and stderr, as they came
    memory: int | None = None  # bytes that the handler used at most; None where nobody counts
    memory_mb: int = 0  # what the function has
    initialisation: Initialisation | None = None

    @property
    def cold_start(self) -> bool:
        """Whether an instance was started for it."""
        return self.initialisation is not None

    @property
    def status_code(self) -> int:
        """200, or the error's."""
        return 200 if self.error is None else self.error.status_code


@dataclass(frozen=True)
class InvocationRecord:
    """One run as the platform remembers it; a retried invocation leaves one record for each try."""

    result: InvocationResult
    invocation_type: InvocationType
    retry_num: int  # 0 for the first try
    outcome: Outcome
    at: datetime  # its end


def refused(function_name: str, request_id: str, error: FunctionError) -> InvocationResult:
    """Return the result of an event that reached no instance."""
    return InvocationResult(function_name, request_id, None, error, duration=0.0, logs=())
