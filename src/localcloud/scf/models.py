"""SCF: deploys functions, calls them, lets them be triggered, and remembers what became of it."""

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localcloud.account import Account
from localcloud.callers import Callers
from localcloud.clock import Clock
from localcloud.cos.models import ObjectCreated
from localcloud.scf.async_invocations import AsyncInvocations
from localcloud.scf.concurrency import NO_LIMIT, Concurrency, Quota
from localcloud.scf.conflicts import check_conflicts
from localcloud.scf.cos_trigger import object_created_event
from localcloud.scf.dead_letters import DeadLetter
from localcloud.scf.event_queue import VENDOR_RETRIES, QueuedEvent, RetryPolicy
from localcloud.scf.execution_environment import ExecutionEnvironment, IssueCredentials
from localcloud.scf.function import Function, to_json
from localcloud.scf.interpreter import THIS_PYTHON, Interpreter
from localcloud.scf.invocation import (
    ASYNC_EVENT_BYTES,
    InvocationRecord,
    InvocationResult,
    LogListener,
    event_too_large,
    refused,
)
from localcloud.scf.project import FunctionSpec, HttpTrigger, Project, TimerTrigger
from localcloud.scf.records import Records
from localcloud.scf.regions import short_code
from localcloud.scf.registry import Deployment, NoFunctionUrlError, Registry, url_id
from localcloud.scf.sources import COS, INVOKE, TIMER, Source
from localcloud.scf.timer_trigger import timer_event

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
        quota: Quota = NO_LIMIT,
        max_instances: int = 4,
        workers: int = 4,
        new_request_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        on_log: LogListener = lambda _function, _request_id, _line: None,
    ) -> None:
        """Events beyond `quota`, that of each region, are refused.

        `max_instances`, of each function, and `workers`, of all asynchronous invocations, spare the machine: what
        exceeds them waits.
        """
        self.account = account
        self.callers = Callers()
        self._issue_credentials = issue_credentials
        self._clock = clock
        self._interpreter = interpreter
        self._quota = quota
        self._concurrency: dict[str, Concurrency] = {}  # by region
        self._max_instances = max_instances
        self.new_request_id = new_request_id
        self._on_log = on_log
        self._registry = Registry()
        self._retired: deque[Function] = deque()
        self._records = Records(clock)
        self._async = AsyncInvocations(
            self.function, self._records, account=account, clock=clock, retry=retry, workers=workers
        )

    def deploy(
        self, project: Project, code: Path, *, environment: Mapping[str, str] = _NOTHING
    ) -> tuple[Function, ...]:
        """Deploy all of `project`, whose zip root is the folder `code`; functions of the same names are replaced.

        `environment` is added to, and wins over, each function's own: it tells them where the local cloud is.
        Instances of replaced functions finish what they do and end. Raises CodeNotFoundError,
        DeploymentConflictError.
        """
        check_conflicts(project, self._registry.all())
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
            self._retire(replaced)
        return tuple(deployment.function for deployment in deployments)

    def remove(self, key_or_name: str) -> None:
        """Delete a function and its triggers; its instances finish what they do and end.

        Raises FunctionNotDeployedError.
        """
        self._retire(self._registry.remove(key_or_name))

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

    def api_gateway_url(self, key_or_name: str) -> str:
        """Return the address at which a function gets the events of API Gateway. Raises FunctionNotDeployedError."""
        deployment = self._registry.find(key_or_name)
        service = f"service-{url_id(deployment.function.name)}-{self.account.appid}"
        return f"http://{service}.{short_code(deployment.region)}.apigw.tencentcs.com/release"

    def at_url(self, wanted: str, region: str) -> tuple[Deployment, HttpTrigger]:
        """Return what is deployed at the function URL with this id. Raises NoFunctionUrlError."""
        return self._registry.at_url(wanted, region)

    def at_api_gateway(self, wanted: str, region_code: str) -> Deployment:
        """Return what is behind API Gateway's service of this id. Raises NoFunctionUrlError."""
        return self._registry.at_api_gateway(wanted, region_code)

    def invoke(self, key_or_name: str, event: Any, *, request_id: str | None = None) -> InvocationResult:
        """Call a function and wait for its result; nothing is retried. Raises FunctionNotDeployedError."""
        result = self.function(key_or_name).invoke(event, request_id=request_id or self.new_request_id())
        self._records.add(result, "RequestResponse", "succeeded" if result.error is None else "failed")
        return result

    def invoke_async(self, key_or_name: str, event: Any, *, source: Source = INVOKE) -> str:
        """Queue an event for a function and return the request id; what becomes of errors the retry policy says.

        Raises FunctionNotDeployedError.
        """
        name = self.function(key_or_name).name
        queued = QueuedEvent(name, event, self.new_request_id(), self._clock(), source)
        size = len(to_json(event))
        if size > ASYNC_EVENT_BYTES:
            too_large = refused(name, queued.request_id, event_too_large(size, ASYNC_EVENT_BYTES))
            self._records.add(too_large, "Event", "dropped")
        else:
            self._async.queue.put(queued)
        return queued.request_id

    def on_object_created(self, created: ObjectCreated) -> None:
        """Queue an event for every function whose COS trigger fires on the new object."""
        stored = created.object
        for deployment in self._registry.all():
            for trigger in deployment.cos_triggers:
                if trigger.fires_on(created.event_name, stored.bucket, stored.key):
                    function = deployment.function
                    event = object_created_event(created, trigger, function.spec)
                    self.invoke_async(function.name, event, source=COS)

    def fire_timer(self, trigger_name: str, *, function: str | None = None) -> str:
        """Fire a timer now, enabled or not, and return the request id.

        `function` (key or name) tells timers of the same name apart. Raises FunctionNotDeployedError, NoTimerError.
        """
        deployment, timer = self._registry.timer(trigger_name, function)
        return self.on_time(deployment, timer, self._clock())

    def on_time(self, deployment: Deployment, timer: TimerTrigger, at: datetime) -> str:
        """Queue the event of a timer that fires at this time, and return the request id."""
        event = timer_event(timer.name, timer.argument, at)
        return self.invoke_async(deployment.function.name, event, source=TIMER)

    @property
    def invocations(self) -> tuple[InvocationRecord, ...]:
        """Every run so far, in the order they ended (the latest 10,000)."""
        return self._records.all()

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Events that were given up, of functions with a dead letter queue (the latest 10,000)."""
        return self._async.dead_letters

    def drain(self, timeout: float) -> bool:
        """Wait until no event is queued, running or to be retried; False if that takes over `timeout` seconds."""
        return self._async.queue.drain(timeout)

    def stop(self) -> None:
        """Drop what is queued and end every instance, busy or not; return when all are gone."""
        self._async.queue.close()
        for function in (*self.functions, *self._retired):
            function.stop()
        self._async.queue.join()

    def _retire(self, function: Function) -> None:
        self._retired.append(function)
        function.retire()

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
            concurrency=self._concurrency.setdefault(region, Concurrency(self._quota, self._clock)),
            callers=self.callers,
            on_log=self._on_log,
        )
