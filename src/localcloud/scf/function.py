"""One deployed function: turns an event into a result."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localcloud.callers import Caller, Callers
from localcloud.scf.concurrency import Concurrency, NoRoomError
from localcloud.scf.execution_environment import ACCESS_KEY_ID, ExecutionEnvironment
from localcloud.scf.instance import (
    Exchange,
    Instance,
    InstanceExitedError,
    InstanceNotStartedError,
    InstanceOutOfMemoryError,
    InstanceTimedOutError,
)
from localcloud.scf.interpreter import Interpreter
from localcloud.scf.invocation import (
    SYNC_BYTES,
    FunctionError,
    Initialisation,
    InvocationResult,
    LogListener,
    event_too_large,
    function_stopped,
    handler_not_found,
    initialisation_timed_out,
    instance_not_started,
    out_of_memory,
    process_exited,
    refused,
    response_too_large,
    timed_out,
    user_code_failed,
)
from localcloud.scf.log_lines import LogLines
from localcloud.scf.memory import MB
from localcloud.scf.pool import InstancePool, PoolStoppedError
from localcloud.scf.project import FunctionSpec

_FRAME_OF_A_VALUE = len(b'{"value":}\n')
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class _Answer:
    """What an instance said, or failed to say."""

    value: Any = None
    error: FunctionError | None = None
    memory: int | None = None
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
        concurrency: Concurrency,
        callers: Callers,
        on_log: LogListener,
    ) -> None:
        self.spec = spec
        self._code = code
        self._interpreter = interpreter
        self._surroundings = surroundings
        self._pool = InstancePool(max_instances)
        self._concurrency = concurrency
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

    def invoke(self, event: Any, *, request_id: str, variables: Mapping[str, str] = NO_VARIABLES) -> InvocationResult:
        """Run the handler on `event` (JSON) and return what became of it. Blocks; never raises for the function.

        `variables` come on top of the environment for this once. Raises TypeError or ValueError for an event that
        is not JSON.
        """
        body = to_json(event)
        if len(body) > SYNC_BYTES:
            return refused(self.name, request_id, event_too_large(len(body), SYNC_BYTES))
        try:
            with self._concurrency.running(self.spec):
                return self._run(body, request_id, {**self._surroundings.variables(), **variables})
        except NoRoomError as full:
            return refused(self.name, request_id, full.error)
        except PoolStoppedError:
            return refused(self.name, request_id, function_stopped(self.name))
        except InstanceNotStartedError as unable:
            return refused(self.name, request_id, instance_not_started(str(unable)))

    def retire(self) -> None:
        """Let running invocations finish, and end every instance."""
        self._pool.retire()

    def stop(self) -> None:
        """End every instance at once, and refuse further events."""
        self._pool.stop()

    def _run(self, body: bytes, request_id: str, variables: Mapping[str, str]) -> InvocationResult:
        instance, is_cold = self._pool.acquire(lambda: self._start(variables))
        began = instance.started_at if is_cold else time.monotonic()
        log = LogLines(lambda line: self._on_log(self.name, request_id, line))
        caller = Caller(self.spec.key, self.name, request_id, instance.kill)
        initialisation, answer, usable = None, _Answer(), False
        try:
            with self._callers.running(variables.get(ACCESS_KEY_ID), caller):
                if is_cold:
                    answer = self._initialise(instance, log)
                    log.end_line()
                    initialisation = Initialisation(time.monotonic() - began, answer.memory, log.count)
                if answer.error is None:
                    answer = self._serve(instance, body, request_id, variables, log)
                    usable = answer.instance_usable
        finally:
            self._pool.give_back(instance, usable=usable)
        return InvocationResult(
            function_name=self.name,
            request_id=request_id,
            value=answer.value,
            error=answer.error,
            duration=time.monotonic() - began,
            logs=log.finish(),
            memory=answer.memory,
            memory_mb=self.spec.memory_mb,
            initialisation=initialisation,
        )

    def _start(self, variables: Mapping[str, str]) -> Instance:
        self._concurrency.count_instance(self.spec)
        return Instance(self._interpreter, self.spec.handler, self._code, variables)

    def _initialise(self, instance: Instance, log: LogLines) -> _Answer:
        seconds = self.spec.init_timeout_s
        return self._exchange(instance, b"", seconds, initialisation_timed_out(seconds), log)

    def _serve(
        self, instance: Instance, body: bytes, request_id: str, variables: Mapping[str, str], log: LogLines
    ) -> _Answer:
        context = to_json(self._surroundings.context(request_id))
        request = b'{"event":%b,"context":%b,"environment":%b}\n' % (body, context, to_json(variables))
        seconds = self.spec.timeout_s
        return self._exchange(instance, request, seconds, timed_out(seconds), log)

    def _exchange(
        self, instance: Instance, request: bytes, seconds: int, too_late: FunctionError, log: LogLines
    ) -> _Answer:
        limit_mb = self.spec.memory_mb
        try:
            exchange = instance.exchange(request, log.feed, seconds=seconds, most_memory=limit_mb * MB)
        except InstanceTimedOutError:
            return _Answer(error=too_late, instance_usable=False)
        except InstanceOutOfMemoryError as full:
            return _Answer(error=out_of_memory(full.used, limit_mb), memory=full.used, instance_usable=False)
        except InstanceExitedError as exited:
            return _Answer(error=process_exited(exited.exit_status), instance_usable=False)
        return _read(exchange)


def to_json(value: Any) -> bytes:
    """Return `value` as compact UTF-8 JSON; TypeError or ValueError if it is none."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _read(exchange: Exchange) -> _Answer:
    line, memory = exchange.answer, exchange.memory
    if len(line) - _FRAME_OF_A_VALUE > SYNC_BYTES:
        return _Answer(error=response_too_large(), memory=memory)
    said = json.loads(line)
    if "stack_trace" in said:
        return _Answer(error=user_code_failed(said["stack_trace"]), memory=memory)
    if "handler_not_found" in said:
        return _Answer(error=handler_not_found(said["handler_not_found"]), memory=memory)
    return _Answer(value=said["value"], memory=memory)
