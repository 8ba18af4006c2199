"""What becomes of an invocation, in SCF's own status codes and words (583/42611)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

SYNC_BYTES = 6 * 1024 * 1024  # of an event, and of a response (583/11637)
ASYNC_EVENT_BYTES = 128 * 1024

LogListener = Callable[[str, str, str], None]
"""Hears each log line as it appears: function name, request id, line."""

InvocationType = Literal["RequestResponse", "Event"]
Outcome = Literal["succeeded", "failed", "retrying", "dropped"]


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
    def is_retried(self) -> bool:
        """Whether SCF tries an asynchronous invocation again: not where the request itself is at fault."""
        return self.status_code not in (400, 401, 406, 435)


def event_too_large(size: int, limit: int) -> FunctionError:
    """Return 406 RequestTooLarge; sizes in bytes."""
    return FunctionError(406, f"RequestTooLarge: the event has {size} bytes, the limit is {limit}")


def response_too_large() -> FunctionError:
    """Return 407."""
    return FunctionError(407, "The size of response exceeds the upper limit (6MB)")


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
class InvocationResult:
    """One run of one function: a value (JSON), or an error."""

    function_name: str
    request_id: str
    value: Any
    error: FunctionError | None
    duration: float  # seconds, with the cold start
    cold_start: bool
    logs: tuple[str, ...]  # lines of stdout and stderr, as they came

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
