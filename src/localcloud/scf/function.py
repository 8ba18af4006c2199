"""One deployed function: turns an event into a result."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.callers import Caller, Callers
from localcloud.scf.execution_environment import ACCESS_KEY_ID, ExecutionEnvironment
from localcloud.scf.instance import Instance, InstanceExitedError, InstanceTimedOutError
from localcloud.scf.interpreter import Interpreter
from localcloud.scf.invocation import (
    SYNC_BYTES,
    FunctionError,
    InvocationResult,
    LogListener,
    event_too_large,
    function_stopped,
    handler_not_found,
    initialisation_timed_out,
    instance_not_started,
    process_exited,
    response_too_large,
    timed_out,
    user_code_failed,
)
from localcloud.scf.log_lines import LogLines
from localcloud.scf.pool import InstancePool, PoolStoppedError
from localcloud.scf.project import FunctionSpec

_FRAME_OF_A_VALUE = len(b'{"value":}\n')


@dataclass(frozen=True)
class _Answer:
    """What an instance said, or failed to say."""

    value: Any = None
    error: FunctionError | None = None
    instance_usable: bool = True


class Function:
    """A function and its instances. Thread-safe."""

    def __init__(
        self,
        spec: FunctionSpec,
        *,
        code: Path,
        interpreter: Interpreter,
        surroundings: ExecutionEnvironment,
        max_instances: int,
        callers: Callers,
        on_log: LogListener,
    ) -> None:
        self.spec = spec
        self._code = code
        self._interpreter = interpreter
        self._surroundings = surroundings
        self._pool = InstancePool(max_instances)
        self._callers = callers
        self._on_log = on_log

    @property
    def name(self) -> str:
        """Its name within SCF."""
        return self.spec.name

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of its instances."""
        return self._pool.pids

    def invoke(self, event: Any, *, request_id: str) -> InvocationResult:
        """Run the handler on `event` (JSON) and return what became of it. Blocks; never raises for the function.

        Raises TypeError or ValueError for an event that is not JSON.
        """
        began = time.monotonic()
        log = LogLines(lambda line: self._on_log(self.name, request_id, line))
        body = to_json(event)
        if len(body) > SYNC_BYTES:
            answer, is_cold = _Answer(error=event_too_large(len(body), SYNC_BYTES)), False
        else:
            answer, is_cold = self._run(body, request_id, log)
        return InvocationResult(
            function_name=self.name,
            request_id=request_id,
            value=answer.value,
            error=answer.error,
            duration=time.monotonic() - began,
            cold_start=is_cold,
            logs=log.finish(),
        )

    def retire(self) -> None:
        """Let running invocations finish, and end every instance."""
        self._pool.retire()

    def stop(self) -> None:
        """End every instance at once, and refuse further events."""
        self._pool.stop()

    def _run(self, body: bytes, request_id: str, log: LogLines) -> tuple[_Answer, bool]:
        """Return the answer of an instance, and whether it was a cold one."""
        variables = self._surroundings.variables()
        try:
            instance, is_cold = self._pool.acquire(
                lambda: Instance(self._interpreter, self.spec.handler, self._code, variables)
            )
        except PoolStoppedError:
            return _Answer(error=function_stopped(self.name)), False
        except OSError as refused:
            return _Answer(error=instance_not_started(str(refused))), False
        caller = Caller(self.spec.key, self.name, request_id, instance.kill)
        usable = False
        try:
            with self._callers.running(variables.get(ACCESS_KEY_ID), caller):
                answer = self._initialise(instance, log) if is_cold else _Answer()
                if answer.error is None:
                    context = to_json(self._surroundings.context(request_id))
                    request = b'{"event":%b,"context":%b,"environment":%b}\n' % (body, context, to_json(variables))
                    answer = self._serve(instance, request, log)
                    usable = answer.instance_usable
            return answer, is_cold
        finally:
            self._pool.give_back(instance, usable=usable)

    def _initialise(self, instance: Instance, log: LogLines) -> _Answer:
        seconds = self.spec.init_timeout_s
        return _exchange(instance, b"", seconds, initialisation_timed_out(seconds), log)

    def _serve(self, instance: Instance, request: bytes, log: LogLines) -> _Answer:
        seconds = self.spec.timeout_s
        return _exchange(instance, request, seconds, timed_out(seconds), log)


def to_json(value: Any) -> bytes:
    """Return `value` as compact UTF-8 JSON; TypeError or ValueError if it is none."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _exchange(instance: Instance, request: bytes, seconds: int, too_late: FunctionError, log: LogLines) -> _Answer:
    try:
        line = instance.exchange(request, seconds, log.feed)
    except InstanceTimedOutError:
        return _Answer(error=too_late, instance_usable=False)
    except InstanceExitedError as exited:
        return _Answer(error=process_exited(exited.exit_status), instance_usable=False)
    if len(line) - _FRAME_OF_A_VALUE > SYNC_BYTES:
        return _Answer(error=response_too_large())
    said = json.loads(line)
    if "stack_trace" in said:
        return _Answer(error=user_code_failed(said["stack_trace"]))
    if "handler_not_found" in said:
        return _Answer(error=handler_not_found(said["handler_not_found"]))
    return _Answer(value=said["value"])
