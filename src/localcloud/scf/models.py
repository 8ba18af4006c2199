"""SCF: deploys functions, calls them, lets them be triggered, and remembers what became of it."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localcloud.account import Account
from localcloud.callers import Callers
from localcloud.clock import Clock
from localcloud.cos.models import ObjectCreated
from localcloud.scf.cos_trigger import object_created_event
from localcloud.scf.event_queue import VENDOR_RETRIES, EventQueue, QueuedEvent, RetryPolicy
from localcloud.scf.execution_environment import ExecutionEnvironment, IssueCredentials
from localcloud.scf.function import Function, to_json
from localcloud.scf.interpreter import THIS_PYTHON, Interpreter
from localcloud.scf.invocation import (
    ASYNC_EVENT_BYTES,
    FunctionError,
    InvocationRecord,
    InvocationResult,
    InvocationType,
    LogListener,
    Outcome,
    event_too_large,
    function_not_found,
)
from localcloud.scf.project import FunctionSpec, Project, TimerTrigger
from localcloud.scf.registry import Deployment, FunctionNotDeployedError, NoFunctionUrlError, Registry, url_id
from localcloud.scf.timer_trigger import timer_event

_RECORDS_KEPT = 10_000
_NOTHING: Mapping[str, str] = MappingProxyType({})


class CodeNotFoundError(Exception):
    """The folder that should hold a function's code is not there."""


class Scf:
    """The functions of one account. Thread-safe; `stop` ends every process it started."""

    def __init__(
        self,
        account: Account,
        *,
        issue_credentials: IssueCredentials,
        clock: Clock,
        interpreter: Interpreter = THIS_PYTHON,
        retry: RetryPolicy = VENDOR_RETRIES,
        max_instances: int = 4,
        workers: int = 4,
        new_request_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        on_log: LogListener = lambda _function, _request_id, _line: None,
    ) -> None:
        """`max_instances` bounds each function, `workers` all asynchronous invocations together."""
        self.account = account
        self.callers = Callers()
        self._issue_credentials = issue_credentials
        self._clock = clock
        self._interpreter = interpreter
        self._retry = retry
        self._max_instances = max_instances
        self._new_request_id = new_request_id
        self._on_log = on_log
        self._registry = Registry()
        self._retired: deque[Function] = deque()
        self._records: deque[InvocationRecord] = deque(maxlen=_RECORDS_KEPT)
        self._recording = threading.Lock()
        self._queue = EventQueue(self._try, retry_delay=retry.delay_seconds, workers=workers)

    def deploy(
        self, project: Project, code: Path, *, environment: Mapping[str, str] = _NOTHING
    ) -> tuple[Function, ...]:
        """Deploy all of `project`, whose zip root is the folder `code`; functions of the same names are replaced.

        `environment` is added to, and wins over, each function's own: it tells them where the local cloud is.
        Instances of replaced functions finish what they do and end. Raises CodeNotFoundError.
        """
        now = self._clock()
        deployments = [
            Deployment(
                self._function(spec, project.region, code, environment),
                project.region,
                tuple(trigger for trigger in project.triggers if trigger.function == spec.key),
                now,
            )
            for spec in project.functions
        ]
        for replaced in self._registry.replace(deployments):
            self._retired.append(replaced)
            replaced.retire()
        return tuple(deployment.function for deployment in deployments)

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """What is deployed, oldest first."""
        return self._registry.all()

    @property
    def functions(self) -> tuple[Function, ...]:
        """Every deployed function."""
        return tuple(deployment.function for deployment in self._registry.all())

    def function(self, key_or_name: str) -> Function:
        """Return the function of this name, or of this key in its file. Raises FunctionNotDeployedError."""
        return self._registry.find(key_or_name).function

    def function_url(self, key_or_name: str) -> str:
        """Return the public address of a function, `https://…`.

        Raises FunctionNotDeployedError or NoFunctionUrlError.
        """
        deployment = self._registry.find(key_or_name)
        if deployment.http_trigger is None:
            raise NoFunctionUrlError(f"{deployment.function.name} has no http trigger; add one to its file.")
        host = f"{self.account.appid}-{url_id(deployment.function.name)}.{deployment.region}.tencentscf.com"
        return f"https://{host}"

    def at_url(self, wanted: str, region: str) -> Deployment:
        """Return what is deployed at the function URL with this id. Raises NoFunctionUrlError."""
        return self._registry.at_url(wanted, region)

    def invoke(self, key_or_name: str, event: Any, *, request_id: str | None = None) -> InvocationResult:
        """Call a function and wait for its result; nothing is retried. Raises FunctionNotDeployedError."""
        result = self.function(key_or_name).invoke(event, request_id=request_id or self._new_request_id())
        self._record(result, "RequestResponse", 0, "succeeded" if result.error is None else "failed")
        return result

    def invoke_async(self, key_or_name: str, event: Any) -> str:
        """Queue an event for a function and return the request id; errors are retried, then dropped.

        Raises FunctionNotDeployedError.
        """
        name = self.function(key_or_name).name
        queued = QueuedEvent(name, event, self._new_request_id())
        size = len(to_json(event))
        if size > ASYNC_EVENT_BYTES:
            refusal = _refused(queued, event_too_large(size, ASYNC_EVENT_BYTES))
            self._record(refusal, "Event", 0, "dropped")
        else:
            self._queue.put(queued)
        return queued.request_id

    def on_object_created(self, created: ObjectCreated) -> None:
        """Queue an event for every function whose COS trigger fires on the new object."""
        stored = created.object
        for deployment in self._registry.all():
            for trigger in deployment.cos_triggers:
                if trigger.fires_on(created.event_name, stored.bucket, stored.key):
                    function = deployment.function
                    self.invoke_async(function.name, object_created_event(created, trigger, function.spec))

    def fire_timer(self, trigger_name: str, *, function: str | None = None) -> str:
        """Fire a timer now, enabled or not, and return the request id.

        `function` (key or name) tells timers of the same name apart. Raises FunctionNotDeployedError, NoTimerError.
        """
        deployment, timer = self._registry.timer(trigger_name, function)
        return self.on_time(deployment, timer, self._clock())

    def on_time(self, deployment: Deployment, timer: TimerTrigger, at: datetime) -> str:
        """Queue the event of a timer that fires at this time, and return the request id."""
        return self.invoke_async(deployment.function.name, timer_event(timer.name, timer.argument, at))

    @property
    def invocations(self) -> tuple[InvocationRecord, ...]:
        """Every run so far, in the order they ended (the latest 10,000)."""
        with self._recording:
            return tuple(self._records)

    def drain(self, timeout: float) -> bool:
        """Wait until no event is queued, running or to be retried; False if that takes over `timeout` seconds."""
        return self._queue.drain(timeout)

    def stop(self) -> None:
        """Drop what is queued and end every instance, busy or not; return when all are gone."""
        self._queue.close()
        for function in (*self.functions, *self._retired):
            function.stop()
        self._queue.join()

    def _function(self, spec: FunctionSpec, region: str, code: Path, environment: Mapping[str, str]) -> Function:
        folder = (code / spec.folder).resolve()
        if not folder.is_dir():
            raise CodeNotFoundError(f"The code of {spec.name} should be in {folder}, which is no folder; build it.")
        surroundings = ExecutionEnvironment(
            spec,
            account=self.account,
            region=region,
            code=folder,
            extra=environment,
            issue_credentials=self._issue_credentials,
        )
        return Function(
            spec,
            code=folder,
            interpreter=self._interpreter,
            surroundings=surroundings,
            max_instances=self._max_instances,
            callers=self.callers,
            on_log=self._on_log,
        )

    def _try(self, queued: QueuedEvent) -> QueuedEvent | None:
        """Run one try of an asynchronous invocation; return the next try if there is to be one."""
        try:
            result = self.function(queued.function_name).invoke(queued.event, request_id=queued.request_id)
        except FunctionNotDeployedError:
            result = _refused(queued, function_not_found(queued.function_name))
        outcome = self._outcome(result.error, queued.retry_num)
        self._record(result, "Event", queued.retry_num, outcome)
        return replace(queued, retry_num=queued.retry_num + 1) if outcome == "retrying" else None

    def _outcome(self, error: FunctionError | None, retry_num: int) -> Outcome:
        if error is None:
            return "succeeded"
        return "retrying" if error.is_retried and retry_num < self._retry.retries else "dropped"

    def _record(self, result: InvocationResult, kind: InvocationType, retry_num: int, outcome: Outcome) -> None:
        with self._recording:
            self._records.append(InvocationRecord(result, kind, retry_num, outcome, self._clock()))


def _refused(queued: QueuedEvent, error: FunctionError) -> InvocationResult:
    """Return the result of an event that reached no instance."""
    return InvocationResult(
        function_name=queued.function_name,
        request_id=queued.request_id,
        value=None,
        error=error,
        duration=0.0,
        cold_start=False,
        logs=(),
    )
