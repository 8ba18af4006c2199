"""The log of one invocation as SCF writes it: its own lines around those of the function (583/9694)."""

import json
from dataclasses import dataclass
from typing import Literal

from localcloud.scf.invocation import InvocationResult
from localcloud.scf.memory import MB


@dataclass(frozen=True)
class LogLine:
    """One line; `type` says, in the words of SCF_Type, whether the platform wrote it or the function."""

    type: Literal["Platform", "Custom"]
    message: str


def platform_log(result: InvocationResult) -> tuple[LogLine, ...]:
    """Return every line of an invocation, in order; none for an event that reached no instance.

    What the function returns stands in it, as the vendor says. Loading the code is all there is to a cold start
    here. UNVERIFIED: what `RetMsg` is after an error (here the error's document).
    """
    if not result.memory_mb:
        return ()
    request_id, start = result.request_id, result.initialisation
    at = start.log_lines if start else 0
    failure = result.error
    returned = failure.document(request_id) if failure else result.value
    lines = [_platform(f"START RequestId:{request_id}"), *_custom(result.logs[:at])]
    if start:
        spent = _milliseconds(start.duration)
        phases = f"Coldstart: {spent} (PullCode: 0ms InitRuntime: 0ms InitFunction: {spent})"
        lines.append(
            _platform(f"Init Report RequestId:{request_id} {phases} {_memory(result.memory_mb, start.memory, ' ')}")
        )
    lines += _custom(result.logs[at:])
    if failure:
        lines.append(_platform(f"ERROR RequestId:{request_id} Result:{_json(failure.document(request_id))}"))
    spent = _milliseconds(result.duration - (start.duration if start else 0))
    return (
        *lines,
        _platform(f"Response RequestId:{request_id} RetMsg:{_json(returned)}"),
        _platform(f"END RequestId:{request_id}"),
        _platform(f"Report RequestId:{request_id} Duration:{spent} {_memory(result.memory_mb, result.memory, '')}"),
    )


def _platform(message: str) -> LogLine:
    return LogLine("Platform", message)


def _custom(lines: tuple[str, ...]) -> list[LogLine]:
    return [LogLine("Custom", line) for line in lines]


def _memory(limit_mb: int, used: int | None, space: str) -> str:
    usage = "" if used is None else f" MemUsage:{space}{used / MB}MB"
    return f"Memory:{space}{limit_mb}MB{usage}"


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
